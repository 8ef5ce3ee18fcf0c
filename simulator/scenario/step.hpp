// SPDX-License-Identifier: Apache-2.0
// Steps of a scenario: what one is when loaded, and what one is while it runs.
//
// A step's specification is made by the loader and does not change. start() makes a run of it: a
// small state machine that is polled until it is done or has failed. A step that contains others
// polls their runs, so steps that run side by side need nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/hub/events.hpp"
#include "simulator/text/diagnostics.hpp"
#include "simulator/text/variables.hpp"

namespace confd::sim {

class Given;
class World;
struct Loading;

enum class StepStatus : std::uint8_t { running, done, failed };

/// Something that a scenario waits for at this moment, for messages.
struct Accepted {
    Place place;
    std::string text;  ///< "an acknowledgement of 'login' from auditor"
};

class StepRun {
  public:
    virtual ~StepRun() = default;
    /// Goes as far as it can. While running, it has told the world when time alone takes it on
    /// (World::wake_at); anything that happens at the hub leads to another poll anyway. After
    /// failed, World::failure() says why.
    virtual StepStatus poll(World& world) = 0;
    /// What it waits for; nothing for a step that waits for time alone.
    virtual void accepts(std::vector<Accepted>& out) const { static_cast<void>(out); }
    /// Whether an expectation in it, now or later, could be met by the event.
    virtual bool could_accept(const HubEvent& event) const {
        static_cast<void>(event);
        return false;
    }
};

class StepSpec {
  public:
    explicit StepSpec(Place place) : place_(std::move(place)) {}
    virtual ~StepSpec() = default;
    /// `scope` holds the variables around the step and outlives the run.
    virtual std::unique_ptr<StepRun> start(const Scope& scope) const = 0;
    /// Whether an expectation in it could be met by the event.
    virtual bool could_accept(const HubEvent& event) const {
        static_cast<void>(event);
        return false;
    }
    /// Whether it waits for something that subscribers do: such steps can begin an alternative.
    virtual bool waits() const { return false; }
    const Place& place() const { return place_; }
    /// Called when its keys have been read, for what they do not say: what goes together, and what
    /// else is in the step. Those with something to do declare one of their own.
    void finish(const Given&, const Loading&) const {}

  private:
    Place place_;
};

using StepPtr = std::shared_ptr<const StepSpec>;

/// A step as it stands in the file.
struct ListedStep {
    StepPtr step;
    std::string_view kind;  ///< "send"
};

/// One after the other.
class SequenceRun : public StepRun {
  public:
    SequenceRun(const std::vector<StepPtr>& steps, const Scope& scope)
        : steps_(steps), scope_(scope) {}
    StepStatus poll(World& world) override;
    void accepts(std::vector<Accepted>& out) const override;
    bool could_accept(const HubEvent& event) const override;
    /// Steps that are done.
    std::size_t progress() const { return next_; }

  private:
    const std::vector<StepPtr>& steps_;
    const Scope& scope_;
    std::size_t next_ = 0;
    std::unique_ptr<StepRun> current_;
};

/// Whether an expectation among the steps could be met by the event.
bool could_accept(const std::vector<StepPtr>& steps, const HubEvent& event);

}  // namespace confd::sim
