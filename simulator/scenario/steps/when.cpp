// SPDX-License-Identifier: Apache-2.0
// when: steps for some releases or products, known when the scenario is loaded, or for masks that
// somebody has, known when it runs. Steps of other releases are checked all the same, as if the
// condition held.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "simulator/hub/describe.hpp"
#include "simulator/scenario/steps/steps.hpp"
#include "simulator/text/key_schema.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

/// "7.x" or "7.8"; a minor of nothing is any.
struct Pattern {
    std::uint8_t major = 0;
    std::optional<std::uint8_t> minor;

    bool matches(const Release& release) const {
        return release.major == major && (!minor || release.minor == *minor);
    }
};

struct When : StepSpec {
    using StepSpec::StepSpec;
    std::optional<Product> product;
    std::optional<std::vector<Pattern>> releases;
    std::uint32_t mask = 0;
    std::string role = std::string(all_roles);
    YamlPtr body;  ///< the steps, as they are written
    std::vector<StepPtr> steps;

    std::unique_ptr<StepRun> start(const Scope& scope) const override;
    void finish(const Given& given, Loading& loading);
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

void read_patterns(const YamlPtr& node, std::vector<Pattern>& into, const Key&, Reading& reading) {
    const auto add = [&](const YamlNode& item) {
        if (const auto pattern = parse_pattern(item, reading.diagnostics)) into.push_back(*pattern);
    };
    if (!node->is_sequence()) return add(*node);
    for (const auto& item : node->items)
        add(*item);
}
boost::json::object patterns_schema(const Key&) {
    return schema::one_or_list(
        schema::either({schema::ref("release"), schema::matching("^[678]\\.x$")}));
}
constexpr auto patterns = forms::make<std::vector<Pattern>, read_patterns>(patterns_schema);

constexpr Key keys[] = {
    key<&When::product>("product", "the product that is played", {.presence = Presence::any_of}),
    key<&When::releases>("release", patterns,
                         "the release that is played: 7.x, 7.8, or a list of such",
                         {.presence = Presence::any_of}),
    key<&When::mask>("mask", forms::mask,
                     "some subscriber's mask has all these bits at that moment",
                     {.presence = Presence::any_of}),
    key<&When::role>("role", forms::role, "with mask: a subscriber of this role", {.with = "mask"}),
    key<&When::body>("steps", forms::unread_steps, "the steps", {.presence = Presence::required}),
};
constexpr auto shape =
    shape_of<When>("the keys of when", "Runs steps only where all its conditions hold.", keys);

/// The release to check steps with that this run does not take.
Release example_of(const Pattern& pattern) {
    constexpr std::uint8_t usual[] = {6, 8, 2};  // 6.6, 7.8, 8.2
    return {pattern.major, pattern.minor.value_or(usual[pattern.major - 6]), 0};
}

/// Whether the run takes the steps. They are read as for a release and product that do.
bool takes(const When& when, Loading& inside) {
    bool taken = true;
    if (when.product) taken = std::exchange(inside.product, *when.product) == *when.product;
    if (!when.releases || when.releases->empty()) return taken && !when.releases;
    const bool release = std::ranges::any_of(
        *when.releases, [&](const Pattern& pattern) { return pattern.matches(inside.release); });
    if (!release) inside.release = example_of(when.releases->front());
    return taken && release;
}

void When::finish(const Given&, Loading& loading) {
    if (body == nullptr) return;
    auto inside = loading;
    const bool taken = takes(*this, inside);
    auto parsed = parse_steps(body, inside);
    if (!taken) return;
    steps = std::move(parsed);
    loading.sends = std::move(inside.sends);
    loading.faults = std::move(inside.faults);
    loading.listed = std::move(inside.listed);
}

}  // namespace

extern constexpr StepKind when_kind = step_kind<When, shape>("when");

}  // namespace confd::sim
