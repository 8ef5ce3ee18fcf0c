// SPDX-License-Identifier: Apache-2.0
// parallel, any_of, optional, finally: steps beside one another, one of several, perhaps, at the
// end.
#include <fmt/format.h>

#include <algorithm>

#include "simulator/scenario/steps/steps.hpp"

namespace confd::sim {
namespace {

using StepLists = std::vector<std::vector<StepPtr>>;

/// A step with lists of steps in it.
struct Branches : StepSpec {
    using StepSpec::StepSpec;
    StepLists lists;

    bool could_accept(const HubEvent& event) const override {
        return std::ranges::any_of(
            lists, [&](const auto& steps) { return sim::could_accept(steps, event); });
    }
};

/// Their runs.
class BranchRuns : public StepRun {
  public:
    BranchRuns(const Branches& spec, const Scope& scope) {
        for (const auto& steps : spec.lists)
            runs_.push_back(std::make_unique<SequenceRun>(steps, scope));
    }
    void accepts(std::vector<Accepted>& out) const override {
        for (const auto& run : runs_)
            if (run != nullptr) run->accepts(out);
    }
    bool could_accept(const HubEvent& event) const override {
        return std::ranges::any_of(
            runs_, [&](const auto& run) { return run != nullptr && run->could_accept(event); });
    }

  protected:
    std::vector<std::unique_ptr<SequenceRun>> runs_;  // null once over
};

// ---- parallel ----

class ParallelRun : public BranchRuns {
  public:
    using BranchRuns::BranchRuns;

    StepStatus poll(World& world) override {
        bool running = false;
        for (auto& run : runs_) {
            if (run == nullptr) continue;
            const auto status = run->poll(world);
            if (status == StepStatus::failed) return status;
            if (status == StepStatus::done) run.reset();
            running |= status == StepStatus::running;
        }
        return running ? StepStatus::running : StepStatus::done;
    }
};

struct Parallel : Branches {
    using Branches::Branches;
    std::unique_ptr<StepRun> start(const Scope& scope) const override {
        return std::make_unique<ParallelRun>(*this, scope);
    }
};

constexpr Key parallel_keys[] = {
    key<&Parallel::lists, Parallel>("branches", forms::step_lists,
                                    "lists of steps that run side by side",
                                    {.presence = Presence::required, .alone = true}),
};
constexpr auto parallel_shape = shape_of<Parallel>(
    "the keys of parallel",
    "Runs lists of steps side by side; it is done when all of them are, and fails with the first.",
    parallel_keys);

// ---- any_of ----

class AnyOfRun : public BranchRuns {
  public:
    AnyOfRun(const Branches& spec, const Scope& scope) : BranchRuns(spec, scope), spec_(spec) {}

    StepStatus poll(World& world) override {
        if (chosen_ != nullptr) return chosen_->poll(world);
        bool running = false;
        for (auto& run : runs_) {
            if (run == nullptr) continue;
            const auto status = run->poll(world);
            if (status == StepStatus::done || run->progress() > 0) return choose(run, status);
            if (status == StepStatus::failed) give_up(run, world);
            running |= status == StepStatus::running;
        }
        if (running) return StepStatus::running;
        auto message = fmt::format("any_of: none of {} alternatives", failures_.size());
        for (const auto& failure : failures_)
            message += "; " + failure.message;
        return world.fail(worst(), spec_.place(), message);
    }

  private:
    StepStatus choose(std::unique_ptr<SequenceRun>& run, StepStatus status) {
        auto chosen = std::move(run);
        runs_.clear();
        runs_.push_back(std::move(chosen));
        chosen_ = runs_.back().get();
        return status;
    }
    void give_up(std::unique_ptr<SequenceRun>& run, World& world) {
        if (auto failure = world.take_failure()) failures_.push_back(std::move(*failure));
        run.reset();
    }
    /// An expectation that failed says more than one that ran out of time.
    Outcome worst() const {
        const auto expectation =
            std::ranges::find(failures_, Outcome::expectation_failed, &Failure::outcome);
        return expectation == failures_.end() ? Outcome::timed_out : Outcome::expectation_failed;
    }

    const Branches& spec_;
    SequenceRun* chosen_ = nullptr;
    std::vector<Failure> failures_;
};

/// Only a step that waits can tell whether its alternative is the one.
void check_first(const std::vector<StepPtr>& steps, Loading& loading) {
    if (steps.empty() || steps.front()->waits()) return;
    loading.diagnostics.report(steps.front()->place(),
                               "expected await, barrier or expect as the first step here");
}

struct AnyOf : Branches {
    using Branches::Branches;
    bool waits() const override { return true; }
    std::unique_ptr<StepRun> start(const Scope& scope) const override {
        return std::make_unique<AnyOfRun>(*this, scope);
    }
    void finish(const Given&, Loading& loading) const {
        for (const auto& steps : lists)
            check_first(steps, loading);
    }
};

constexpr Key any_of_keys[] = {
    key<&AnyOf::lists, AnyOf>("branches", forms::step_lists,
                              "lists of steps, each of which begins with await, barrier or expect",
                              {.presence = Presence::required, .alone = true}),
};
constexpr auto any_of_shape = shape_of<AnyOf>(
    "the keys of any_of",
    "Waits until the first step of one of the lists is fulfilled, and goes on with that list.",
    any_of_keys);

// ---- optional ----

struct Optional : StepSpec {
    using StepSpec::StepSpec;
    std::vector<StepPtr> steps;

    std::unique_ptr<StepRun> start(const Scope& scope) const override;
    bool could_accept(const HubEvent& event) const override {
        return sim::could_accept(steps, event);
    }
    void finish(const Given&, Loading& loading) const { check_first(steps, loading); }
};

constexpr Key optional_keys[] = {
    key<&Optional::steps>("steps", forms::steps, "the first of them is await, barrier or expect",
                          {.presence = Presence::required, .alone = true}),
};
constexpr auto optional_shape = shape_of<Optional>(
    "the keys of optional",
    "Steps that are left out when the first of them is not fulfilled in its time.", optional_keys);

class OptionalRun : public StepRun {
  public:
    OptionalRun(const Optional& spec, const Scope& scope) : run_(spec.steps, scope) {}

    StepStatus poll(World& world) override {
        const auto status = run_.poll(world);
        if (status != StepStatus::failed || run_.progress() > 0) return status;
        world.take_failure();
        return StepStatus::done;
    }
    void accepts(std::vector<Accepted>& out) const override { run_.accepts(out); }
    bool could_accept(const HubEvent& event) const override { return run_.could_accept(event); }

  private:
    SequenceRun run_;
};

std::unique_ptr<StepRun> Optional::start(const Scope& scope) const {
    return std::make_unique<OptionalRun>(*this, scope);
}

// ---- finally ----

/// What its steps expect counts only at the end.
struct Finally : StepSpec {
    using StepSpec::StepSpec;
    std::vector<StepPtr> steps;

    std::unique_ptr<StepRun> start(const Scope& scope) const override;
};

constexpr Key finally_keys[] = {
    key<&Finally::steps>("steps", forms::steps, "what is to run at the scenario's end",
                         {.presence = Presence::required, .alone = true}),
};
constexpr auto finally_shape = shape_of<Finally>(
    "the keys of finally",
    "From here on, these steps run at the scenario's end, whether it is fulfilled or fails. Those "
    "reached last run first.",
    finally_keys);

class FinallyRun : public StepRun {
  public:
    FinallyRun(const Finally& spec, const Scope& scope) : spec_(spec), scope_(scope) {}
    StepStatus poll(World& world) override {
        world.defer(spec_.steps, scope_);
        return StepStatus::done;
    }

  private:
    const Finally& spec_;
    const Scope& scope_;
};

std::unique_ptr<StepRun> Finally::start(const Scope& scope) const {
    return std::make_unique<FinallyRun>(*this, scope);
}

}  // namespace

extern constexpr StepKind parallel_kind = step_kind<Parallel, parallel_shape>("parallel");
extern constexpr StepKind any_of_kind = step_kind<AnyOf, any_of_shape>("any_of");
extern constexpr StepKind optional_kind = step_kind<Optional, optional_shape>("optional");
extern constexpr StepKind finally_kind = step_kind<Finally, finally_shape>("finally");

}  // namespace confd::sim
