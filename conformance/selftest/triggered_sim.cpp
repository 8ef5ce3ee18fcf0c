// SPDX-License-Identifier: Apache-2.0
#include "conformance/selftest/triggered_sim.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace confd::kit::test {
namespace {

/// What a commit changes: entries with something below them, and something beside the list.
constexpr std::string_view commit_changes = R"([
    {path: '/interfaces/interface{eth0}', op: created},
    {path: '/interfaces/interface{eth0}/mtu', op: value_set, value: 9000, old: 1500},
    {path: '/interfaces/interface{eth0}/ipv4', op: created},
    {path: '/interfaces/interface{eth0}/ipv4/address{192.0.2.7}', op: created},
    {path: '/interfaces/interface{eth1}', op: modified},
    {path: '/interfaces/interface{eth1}/description', op: deleted, old: to the roof},
    {path: '/interfaces/interface{eth1}', op: attr_set, attr: annotation, value: new},
    {path: '/interfaces/interface{ge0/0/3}/enabled', op: value_set, value: false}])";

std::string step_of(std::string_view event, std::int64_t id) {
    if (event == "NOTIF_AUDIT") {
        // Long: it has to fill the buffers of a client that does not read.
        return fmt::format("{{event: {}, fields: {{usid: {}, user: admin, msg: {}}}}}", event, id,
                           std::string(200, 'x'));
    }
    if (event == "NOTIF_COMMIT_DIFF") {
        return fmt::format(
            "{{event: {}, fields: {{uinfo: {{usid: 17, username: admin}}, tctx: {{th: {}}}}}, "
            "diff: {}}}",
            event, id, commit_changes);
    }
    if (event == "NCS_NOTIF_AUDIT_NETWORK")
        return fmt::format("{{event: {}, fields: {{usid: {}}}}}", event, id);
    if (event == "NOTIF_HA_INFO")
        return fmt::format("{{event: {}, fields: {{type: HA_INFO_IS_MASTER}}}}", event);
    if (event == "NOTIF_STREAM_EVENT") {
        return fmt::format(
            "{{event: {}, stream: NETCONF, fields: {{event_time: '2026-11-22T10:00:00Z', values: "
            "[]}}}}",
            event);
    }
    return fmt::format("{{event: {}}}", event);
}

}  // namespace

TriggeredSim::TriggeredSim(testing::Loopback& net, const sim::Scenario& scenario,
                           std::optional<Bytes> secret)
    : net_(net), sim_(net, scenario, std::move(secret)) {
    net_.serve(*this);
}

void TriggeredSim::run() {
    sim_.run();
    for (auto& job : jobs_)
        advance(job);
}

std::int64_t TriggeredSim::start_job(std::string_view event, int count) {
    jobs_.push_back({++last_id_, std::string(event), count});
    advance(jobs_.back());
    return last_id_;
}

bool TriggeredSim::is_done(std::int64_t job) const {
    return std::ranges::any_of(jobs_, [&](const Job& other) {
        return other.id == job && other.left == 0 && !is_open(other.waits_for);
    });
}

void TriggeredSim::advance(Job& job) {
    while (job.left > 0 && may_go_on(job)) {
        --job.left;
        job.waits_for = send(job);
        sim_.run();
    }
}

/// A session waits for its own events, HA for those of all.
bool TriggeredSim::may_go_on(const Job& job) const {
    if (is_open(job.waits_for)) return false;
    if (job.event != "NOTIF_HA_INFO") return true;
    return std::ranges::none_of(jobs_, [&](const Job& other) {
        return other.event == job.event && is_open(other.waits_for);
    });
}

bool TriggeredSim::is_open(sim::SendId send) const {
    return send != 0 && std::ranges::count(sim_.hub().barriers().open(), send) > 0;
}

sim::SendId TriggeredSim::send(const Job& job) {
    const auto played =
        sim::play_step(sim_.scenario(), "send", step_of(job.event, job.id), sim_.hub(), net_.now());
    if (!played) throw std::logic_error(to_string(played.error().front()));
    const auto& sent = sim_.last_sent();
    return sent.owed.empty() ? 0 : sent.id;
}

}  // namespace confd::kit::test
