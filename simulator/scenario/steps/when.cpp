// when: steps for some releases or products only. Known when the scenario is loaded; steps that are
// not taken are checked all the same, as if the condition held.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "simulator/scenario/scalars.hpp"
#include "simulator/scenario/steps/steps.hpp"

namespace confd::sim {
namespace {

struct Steps : StepSpec {
    using StepSpec::StepSpec;
    std::vector<StepPtr> steps;

    std::unique_ptr<StepRun> start(const Scope& scope) const override {
        return std::make_unique<SequenceRun>(steps, scope);
    }
};

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

}  // namespace

StepPtr parse_when(const YamlPtr& body, Loading& loading, const Place& place) {
    auto step = std::make_shared<Steps>(place);
    StepMap map(body, "when", loading);
    const auto product_node = map.get("product");
    const auto release_node = map.get("release");
    const auto steps = map.require_raw("steps");
    if (body->is_map() && product_node == nullptr && release_node == nullptr) {
        loading.diagnostics.report(body->place, "'when' needs a condition: product or release");
    }
    auto inside = loading;
    bool taken = true;
    if (product_node != nullptr) {
        const auto product = parse_product(product_node->text);
        if (!product) report_expected(*product_node, "confd or nso", loading.diagnostics);
        inside.product = product.value_or(loading.product);
        taken &= inside.product == loading.product;
    }
    if (release_node != nullptr) {
        const auto patterns = parse_patterns(*release_node, loading.diagnostics);
        const bool any = std::ranges::any_of(
            patterns, [&](const Pattern& p) { return p.matches(loading.release); });
        if (!any && !patterns.empty()) inside.release = example_of(patterns.front());
        taken &= any;
    }
    if (steps == nullptr) return step;
    auto parsed = parse_steps(steps, inside);
    if (!taken) return step;
    step->steps = std::move(parsed);
    loading.sends = std::move(inside.sends);
    return step;
}

}  // namespace confd::sim
