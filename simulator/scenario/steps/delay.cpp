// delay: lets time pass.
#include <fmt/format.h>

#include "simulator/scenario/scalars.hpp"
#include "simulator/scenario/steps/steps.hpp"

namespace confd::sim {
namespace {

struct Delay : StepSpec {
    using StepSpec::StepSpec;
    std::chrono::milliseconds span{};

    std::unique_ptr<StepRun> start(const Scope&) const override;
};

class DelayRun : public StepRun {
  public:
    explicit DelayRun(const Delay& spec) : spec_(spec) {}

    StepStatus poll(World& world) override {
        if (!end_) end_ = world.now() + spec_.span;
        if (world.now() >= *end_) return StepStatus::done;
        world.wake_at(*end_);
        return StepStatus::running;
    }

  private:
    const Delay& spec_;
    std::optional<Instant> end_;
};

std::unique_ptr<StepRun> Delay::start(const Scope&) const {
    return std::make_unique<DelayRun>(*this);
}

}  // namespace

std::string duration_text(std::chrono::milliseconds span) {
    const auto ms = span.count();
    if (ms % 1000 != 0 || ms == 0) return fmt::format("{}ms", ms);
    return ms % 60'000 == 0 ? fmt::format("{}m", ms / 60'000) : fmt::format("{}s", ms / 1000);
}

StepPtr parse_delay(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Delay>(place);
    const auto node = substitute(body, *loading.first, loading.diagnostics);
    if (const auto span = parse_timespan(*node, loading.diagnostics)) step->span = *span;
    return step;
}

}  // namespace confd::sim
