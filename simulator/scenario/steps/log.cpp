// SPDX-License-Identifier: Apache-2.0
// log: a line for whoever watches.
#include "simulator/scenario/steps/steps.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

struct Log : StepSpec {
    using StepSpec::StepSpec;
    YamlPtr text;

    std::unique_ptr<StepRun> start(const Scope& scope) const override;
    void finish(const Given&, Loading& loading) const {
        if (text == nullptr) return;
        parse_text(*substitute_rounds(text, loading).first, "a text", loading.diagnostics);
    }
};

constexpr auto text_of_rounds = forms::raw_node(forms::text_schema);

constexpr Key keys[] = {
    key<&Log::text>("text", text_of_rounds, "the line; may use the counters of repeats",
                    {.presence = Presence::required, .alone = true}),
};
constexpr auto shape = shape_of<Log>("the keys of log", "Prints a line on standard error.", keys);

class LogRun : public StepRun {
  public:
    LogRun(const Log& spec, const Scope& scope) : spec_(spec), scope_(scope) {}

    StepStatus poll(World& world) override {
        Diagnostics ignored;
        bool loops = false;
        const auto text = substitute(spec_.text, scope_, ignored, &loops)->text;
        if (world.traced()) world.trace(spec_, "log: " + text);
        world.log(text);
        return StepStatus::done;
    }

  private:
    const Log& spec_;
    const Scope& scope_;
};

std::unique_ptr<StepRun> Log::start(const Scope& scope) const {
    return std::make_unique<LogRun>(*this, scope);
}

}  // namespace

extern constexpr StepKind log_kind = step_kind<Log, shape>("log");

}  // namespace confd::sim
