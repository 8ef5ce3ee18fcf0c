// SPDX-License-Identifier: Apache-2.0
// repeat: runs steps several times; a variable counts the rounds from 1.
#include <fmt/format.h>

#include "simulator/scenario/steps/steps.hpp"
#include "simulator/text/key_schema.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

void read_variable_name(const YamlPtr& node, std::string& into, const Key&, Reading& reading) {
    if (node->is_scalar() && is_variable_name(node->text)) {
        into = node->text;
    } else {
        report_expected(*node, variable_name_expected, reading.diagnostics);
    }
}
boost::json::object variable_name_schema(const Key&) {
    return schema::matching(variable_name_pattern);
}
constexpr auto variable_name =
    forms::make<std::string, read_variable_name, forms::as_it_is>(variable_name_schema);

struct Repeat : StepSpec {
    using StepSpec::StepSpec;
    std::int64_t times = 1;
    std::string as = "i";
    YamlPtr body;  ///< the steps, as they are written
    std::vector<StepPtr> steps;

    std::unique_ptr<StepRun> start(const Scope& scope) const override;
    void finish(const Given& given, Loading& loading);
    bool could_accept(const HubEvent& event) const override {
        return sim::could_accept(steps, event);
    }
};

constexpr Key keys[] = {
    key<&Repeat::times>("times", "how many rounds",
                        {.presence = Presence::required, .low = 1, .high = 1'000'000'000}),
    key<&Repeat::as>("as", variable_name, "the variable that counts"),
    key<&Repeat::body>("steps", forms::unread_steps, "what is repeated",
                       {.presence = Presence::required}),
};
constexpr auto shape = shape_of<Repeat>(
    "the keys of repeat",
    "Runs steps several times; $i counts the rounds from 1, in event fields and log texts.", keys);

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

/// The steps are read with the variable at its first and at its last value.
void Repeat::finish(const Given&, Loading& loading) {
    if (body == nullptr) return;
    Scope first(loading.first);
    Scope last(loading.last);
    first.set_loop(as, 1);
    last.set_loop(as, times);
    const auto* outer_first = std::exchange(loading.first, &first);
    const auto* outer_last = std::exchange(loading.last, &last);
    steps = parse_steps(body, loading);
    loading.first = outer_first;
    loading.last = outer_last;
}

}  // namespace

extern constexpr StepKind repeat_kind = step_kind<Repeat, shape>("repeat");

}  // namespace confd::sim
