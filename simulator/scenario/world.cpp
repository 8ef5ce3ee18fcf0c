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
    return to_string(failure.place) + ": " + failure.message;
}

void World::wake_at(Instant time) {
    if (!wake_ || time < *wake_) wake_ = time;
}

StepStatus World::fail(Outcome outcome, const Place& place, std::string message) {
    if (!failure_) failure_ = Failure{outcome, place, std::move(message)};
    return StepStatus::failed;
}

std::optional<SendId> World::sent(const std::string& id) const {
    const auto found = sends_.find(id);
    return found == sends_.end() ? std::nullopt : std::optional(found->second);
}

void World::observe(HubEvent event) {
    observations_.push_back({++observed_, std::move(event), false});
    if (observations_.size() > max_observations) observations_.pop_front();
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
    return !std::holds_alternative<BarrierReleased>(event) &&
           !std::holds_alternative<BarrierExpired>(event);
}

}  // namespace confd::sim
