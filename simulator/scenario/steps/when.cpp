// when: steps for some releases or products, known when the scenario is loaded, or for masks that
// somebody has, known when it runs. Steps of other releases are checked all the same, as if the
// condition held.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "simulator/hub/describe.hpp"
#include "simulator/scenario/steps/steps.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

constexpr Key keys[] = {
    {.name = "product", .takes = Takes::product, .doc = "the product that is played"},
    {.name = "release",
     .takes = Takes::releases,
     .doc = "the release that is played: 7.x, 7.8, or a list of such"},
    {.name = "mask",
     .takes = Takes::mask,
     .doc = "some subscriber's mask has all these bits at that moment"},
    {.name = "role",
     .takes = Takes::role,
     .doc = "with mask: a subscriber of this role",
     .otherwise = "all"},
    {.name = "steps", .takes = Takes::steps, .doc = "the steps", .required = true},
};
constexpr MapShape shape{"the keys of when", "Runs steps only where all its conditions hold.",
                         keys};

struct When : StepSpec {
    using StepSpec::StepSpec;
    std::vector<StepPtr> steps;
    std::uint32_t mask = 0;
    std::string role;

    std::unique_ptr<StepRun> start(const Scope& scope) const override;
    bool could_accept(const HubEvent& event) const override {
        return sim::could_accept(steps, event);
    }
};

class WhenRun : public StepRun {
  public:
    WhenRun(const When& spec, const Scope& scope) : spec_(spec), run_(spec.steps, scope) {}

    StepStatus poll(World& world) override {
        if (!taken_) taken_ = spec_.mask == 0 || world.dry() || somebody_has(world.hub());
        return *taken_ ? run_.poll(world) : StepStatus::done;
    }
    void accepts(std::vector<Accepted>& out) const override { run_.accepts(out); }
    bool could_accept(const HubEvent& event) const override {
        return taken_.value_or(true) && run_.could_accept(event);
    }

  private:
    bool somebody_has(const Hub& hub) const {
        return std::ranges::any_of(hub.subscribers(spec_.role), [&](PeerId peer) {
            return (hub.session(peer)->subscription().mask & spec_.mask) == spec_.mask;
        });
    }

    const When& spec_;
    SequenceRun run_;
    std::optional<bool> taken_;
};

std::unique_ptr<StepRun> When::start(const Scope& scope) const {
    return std::make_unique<WhenRun>(*this, scope);
}

/// "7.x" or "7.8"; a minor of nothing is any.
struct Pattern {
    std::uint8_t major = 0;
    std::optional<std::uint8_t> minor;

    bool matches(const Release& release) const {
        return release.major == major && (!minor || release.minor == *minor);
    }
};

std::optional<Pattern> parse_pattern(const YamlNode& node, Diagnostics& diagnostics) {
    const std::string_view text = node.is_scalar() ? std::string_view(node.text) : "";
    Pattern pattern;
    if (text.ends_with(".x")) {
        const auto major = text.substr(0, text.size() - 2);
        const auto [end, code] =
            std::from_chars(major.data(), major.data() + major.size(), pattern.major);
        const bool whole = code == std::errc{} && end == major.data() + major.size();
        if (whole && pattern.major >= 6 && pattern.major <= 8) return pattern;
    } else if (const auto release = parse_release(text)) {
        return Pattern{release->major, release->minor};
    }
    report_expected(node, "a release such as 7.x or 7.8", diagnostics);
    return std::nullopt;
}

std::vector<Pattern> parse_patterns(const YamlNode& node, Diagnostics& diagnostics) {
    std::vector<Pattern> patterns;
    const auto add = [&](const YamlNode& item) {
        if (const auto pattern = parse_pattern(item, diagnostics)) patterns.push_back(*pattern);
    };
    if (node.is_sequence()) {
        for (const auto& item : node.items)
            add(*item);
    } else {
        add(node);
    }
    return patterns;
}

/// The release to check steps with that this run does not take.
Release example_of(const Pattern& pattern) {
    constexpr std::uint8_t usual[] = {6, 8, 2};  // 6.6, 7.8, 8.2
    return {pattern.major, pattern.minor.value_or(usual[pattern.major - 6]), 0};
}

bool takes_product(const DeclaredMap& map, Loading& inside) {
    const auto node = map.get("product");
    if (node == nullptr) return true;
    const auto product = parse_product(node->text);
    if (!product) report_expected(*node, "confd or nso", inside.diagnostics);
    const auto played = std::exchange(inside.product, product.value_or(inside.product));
    return inside.product == played;
}

bool takes_release(const DeclaredMap& map, Loading& inside) {
    const auto node = map.get("release");
    if (node == nullptr) return true;
    const auto patterns = parse_patterns(*node, inside.diagnostics);
    const bool taken = std::ranges::any_of(
        patterns, [&](const Pattern& pattern) { return pattern.matches(inside.release); });
    if (!taken && !patterns.empty()) inside.release = example_of(patterns.front());
    return taken;
}

StepPtr parse(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<When>(place);
    const DeclaredMap map(body, shape, loading);
    if (!map.has("product") && !map.has("release") && !map.has("mask")) {
        loading.diagnostics.report(body->place,
                                   "'when' needs a condition: product, release or mask");
    }
    auto inside = loading;
    const bool product = takes_product(map, inside);
    const bool taken = takes_release(map, inside) && product;
    step->mask = map.mask("mask");
    step->role = map.role("role");
    if (map.has("role") && !map.has("mask")) {
        loading.diagnostics.report(map.raw("role")->place, "'role' goes with 'mask' only");
    }
    const auto steps = map.raw("steps");
    if (steps == nullptr) return step;
    auto parsed = parse_steps(steps, inside);
    if (!taken) return step;
    step->steps = std::move(parsed);
    loading.sends = std::move(inside.sends);
    loading.faults = std::move(inside.faults);
    return step;
}

}  // namespace

const StepKind when_kind{"when", shape, parse};

}  // namespace confd::sim
