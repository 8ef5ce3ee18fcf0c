// Plays a scenario on a hub. No I/O and no clock of its own: whoever drives it calls poll()
// whenever something has happened at the hub or next_deadline() has come.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/world.hpp"

namespace confd::sim {

class Engine {
  public:
    /// Both must outlive the engine. `log` gets the lines of log steps.
    Engine(const Scenario& scenario, Hub& hub, std::function<void(const std::string&)> log);

    /// Takes what the hub's poll() returned and goes on as far as possible. Done once the scenario
    /// has ended; then it stays done or failed.
    StepStatus poll(Instant now, std::vector<HubEvent> events);

    /// When time alone takes the scenario on; the hub has its own deadlines beside this one.
    std::optional<Instant> next_deadline() const;

    StepStatus status() const { return status_; }
    /// Why it failed; nothing otherwise.
    const std::optional<Failure>& failure() const { return world_.failure(); }
    Outcome outcome() const;

  private:
    World world_;
    SequenceRun run_;
    StepStatus status_ = StepStatus::running;
};

}  // namespace confd::sim
