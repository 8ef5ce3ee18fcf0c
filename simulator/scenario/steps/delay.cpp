// SPDX-License-Identifier: Apache-2.0
// delay: lets time pass, so long as is written or as is drawn.
#include <fmt/format.h>

#include <cmath>

#include "simulator/scenario/steps/steps.hpp"
#include "simulator/text/key_schema.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

using Milliseconds = std::chrono::milliseconds;

/// A draw above this many times the mean is cut: one in 22,000.
constexpr double longest_draw = 10;

struct Range {
    Milliseconds low{};
    Milliseconds high{};
};

/// One of the three.
struct Delay : StepSpec {
    using StepSpec::StepSpec;
    std::optional<Milliseconds> fixed;
    std::optional<Range> uniform;
    std::optional<Milliseconds> mean;
    std::optional<std::uint64_t> seed;

    std::unique_ptr<StepRun> start(const Scope&) const override;

    Clock::duration draw(World& world) const {
        if (fixed) return *fixed;
        auto random = world.random(*this, seed);
        using Span = std::chrono::duration<double, std::milli>;
        const auto span = uniform
                              ? Span(uniform->low) + random.unit() * (uniform->high - uniform->low)
                              : Span(*mean) * std::min(longest_draw, -std::log(1 - random.unit()));
        return std::chrono::duration_cast<std::chrono::microseconds>(span);
    }
};

void read_range(const YamlPtr& node, Range& into, const Key&, Reading& reading) {
    auto& diagnostics = reading.diagnostics;
    if (!node->is_sequence() || node->items.size() != 2) {
        return report_expected(*node, "two durations such as [50ms, 200ms]", diagnostics);
    }
    const auto low = parse_timespan(*node->items[0], diagnostics);
    const auto high = parse_timespan(*node->items[1], diagnostics);
    if (!low || !high) return;
    if (*low > *high) {
        return diagnostics.report(node->place, "the first duration is above the second");
    }
    into = {*low, *high};
}
boost::json::object range_schema(const Key&) {
    auto out = schema::list_of(schema::ref("duration"));
    out["minItems"] = 2;
    out["maxItems"] = 2;
    return out;
}
constexpr auto range = forms::make<Range, read_range>(range_schema);

constexpr Key keys[] = {
    key<&Delay::fixed>("fixed", "always so long", {.presence = Presence::one_of, .alone = true}),
    key<&Delay::uniform>("uniform", range, "evenly between two durations: [50ms, 200ms]",
                         {.presence = Presence::one_of}),
    key<&Delay::mean>("exponential",
                      "so long on average, as between independent events; at most ten times that",
                      {.presence = Presence::one_of}),
    key<&Delay::seed>("seed", forms::seed, "of what is drawn",
                      {.otherwise = "from the scenario's seed"}),
};
constexpr auto shape = shape_of<Delay>("the keys of delay", "Lets time pass.", keys);

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

}  // namespace

extern constexpr StepKind delay_kind = step_kind<Delay, shape>("delay");

}  // namespace confd::sim
