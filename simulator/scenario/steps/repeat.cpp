// repeat: runs steps several times; a variable counts the rounds from 1.
#include <fmt/format.h>

#include "simulator/scenario/steps/steps.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

constexpr Key keys[] = {
    {.name = "times",
     .takes = Takes::integer,
     .doc = "how many rounds",
     .required = true,
     .low = 1,
     .high = 1'000'000'000},
    {.name = "as", .takes = Takes::name, .doc = "the variable that counts", .otherwise = "i"},
    {.name = "steps", .takes = Takes::steps, .doc = "what is repeated", .required = true},
};
constexpr MapShape shape{
    "the keys of repeat",
    "Runs steps several times; $i counts the rounds from 1, in event fields and log texts.", keys};

struct Repeat : StepSpec {
    using StepSpec::StepSpec;
    std::int64_t times = 1;
    std::string as = "i";
    std::vector<StepPtr> steps;

    std::unique_ptr<StepRun> start(const Scope& scope) const override;
    bool could_accept(const HubEvent& event) const override {
        return sim::could_accept(steps, event);
    }
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
    void accepts(std::vector<Accepted>& out) const override {
        if (current_) current_->accepts(out);
    }
    bool could_accept(const HubEvent& event) const override {
        if (current_ && current_->could_accept(event)) return true;
        return round_ < spec_.times && spec_.could_accept(event);
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

StepPtr parse(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Repeat>(place);
    const DeclaredMap map(body, shape, loading);
    step->times = map.integer("times", 1);
    step->as = map.text("as", "i");
    if (!is_variable_name(step->as)) {
        report_expected(*map.raw("as"), "the name of a variable (letters, digits and _)",
                        loading.diagnostics);
        step->as = "i";
    }
    if (const auto steps = map.raw("steps")) step->steps = parse_body(steps, *step, loading);
    return step;
}

}  // namespace

const StepKind repeat_kind{"repeat", shape, parse};

}  // namespace confd::sim
