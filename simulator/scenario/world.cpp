// SPDX-License-Identifier: Apache-2.0
#include "simulator/scenario/world.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulator/hub/describe.hpp"

namespace confd::sim {
namespace {

/// Peers choose how much they send; expectations look at what is recent.
constexpr std::size_t max_observations = 10'000;

/// Steps that may end in one poll. A long repeat of sends would otherwise keep all it sends in
/// memory before the first byte leaves.
constexpr int steps_per_poll = 256;

}  // namespace

std::string to_string(const Failure& failure) {
    auto out = to_string(failure.place) + ": " + failure.message;
    for (const auto& line : failure.details)
        out += "\n  " + line;
    return out;
}

void World::trace(const StepSpec& step, std::string text) const {
    if (options_.trace) options_.trace({now_, step.place(), std::move(text)});
}

void World::wake_at(Instant time) {
    if (!wake_ || time < *wake_) wake_ = time;
}

StepStatus World::fail(Outcome outcome, const Place& place, std::string message) {
    if (!failure_) failure_ = Failure{outcome, place, std::move(message), {}};
    return StepStatus::failed;
}

Random World::random(const StepSpec& step, std::optional<std::uint64_t> seed) {
    const auto& place = step.place();
    const auto where =
        static_cast<std::uint64_t>(place.line) << 32U | static_cast<std::uint64_t>(place.column);
    const auto own = seed ? *seed : mix_seed(options_.seed, where);
    return Random(mix_seed(own, ++starts_[&step]));
}

std::optional<SendId> World::sent(const std::string& id) const {
    const auto found = sends_.find(id);
    return found == sends_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<FaultId> World::take_faults(const std::string& name) {
    std::vector<FaultId> out;
    std::erase_if(faults_, [&](const auto& fault) {
        if (!name.empty() && fault.first != name) return false;
        out.push_back(fault.second);
        return true;
    });
    return out;
}

void World::defer(const std::vector<StepPtr>& steps, const Scope& scope) {
    // The scope around the step may be gone by then: its variables are copied.
    deferred_.push_back({&steps, scope.flattened()});
}

void World::observe(HubEvent event) {
    const auto number = ++observed_;
    if (is_wrong(event)) open_questions_.push_back(number);
    observations_.push_back({number, std::move(event), false});
    if (observations_.size() > max_observations) observations_.pop_front();
}

bool World::is_wrong(const HubEvent& event) const {
    const auto unless = [&](Allowed what) { return (options_.allowed & what) == 0; };
    if (const auto* ack = std::get_if<AckReceived>(&event)) {
        return ack->verdict != AckVerdict::known && unless(allow_acks);
    }
    if (const auto* gone = std::get_if<Disconnected>(&event)) {
        return gone->subscribed && !gone->by_us && unless(allow_disconnects);
    }
    if (std::holds_alternative<SlowConsumer>(event)) return unless(allow_disconnects);
    if (const auto* refused = std::get_if<Refused>(&event)) {
        return refused->malformed && unless(allow_malformed);
    }
    return false;
}

bool World::judge(const StepRun& run, const Place& otherwise) {
    std::erase_if(open_questions_, [&](std::uint64_t number) {
        // Numbers are consecutive, so the observation's place in the queue is known.
        if (observations_.empty() || number < observations_.front().number) return true;
        return observations_[number - observations_.front().number].used;
    });
    for (const auto number : open_questions_) {
        const auto& event = observations_[number - observations_.front().number].event;
        if (run.could_accept(event)) continue;
        fail_by(event, run, otherwise);
        return false;
    }
    return true;
}

bool World::judge_end(const Place& place) {
    for (const auto number : open_questions_) {
        if (observations_.empty() || number < observations_.front().number) continue;
        const auto& seen = observations_[number - observations_.front().number];
        if (seen.used || !std::holds_alternative<SlowConsumer>(seen.event)) continue;
        failure_ = Failure{Outcome::expectation_failed,
                           place,
                           fmt::format("unexpected: {}", describe(seen.event, hub_)),
                           {"the scenario had ended, and what it had sent was on its way"},
                           true};
        return false;
    }
    return true;
}

void World::fail_by(const HubEvent& event, const StepRun& run, const Place& otherwise) {
    std::vector<Accepted> accepted;
    run.accepts(accepted);
    const auto place = accepted.empty() ? otherwise : accepted.front().place;
    Failure failure{Outcome::expectation_failed,
                    place,
                    fmt::format("unexpected: {}", describe(event, hub_)),
                    {}};
    for (const auto& line : accepted)
        failure.details.push_back(
            fmt::format("accepted here: {}: {}", to_string(line.place), line.text));
    if (accepted.empty()) failure.details.emplace_back("accepted here: nothing");
    for (auto& line : evidence(event))
        failure.details.push_back(std::move(line));
    failure_ = std::move(failure);
}

std::string World::unexpected_since(std::uint64_t first) const {
    constexpr std::size_t shown = 5;
    std::vector<std::string> lines;
    for (const auto& observation : observations_) {
        if (observation.number < first || observation.used) continue;
        if (is_from_peer(observation.event)) lines.push_back(describe(observation.event, hub_));
    }
    if (lines.empty()) return {};
    const auto skipped = lines.size() > shown ? lines.size() - shown : 0;
    std::string out = "; instead came: ";
    if (skipped > 0) out += fmt::format("{} others, then ", skipped);
    for (std::size_t i = skipped; i < lines.size(); ++i) {
        out += (i > skipped ? "; " : "") + lines[i];
    }
    return out;
}

void World::begin(Instant now) {
    now_ = now;
    wake_.reset();
    budget_ = steps_per_poll;
}

bool is_from_peer(const HubEvent& event) {
    if (const auto* gone = std::get_if<Disconnected>(&event)) return !gone->by_us && !gone->maapi;
    return std::holds_alternative<Subscribed>(event) || std::holds_alternative<Refused>(event) ||
           std::holds_alternative<AckReceived>(event);
}

}  // namespace confd::sim
