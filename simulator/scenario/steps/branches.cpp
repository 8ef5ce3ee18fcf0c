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

constexpr Key parallel_keys[] = {{.name = "branches",
                                  .takes = Takes::step_lists,
                                  .doc = "lists of steps that run side by side",
                                  .required = true}};
constexpr MapShape parallel_shape{
    "the keys of parallel",
    "Runs lists of steps side by side; it is done when all of them are, and fails with the first.",
    parallel_keys, "branches"};

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

StepPtr parse_parallel(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Parallel>(place);
    const DeclaredMap map(body, parallel_shape, loading);
    if (const auto lists = map.raw("branches")) step->lists = parse_step_lists(lists, loading);
    return step;
}

// ---- any_of ----

constexpr Key any_of_keys[] = {
    {.name = "branches",
     .takes = Takes::step_lists,
     .doc = "lists of steps, each of which begins with await, barrier or expect",
     .required = true}};
constexpr MapShape any_of_shape{
    "the keys of any_of",
    "Waits until the first step of one of the lists is fulfilled, and goes on with that list.",
    any_of_keys, "branches"};

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

struct AnyOf : Branches {
    using Branches::Branches;
    bool waits() const override { return true; }
    std::unique_ptr<StepRun> start(const Scope& scope) const override {
        return std::make_unique<AnyOfRun>(*this, scope);
    }
};

/// Only a step that waits can tell whether its alternative is the one.
void check_first(const std::vector<StepPtr>& steps, Loading& loading) {
    if (steps.empty() || steps.front()->waits()) return;
    loading.diagnostics.report(steps.front()->place(),
                               "expected await, barrier or expect as the first step here");
}

StepPtr parse_any_of(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<AnyOf>(place);
    const DeclaredMap map(body, any_of_shape, loading);
    if (const auto lists = map.raw("branches")) step->lists = parse_step_lists(lists, loading);
    for (const auto& steps : step->lists)
        check_first(steps, loading);
    return step;
}

// ---- optional ----

constexpr Key optional_keys[] = {{.name = "steps",
                                  .takes = Takes::steps,
                                  .doc = "the first of them is await, barrier or expect",
                                  .required = true}};
constexpr MapShape optional_shape{
    "the keys of optional",
    "Steps that are left out when the first of them is not fulfilled in its time.", optional_keys,
    "steps"};

class OptionalRun : public BranchRuns {
  public:
    using BranchRuns::BranchRuns;

    StepStatus poll(World& world) override {
        const auto status = runs_.front()->poll(world);
        if (status != StepStatus::failed || runs_.front()->progress() > 0) return status;
        world.take_failure();
        return StepStatus::done;
    }
};

struct Optional : Branches {
    using Branches::Branches;
    std::unique_ptr<StepRun> start(const Scope& scope) const override {
        return std::make_unique<OptionalRun>(*this, scope);
    }
};

StepPtr parse_optional(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Optional>(place);
    const DeclaredMap map(body, optional_shape, loading);
    auto& steps = step->lists.emplace_back();
    if (const auto node = map.raw("steps")) steps = parse_steps(node, loading);
    check_first(steps, loading);
    return step;
}

// ---- finally ----

constexpr Key finally_keys[] = {{.name = "steps",
                                 .takes = Takes::steps,
                                 .doc = "what is to run at the scenario's end",
                                 .required = true}};
constexpr MapShape finally_shape{
    "the keys of finally",
    "From here on, these steps run at the scenario's end, whether it is fulfilled or fails. Those "
    "reached last run first.",
    finally_keys, "steps"};

class FinallyRun : public StepRun {
  public:
    FinallyRun(const std::vector<StepPtr>& steps, const Scope& scope)
        : steps_(steps), scope_(scope) {}
    StepStatus poll(World& world) override {
        world.defer(steps_, scope_);
        return StepStatus::done;
    }

  private:
    const std::vector<StepPtr>& steps_;
    const Scope& scope_;
};

struct Finally : Branches {
    using Branches::Branches;
    /// What they expect counts only at the end.
    bool could_accept(const HubEvent&) const override { return false; }
    std::unique_ptr<StepRun> start(const Scope& scope) const override {
        return std::make_unique<FinallyRun>(lists.front(), scope);
    }
};

StepPtr parse_finally(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Finally>(place);
    const DeclaredMap map(body, finally_shape, loading);
    auto& steps = step->lists.emplace_back();
    if (const auto node = map.raw("steps")) steps = parse_steps(node, loading);
    return step;
}

}  // namespace

const StepKind parallel_kind{"parallel", parallel_shape, parse_parallel};
const StepKind any_of_kind{"any_of", any_of_shape, parse_any_of};
const StepKind optional_kind{"optional", optional_shape, parse_optional};
const StepKind finally_kind{"finally", finally_shape, parse_finally};

}  // namespace confd::sim
