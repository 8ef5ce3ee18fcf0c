// log: a line for whoever watches.
#include "simulator/scenario/scalars.hpp"
#include "simulator/scenario/steps/steps.hpp"

namespace confd::sim {
namespace {

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
        world.log(substitute(spec_.text, scope_, ignored, &loops)->text);
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

StepPtr parse_log(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Log>(place);
    bool loops = false;
    const auto text = substitute(body, *loading.first, loading.diagnostics, &loops);
    parse_text(*text, "a text", loading.diagnostics);
    step->text = body;
    return step;
}

}  // namespace confd::sim
