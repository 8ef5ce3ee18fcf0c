// SPDX-License-Identifier: Apache-2.0
// barrier: waits until the acknowledgements that subscribers owe for an event are in.
#include <fmt/format.h>

#include "simulator/hub/describe.hpp"
#include "simulator/scenario/steps/steps.hpp"
#include "text/units.hpp"

namespace confd::sim {
namespace {

struct BarrierStep : StepSpec {
    using StepSpec::StepSpec;
    std::optional<std::string> of;  ///< nothing: all events that wait
    std::chrono::milliseconds within = default_within;

    std::unique_ptr<StepRun> start(const Scope&) const override;
    bool waits() const override { return true; }
    std::string text() const {
        return fmt::format("every acknowledgement{} within {}",
                           of ? fmt::format(" of '{}'", *of) : "", timespan_text(within));
    }
};

constexpr Key keys[] = {
    key<&BarrierStep::of>("of", forms::send_id, "the id of the event",
                          {.alone = true, .otherwise = "every event that waits"}),
    key<&BarrierStep::within>("within",
                              "how long to wait; acknowledgements that come after that are late"),
};
constexpr auto shape = shape_of<BarrierStep>(
    "the keys of barrier", "Waits until the acknowledgements owed for an event are in.", keys);

class BarrierRun : public StepRun {
  public:
    explicit BarrierRun(const BarrierStep& spec) : spec_(spec) {}

    StepStatus poll(World& world) override {
        if (!started_ && !start(world)) return StepStatus::failed;
        auto& barriers = world.hub().barriers();
        std::vector<Owed> missing;
        for (const auto send : waits_) {
            if (barriers.has_expired(send)) return give_up(world);
            const auto of_this = barriers.missing(send);
            missing.insert(missing.end(), of_this.begin(), of_this.end());
        }
        if (missing.empty() || world.dry()) return StepStatus::done;
        missing_ = std::move(missing);
        return StepStatus::running;  // the hub wakes up when a barrier expires
    }
    void accepts(std::vector<Accepted>& out) const override {
        out.push_back({spec_.place(), spec_.text()});
    }

  private:
    bool start(World& world) {
        started_ = true;
        first_ = world.observed() + 1;
        if (world.traced()) world.trace(spec_, "barrier: " + spec_.text());
        auto& barriers = world.hub().barriers();
        if (!spec_.of) {
            waits_ = barriers.open();
        } else if (const auto send = world.sent(*spec_.of)) {
            waits_ = {*send};
        } else {
            world.fail(Outcome::expectation_failed, spec_.place(),
                       fmt::format("barrier: no event has been sent as '{}'", *spec_.of));
            return false;
        }
        for (const auto send : waits_)
            barriers.expire_at(send, world.now() + spec_.within);
        return true;
    }

    StepStatus give_up(World& world) const {
        auto message = fmt::format("barrier: expected {}", spec_.text());
        for (std::size_t i = 0; i < missing_.size(); ++i) {
            message += (i == 0 ? ", missing " : ", ") + describe(missing_[i], world.hub());
        }
        return world.fail(Outcome::timed_out, spec_.place(),
                          message + world.unexpected_since(first_));
    }

    const BarrierStep& spec_;
    bool started_ = false;
    std::uint64_t first_ = 0;
    std::vector<SendId> waits_;
    std::vector<Owed> missing_;
};

std::unique_ptr<StepRun> BarrierStep::start(const Scope&) const {
    return std::make_unique<BarrierRun>(*this);
}

}  // namespace

extern constexpr StepKind barrier_kind = step_kind<BarrierStep, shape>("barrier");

}  // namespace confd::sim
