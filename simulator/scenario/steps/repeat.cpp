// repeat: runs steps several times; a variable counts the rounds from 1.
#include <fmt/format.h>

#include "simulator/scenario/scalars.hpp"
#include "simulator/scenario/steps/steps.hpp"

namespace confd::sim {
namespace {

constexpr std::int64_t max_times = 1'000'000'000;

struct Repeat : StepSpec {
    using StepSpec::StepSpec;
    std::int64_t times = 1;
    std::string as = "i";
    std::vector<StepPtr> steps;

    std::unique_ptr<StepRun> start(const Scope& scope) const override;
};

class RepeatRun : public StepRun {
  public:
    RepeatRun(const Repeat& spec, const Scope& outer) : spec_(spec), outer_(outer) {}

    StepStatus poll(World& world) override {
        while (true) {
            if (current_) {
                const auto status = current_->poll(world);
                if (status != StepStatus::done) return status;
                current_.reset();
            }
            if (round_ == spec_.times) return StepStatus::done;
            // Rounds without steps count as steps, or a billion of them would hold up the server.
            if (spec_.steps.empty() && !world.spend_step()) {
                world.wake_at(world.now());
                return StepStatus::running;
            }
            next_round();
        }
    }

  private:
    void next_round() {
        scope_.emplace(&outer_);
        scope_->set_loop(spec_.as, ++round_);
        current_.emplace(spec_.steps, *scope_);
    }

    const Repeat& spec_;
    const Scope& outer_;
    std::int64_t round_ = 0;
    std::optional<Scope> scope_;
    std::optional<SequenceRun> current_;
};

std::unique_ptr<StepRun> Repeat::start(const Scope& scope) const {
    return std::make_unique<RepeatRun>(*this, scope);
}

/// The steps, with the variable at its first and at its last value.
std::vector<StepPtr> parse_body(const YamlPtr& steps, const Repeat& repeat, Loading& loading) {
    Scope first(loading.first);
    Scope last(loading.last);
    first.set_loop(repeat.as, 1);
    last.set_loop(repeat.as, repeat.times);
    const auto* outer_first = std::exchange(loading.first, &first);
    const auto* outer_last = std::exchange(loading.last, &last);
    auto parsed = parse_steps(steps, loading);
    loading.first = outer_first;
    loading.last = outer_last;
    return parsed;
}

}  // namespace

StepPtr parse_repeat(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Repeat>(place);
    StepMap map(body, "repeat", loading);
    if (const auto times = map.require("times")) {
        step->times =
            parse_int(*times, 1, max_times, "a number of rounds", loading.diagnostics).value_or(1);
    }
    if (const auto as = map.get("as")) {
        const auto name = parse_name(*as, "the name of a variable", loading.diagnostics);
        if (name && !is_variable_name(*name)) {
            report_expected(*as, "the name of a variable (letters, digits and _)",
                            loading.diagnostics);
        } else if (name) {
            step->as = *name;
        }
    }
    if (const auto steps = map.require_raw("steps")) {
        step->steps = parse_body(steps, *step, loading);
    }
    return step;
}

}  // namespace confd::sim
