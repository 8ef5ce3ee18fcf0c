// log: a line for whoever watches.
#include "simulator/scenario/steps/steps.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

constexpr Key keys[] = {{.name = "text",
                         .takes = Takes::text,
                         .doc = "the line; may use the counters of repeats",
                         .required = true}};
constexpr MapShape shape{"the keys of log", "Prints a line on standard error.", keys, "text"};

struct Log : StepSpec {
    using StepSpec::StepSpec;
    YamlPtr text;

    std::unique_ptr<StepRun> start(const Scope& scope) const override;
};

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

StepPtr parse(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Log>(place);
    const DeclaredMap map(body, shape, loading);
    step->text = map.raw("text");
    if (step->text == nullptr) return nullptr;
    parse_text(*substitute_rounds(step->text, loading).first, "a text", loading.diagnostics);
    return step;
}

}  // namespace

const StepKind log_kind{"log", shape, parse};

}  // namespace confd::sim
