// expect: waits for something a subscriber does, or sees to it that none does anything.
//
// What happened before the step counts too unless an expectation before has been met by it, so that
// a quick subscriber is no failure.
#include <fmt/format.h>

#include "simulator/hub/describe.hpp"
#include "simulator/scenario/steps/expectation.hpp"
#include "simulator/scenario/steps/steps.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

struct Expect : StepSpec {
    using StepSpec::StepSpec;
    std::unique_ptr<Expectation> what;
    std::chrono::milliseconds within = default_within;

    std::unique_ptr<StepRun> start(const Scope&) const override;
    bool waits() const override { return true; }
    bool could_accept(const HubEvent& event) const override { return what->could_accept(event); }
    std::string text() const {
        return fmt::format("{} within {}", what->text(), duration_text(within));
    }
};

class ExpectRun : public StepRun {
  public:
    explicit ExpectRun(const Expect& spec) : spec_(spec) {}

    StepStatus poll(World& world) override {
        if (!deadline_) {
            deadline_ = world.now() + spec_.within;
            first_ = world.observed() + 1;
            if (world.traced()) world.trace(spec_, "expect " + spec_.text());
        }
        if (world.dry()) return StepStatus::done;
        for (auto& observation : world.observations()) {
            if (observation.used) continue;
            observation.used = spec_.what->part_of(observation.event);
            if (!spec_.what->met_by(observation.event, world)) continue;
            observation.used = true;
            return StepStatus::done;
        }
        if (world.now() < *deadline_) {
            world.wake_at(*deadline_);
            return StepStatus::running;
        }
        return world.fail(
            Outcome::expectation_failed, spec_.place(),
            fmt::format("expect: expected {}{}", spec_.text(), world.unexpected_since(first_)));
    }
    void accepts(std::vector<Accepted>& out) const override {
        out.push_back({spec_.place(), spec_.text()});
    }
    bool could_accept(const HubEvent& event) const override { return spec_.could_accept(event); }

  private:
    const Expect& spec_;
    std::optional<Instant> deadline_;
    std::uint64_t first_ = 0;
};

std::unique_ptr<StepRun> Expect::start(const Scope&) const {
    return std::make_unique<ExpectRun>(*this);
}

struct Nothing : StepSpec {
    using StepSpec::StepSpec;
    std::chrono::milliseconds span{};

    std::unique_ptr<StepRun> start(const Scope&) const override;
    bool waits() const override { return true; }
};

class NothingRun : public StepRun {
  public:
    explicit NothingRun(const Nothing& spec) : spec_(spec) {}

    StepStatus poll(World& world) override {
        if (!end_) {
            end_ = world.now() + spec_.span;
            first_ = world.observed() + 1;
            if (world.traced()) world.trace(spec_, "expect " + text());
        }
        if (const auto came = world.unexpected_since(first_); !came.empty()) {
            return world.fail(Outcome::expectation_failed, spec_.place(),
                              fmt::format("expect: expected {}{}", text(), came));
        }
        if (world.now() >= *end_) return StepStatus::done;
        world.wake_at(*end_);
        return StepStatus::running;
    }
    void accepts(std::vector<Accepted>& out) const override {
        out.push_back({spec_.place(), text()});
    }

  private:
    std::string text() const { return fmt::format("nothing for {}", duration_text(spec_.span)); }

    const Nothing& spec_;
    std::optional<Instant> end_;
    std::uint64_t first_ = 0;
};

std::unique_ptr<StepRun> Nothing::start(const Scope&) const {
    return std::make_unique<NothingRun>(*this);
}

StepPtr parse_nothing(const DeclaredMap& map, const Place& place, Loading& loading) {
    auto step = std::make_shared<Nothing>(place);
    step->span = map.duration("nothing", {});
    if (const auto within = map.raw("within")) {
        loading.diagnostics.report(within->place, "'within' does not go with 'nothing'");
    }
    return step;
}

StepPtr parse(const YamlPtr& body, Loading& loading, const Place& place) {
    const DeclaredMap map(body, expect_shape, loading);
    std::vector<std::string_view> names{"nothing"};
    for (const auto* kind : expectation_kinds)
        names.push_back(kind->name);
    if (!map.exactly_one(names)) return nullptr;
    if (map.has("nothing")) return parse_nothing(map, place, loading);
    auto step = std::make_shared<Expect>(place);
    for (const auto* kind : expectation_kinds) {
        if (const auto node = map.raw(kind->name)) step->what = kind->parse(node, loading);
    }
    step->within = map.duration("within", default_within);
    return step->what ? step : nullptr;
}

}  // namespace

const StepKind expect_kind{"expect", expect_shape, parse};

}  // namespace confd::sim
