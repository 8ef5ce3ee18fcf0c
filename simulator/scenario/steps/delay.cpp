// delay: lets time pass, so long as is written or as is drawn.
#include <fmt/format.h>

#include <cmath>

#include "simulator/scenario/steps/steps.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr Key keys[] = {
    {.name = "fixed", .takes = Takes::duration, .doc = "always so long"},
    {.name = "uniform", .takes = Takes::any, .doc = "evenly between two durations: [50ms, 200ms]"},
    {.name = "exponential",
     .takes = Takes::duration,
     .doc = "so long on average, as between independent events; at most ten times that"},
    {.name = "seed",
     .takes = Takes::seed,
     .doc = "of what is drawn",
     .otherwise = "from the scenario's seed"},
};
constexpr MapShape shape{"the keys of delay", "Lets time pass.", keys, "fixed"};

/// A draw above this many times the mean is cut: one in 22,000.
constexpr double longest_draw = 10;

struct Delay : StepSpec {
    using StepSpec::StepSpec;
    enum class Kind : std::uint8_t { fixed, uniform, exponential } kind = Kind::fixed;
    Milliseconds low{};  ///< or the only one, or the mean
    Milliseconds high{};
    std::optional<std::uint64_t> seed;

    std::unique_ptr<StepRun> start(const Scope&) const override;

    Clock::duration draw(World& world) const {
        if (kind == Kind::fixed) return low;
        auto random = world.random(*this, seed);
        const auto mean = std::chrono::duration<double, std::milli>(low);
        const auto span = kind == Kind::uniform
                              ? mean + random.unit() * (high - low)
                              : mean * std::min(longest_draw, -std::log(1 - random.unit()));
        return std::chrono::duration_cast<std::chrono::microseconds>(span);
    }
};

class DelayRun : public StepRun {
  public:
    explicit DelayRun(const Delay& spec) : spec_(spec) {}

    StepStatus poll(World& world) override {
        if (!end_) {
            end_ = world.now() + spec_.draw(world);
            const std::chrono::duration<double, std::milli> span = *end_ - world.now();
            if (world.traced()) world.trace(spec_, fmt::format("delay {}ms", span.count()));
        }
        if (world.now() >= *end_) return StepStatus::done;
        world.wake_at(*end_);
        return StepStatus::running;
    }
    void accepts(std::vector<Accepted>& out) const override {
        out.push_back({spec_.place(), "nothing until the delay is over"});
    }

  private:
    const Delay& spec_;
    std::optional<Instant> end_;
};

std::unique_ptr<StepRun> Delay::start(const Scope&) const {
    return std::make_unique<DelayRun>(*this);
}

void parse_uniform(Delay& step, const YamlNode& node, Diagnostics& diagnostics) {
    if (!node.is_sequence() || node.items.size() != 2) {
        return report_expected(node, "two durations such as [50ms, 200ms]", diagnostics);
    }
    const auto low = parse_timespan(*node.items[0], diagnostics);
    const auto high = parse_timespan(*node.items[1], diagnostics);
    if (!low || !high) return;
    if (*low > *high) diagnostics.report(node.place, "the first duration is above the second");
    step.low = *low;
    step.high = std::max(*low, *high);
}

StepPtr parse(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Delay>(place);
    const DeclaredMap map(body, shape, loading);
    if (!map.exactly_one({"fixed", "uniform", "exponential"})) return step;
    step->low = map.duration("fixed", {});
    if (const auto uniform = map.get("uniform")) {
        step->kind = Delay::Kind::uniform;
        parse_uniform(*step, *uniform, loading.diagnostics);
    }
    if (map.has("exponential")) {
        step->kind = Delay::Kind::exponential;
        step->low = map.duration("exponential", {});
    }
    if (map.has("seed")) step->seed = map.seed("seed", 0);
    return step;
}

}  // namespace

const StepKind delay_kind{"delay", shape, parse};

std::string duration_text(Milliseconds span) {
    const auto ms = span.count();
    if (ms % 1000 != 0 || ms == 0) return fmt::format("{}ms", ms);
    return ms % 60'000 == 0 ? fmt::format("{}m", ms / 60'000) : fmt::format("{}s", ms / 1000);
}

}  // namespace confd::sim
