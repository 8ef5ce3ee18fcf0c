// SPDX-License-Identifier: Apache-2.0
#include "simulator/server/control_target.hpp"

#include <fmt/format.h>

#include <bit>

#include "simulator/hub/describe.hpp"
#include "text/mask.hpp"

namespace confd::sim {
namespace {

std::chrono::microseconds micros(Clock::duration span) {
    return std::chrono::duration_cast<std::chrono::microseconds>(span);
}

std::vector<std::string> bit_names(std::uint32_t mask) {
    std::vector<std::string> out;
    for (; mask != 0; mask &= mask - 1)
        out.push_back(mask_text(std::uint32_t{1} << std::countr_zero(mask)));
    return out;
}

std::string version_text(const ServerSession& session) {
    const auto version = session.hello() ? session.hello()->protocol_version : 0;
    return fmt::format("{}.{}", version / 10, version % 10);
}

/// What a fault was given beside its kind and role, as it would be written.
std::string parameters(const FaultSpec& fault) {
    const auto usual = make_fault(fault.kind);
    std::string out;
    const auto add = [&](const Key& param) {
        const auto text = param_text(fault, param);
        const bool role = param.member == &member_id<&FaultSpec::role>;
        if (role || text == param_text(usual, param)) return;
        out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", param.name, text);
    };
    for (const auto& param : info_of(fault.kind).params)
        add(param);
    for (const auto& param : common_params())
        add(param);
    return out;
}

Errors lines(const std::vector<Diagnostic>& diagnostics) {
    Errors out;
    for (const auto& diagnostic : diagnostics)
        out.push_back(to_string(diagnostic));
    return out;
}

}  // namespace

SimulatorState RunTarget::state() const {
    return {.run = run(),
            .subscribers = subscribers(),
            .barriers = barriers(),
            .faults = faults(),
            .filter_ends = parts_.hub.filter_ends()};
}

RunState RunTarget::run() const {
    RunState out{.scenario = parts_.scenario.name,
                 .product = std::string(to_string(parts_.scenario.product)),
                 .release = to_string(parts_.scenario.release),
                 .seed = parts_.scenario.seed,
                 .elapsed = micros(parts_.now().time_since_epoch()),
                 .status = RunStatus::running,
                 .steps = {}};
    if (parts_.engine.status() == StepStatus::done) out.status = RunStatus::done;
    if (parts_.engine.status() == StepStatus::failed) out.status = RunStatus::failed;
    if (out.status == RunStatus::running && paused_) out.status = RunStatus::paused;
    for (const auto& step : parts_.engine.accepts())
        out.steps.push_back(to_string(step.place) + ": " + step.text);
    return out;
}

std::vector<SubscriberState> RunTarget::subscribers() const {
    std::vector<SubscriberState> out;
    for (const auto peer : parts_.hub.subscribers()) {
        const auto& session = *parts_.hub.session(peer);
        const auto counters = parts_.hub.counters(peer).value();
        const auto since = since_.find(peer);
        out.push_back({.id = peer,
                       .role = std::string(parts_.hub.role_of(peer)),
                       .address = parts_.address(peer),
                       .version = version_text(session),
                       .mask = bit_names(session.subscription().mask),
                       .stream = session.subscription().stream ? session.subscription().stream->name
                                                               : std::string(),
                       .queued = parts_.hub.queued(peer),
                       .owes = parts_.hub.barriers().owed_by(peer),
                       .events = counters.events,
                       .filter_ends = counters.filter_ends,
                       .acks = counters.acks,
                       .connected = since == since_.end() ? std::chrono::microseconds()
                                                          : micros(parts_.now() - since->second)});
    }
    return out;
}

std::vector<BarrierState> RunTarget::barriers() const {
    std::vector<BarrierState> out;
    const auto& barriers = parts_.hub.barriers();
    const auto now = parts_.now();
    for (const auto send : barriers.open()) {
        BarrierState state;
        state.send = send;
        if (const auto opened = opened_.find(send); opened != opened_.end()) {
            state.event = opened->second.event;
            state.open = micros(now - opened->second.at);
        }
        if (const auto deadline = barriers.deadline(send)) state.deadline = micros(*deadline - now);
        for (const auto& owed : barriers.missing(send)) {
            state.missing.push_back(
                {owed.peer, std::string(parts_.hub.role_of(owed.peer)), owed.ack});
        }
        out.push_back(std::move(state));
    }
    return out;
}

std::vector<FaultState> RunTarget::faults() const {
    std::vector<FaultState> out;
    for (const auto& fault : parts_.hub.faults().faults()) {
        out.push_back({.id = fault.spec.id,
                       .kind = std::string(name_of(fault.spec.kind)),
                       .role = fault.spec.role == all_roles ? std::string() : fault.spec.role,
                       .description = parameters(fault.spec),
                       .hits = static_cast<std::uint64_t>(fault.hits)});
    }
    return out;
}

/// Plays one step of the given kind, which ends at once.
std::expected<SendReply, Errors> RunTarget::send(std::string_view body) {
    auto played = play_step(parts_.scenario, "send", body, parts_.hub, parts_.now());
    if (!played) return std::unexpected(lines(played.error()));
    parts_.changed();
    return SendReply{last_.id, last_.recipients, last_.owed.size()};
}

std::expected<std::uint64_t, Errors> RunTarget::add_fault(std::string_view body) {
    auto played = play_step(parts_.scenario, "fault", body, parts_.hub, parts_.now());
    if (!played) return std::unexpected(lines(played.error()));
    parts_.changed();
    const auto& faults = parts_.hub.faults().faults();
    return faults.empty() ? 0 : faults.back().spec.id;
}

bool RunTarget::remove_fault(std::uint64_t id) {
    return id <= UINT32_MAX && parts_.hub.remove_fault(static_cast<FaultId>(id));
}

void RunTarget::pause() {
    paused_ = true;
}

void RunTarget::resume() {
    paused_ = false;
    parts_.changed();
}

void RunTarget::happened(Instant now, const HubEvent& event) {
    if (const auto* subscribed = std::get_if<Subscribed>(&event)) since_[subscribed->peer] = now;
    if (const auto* gone = std::get_if<Disconnected>(&event)) since_.erase(gone->peer);
    if (const auto* released = std::get_if<BarrierReleased>(&event)) opened_.erase(released->send);
    if (const auto* expired = std::get_if<BarrierExpired>(&event)) opened_.erase(expired->send);
}

void RunTarget::event_sent(Instant now, const Notification& event, const Sent& sent) {
    last_ = sent;
    if (sent.owed.empty()) return;
    opened_[sent.id] = {std::string(notif_name(event.type).value_or("")), now};
}

}  // namespace confd::sim
