// SPDX-License-Identifier: Apache-2.0
// Plays a scenario on a hub. No I/O and no clock of its own: whoever drives it calls poll()
// whenever something has happened at the hub or next_deadline() has come.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/world.hpp"

namespace confd::sim {

struct EngineOptions {
    std::function<void(const std::string&)> log = {};  ///< lines of log steps
    std::function<void(const Trace&)> trace = {};      ///< every step that acts or waits
    bool dry = false;                                  ///< see WorldOptions
    StepResults* results = nullptr;                    ///< outlives the engine; may be null
};

class Engine {
  public:
    /// Both must outlive the engine.
    Engine(const Scenario& scenario, Hub& hub, EngineOptions options);

    /// Takes what the hub's poll() returned and goes on as far as possible. Done once the scenario
    /// has ended and its deferred steps have run; then it stays done or failed, but for subscribers
    /// that turn out not to have read what they were sent.
    StepStatus poll(Instant now, std::vector<HubEvent> events);

    /// When time alone takes the scenario on; the hub has its own deadlines beside this one.
    std::optional<Instant> next_deadline() const;

    StepStatus status() const { return status_; }
    /// Why it failed; nothing otherwise.
    const std::optional<Failure>& failure() const { return failure_; }
    Outcome outcome() const;
    /// What it waits for at this moment.
    std::vector<Accepted> accepts() const;

  private:
    StepStatus poll_steps();
    void end(StepStatus status);
    StepStatus poll_deferred();

    World world_;
    SequenceRun run_;
    Place last_;          // of the last step
    bool ended_ = false;  // the scenario has; deferred steps may still run
    std::vector<World::Deferred> deferred_;
    std::unique_ptr<SequenceRun> cleanup_;
    std::optional<Failure> failure_;
    StepStatus status_ = StepStatus::running;
};

/// Plays one step that ends at once, `send` or `fault`, given what stands under its kind: for the
/// control interface. The error is what is wrong with the text, or why the step failed.
std::expected<void, std::vector<Diagnostic>> play_step(const Scenario& scenario,
                                                       std::string_view kind, std::string_view text,
                                                       Hub& hub, Instant now);

}  // namespace confd::sim
