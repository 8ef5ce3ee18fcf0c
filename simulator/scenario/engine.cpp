// SPDX-License-Identifier: Apache-2.0
#include "simulator/scenario/engine.hpp"

#include <utility>

namespace confd::sim {

Engine::Engine(const Scenario& scenario, Hub& hub, EngineOptions options)
    : world_(hub, {.seed = scenario.seed,
                   .allowed = scenario.allowed,
                   .dry = options.dry,
                   .log = std::move(options.log),
                   .trace = std::move(options.trace),
                   .results = options.results}),
      run_(scenario.steps, scenario.variables),
      last_(scenario.steps.empty() ? Place{} : scenario.steps.back()->place()) {}

StepStatus Engine::poll(Instant now, std::vector<HubEvent> events) {
    for (auto& event : events)
        world_.observe(std::move(event));
    if (status_ == StepStatus::done && !world_.judge_end(last_)) {
        failure_ = world_.take_failure();
        status_ = StepStatus::failed;
    }
    if (status_ != StepStatus::running) return status_;
    world_.begin(now);
    if (!ended_) {
        const auto status = poll_steps();
        if (status == StepStatus::running) return status;
        end(status);
    }
    status_ = poll_deferred();
    return status_;
}

StepStatus Engine::poll_steps() {
    const auto status = run_.poll(world_);
    // A step's own failure says more than what it was caused by.
    if (status == StepStatus::failed || world_.judge(run_, last_)) return status;
    return StepStatus::failed;
}

void Engine::end(StepStatus status) {
    ended_ = true;
    if (status == StepStatus::failed) failure_ = world_.take_failure();
    deferred_ = world_.take_deferred();
}

/// The steps of `finally`. The first failure is the one that counts.
StepStatus Engine::poll_deferred() {
    while (cleanup_ != nullptr || !deferred_.empty()) {
        if (cleanup_ == nullptr) {
            cleanup_ =
                std::make_unique<SequenceRun>(*deferred_.back().steps, deferred_.back().scope);
        }
        const auto status = cleanup_->poll(world_);
        if (status == StepStatus::running) return status;
        if (auto failure = world_.take_failure(); !failure_) failure_ = std::move(failure);
        cleanup_.reset();
        deferred_.pop_back();
    }
    return failure_ ? StepStatus::failed : StepStatus::done;
}

std::optional<Instant> Engine::next_deadline() const {
    return status_ == StepStatus::running ? world_.wake() : std::nullopt;
}

Outcome Engine::outcome() const {
    return failure_ ? failure_->outcome : Outcome::fulfilled;
}

std::vector<Accepted> Engine::accepts() const {
    std::vector<Accepted> out;
    if (status_ != StepStatus::running) return out;
    if (cleanup_ != nullptr) {
        cleanup_->accepts(out);
    } else if (!ended_) {
        run_.accepts(out);
    }
    return out;
}

std::expected<void, std::vector<Diagnostic>> play_step(const Scenario& scenario,
                                                       std::string_view kind, std::string_view text,
                                                       Hub& hub, Instant now) {
    const auto step = load_step(scenario, kind, text, "control");
    if (!step) return std::unexpected(step.error());
    World world(hub, {.seed = scenario.seed, .allowed = 0, .dry = false, .trace = {}});
    world.begin(now);
    if ((*step)->start(scenario.variables)->poll(world) == StepStatus::done) return {};
    const auto& failure = world.failure();
    return std::unexpected(
        std::vector{Diagnostic{(*step)->place(), failure ? failure->message : ""}});
}

}  // namespace confd::sim
