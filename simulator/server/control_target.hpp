// SPDX-License-Identifier: Apache-2.0
// What the control interface sees of a running scenario, and what it may do to it.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "simulator/control/target.hpp"
#include "simulator/hub/hub.hpp"
#include "simulator/scenario/engine.hpp"
#include "simulator/scenario/scenario.hpp"

namespace confd::sim {

/// The parts of a run, by reference.
struct RunParts {
    const Scenario& scenario;
    Hub& hub;
    const Engine& engine;
    std::function<Instant()> now;
    std::function<std::string(PeerId)> address;
    /// To be called when something has been done.
    std::function<void()> changed;
};

class RunTarget : public ControlTarget {
  public:
    explicit RunTarget(RunParts parts) : parts_(std::move(parts)) {}

    SimulatorState state() const override;
    std::expected<SendReply, Errors> send(std::string_view body) override;
    std::expected<std::uint64_t, Errors> add_fault(std::string_view body) override;
    bool remove_fault(std::uint64_t id) override;
    void pause() override;
    void resume() override;

    bool paused() const { return paused_; }
    /// To be told of what happens at the hub.
    void happened(Instant now, const HubEvent& event);
    void event_sent(Instant now, const Notification& event, const Sent& sent);

  private:
    struct Opened {
        std::string event;
        Instant at;
    };

    std::vector<SubscriberState> subscribers() const;
    std::vector<BarrierState> barriers() const;
    std::vector<FaultState> faults() const;
    RunState run() const;

    RunParts parts_;
    bool paused_ = false;
    std::map<PeerId, Instant> since_;
    std::map<SendId, Opened> opened_;
    Sent last_;
};

}  // namespace confd::sim
