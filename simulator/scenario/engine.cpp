#include "simulator/scenario/engine.hpp"

#include <utility>

namespace confd::sim {

Engine::Engine(const Scenario& scenario, Hub& hub, std::function<void(const std::string&)> log)
    : world_(hub, std::move(log)), run_(scenario.steps, scenario.variables) {}

StepStatus Engine::poll(Instant now, std::vector<HubEvent> events) {
    for (auto& event : events)
        world_.observe(std::move(event));
    if (status_ != StepStatus::running) return status_;
    world_.begin(now);
    status_ = run_.poll(world_);
    return status_;
}

std::optional<Instant> Engine::next_deadline() const {
    return status_ == StepStatus::running ? world_.wake() : std::nullopt;
}

Outcome Engine::outcome() const {
    return failure() ? failure()->outcome : Outcome::fulfilled;
}

}  // namespace confd::sim
