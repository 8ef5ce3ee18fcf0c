#include "simulator/scenario/loading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <charconv>

#include "simulator/scenario/event_fields.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/steps/steps.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

std::vector<std::string_view> kind_names() {
    std::vector<std::string_view> names;
    for (const auto* kind : step_kinds)
        names.push_back(kind->name);
    return names;
}

const StepKind* find_kind(std::string_view name) {
    for (const auto* kind : step_kinds) {
        if (kind->name == name) return kind;
    }
    return nullptr;
}

std::vector<std::string_view> key_names(const MapShape& shape) {
    std::vector<std::string_view> names;
    for (const auto& key : shape.keys)
        names.push_back(key.name);
    return names;
}

}  // namespace

const Role* Loading::find_role(std::string_view name) const {
    const auto found = std::ranges::find(scenario.roles, name, &Role::name);
    return found == scenario.roles.end() ? nullptr : &*found;
}

std::optional<std::string> Loading::parse_role(const YamlNode& node) const {
    auto name = parse_name(node, "the name of a role", diagnostics);
    if (!name || *name == all_roles || find_role(*name) != nullptr) return name;
    std::vector<std::string_view> names{all_roles};
    for (const auto& role : scenario.roles)
        names.push_back(role.name);
    diagnostics.report(node.place, fmt::format("there is no role '{}', expected {}{}", *name,
                                               one_of(names), suggestion(*name, names)));
    return std::nullopt;
}

std::optional<std::uint32_t> Loading::parse_event(const YamlNode& node,
                                                  std::string_view remedy) const {
    auto type = node.is_scalar() ? event_type(node.text) : std::nullopt;
    if (!type && node.is_scalar() && node.plain) {
        std::uint32_t number = 0;
        const auto* end = node.text.data() + node.text.size();
        const auto [stop, error] = std::from_chars(node.text.data(), end, number);
        const bool whole = error == std::errc{} && stop == end;
        if (whole && std::ranges::find(event_types(), number) != event_types().end()) type = number;
    }
    if (!type) {
        diagnostics.report(
            node.place, fmt::format("expected the name of an event such as NOTIF_AUDIT, found {}{}",
                                    describe(node), suggestion(node.text, event_names())));
        return std::nullopt;
    }
    if (const auto why = why_unavailable(*type, wire()); !why.empty()) {
        diagnostics.report(node.place, fmt::format("{}, and this is {} {}{}", why,
                                                   to_string(product), to_string(release), remedy));
        return std::nullopt;
    }
    return type;
}

std::optional<std::string> Loading::parse_send_id(const YamlNode& node) const {
    auto id = parse_name(node, "the id of a send", diagnostics);
    if (!id || sends.contains(*id)) return id;
    const std::vector<std::string_view> names(sends.begin(), sends.end());
    diagnostics.report(node.place, fmt::format("no send before this step has the id '{}'{}", *id,
                                               suggestion(*id, names)));
    return std::nullopt;
}

std::optional<std::string> Loading::parse_stream(const YamlNode& node) const {
    auto name = parse_name(node, "the name of a stream", diagnostics);
    if (!name || scenario.streams.empty()) return name;
    std::vector<std::string_view> names;
    for (const auto& stream : scenario.streams)
        names.push_back(stream.name);
    if (std::ranges::find(names, *name) != names.end()) return name;
    diagnostics.report(node.place, fmt::format("there is no stream '{}', expected {}{}", *name,
                                               one_of(names), suggestion(*name, names)));
    return std::nullopt;
}

DeclaredMap::DeclaredMap(const YamlPtr& node, const MapShape& shape, Loading& loading)
    : node_(node), shape_(shape), loading_(loading) {
    shorthand_ = !shape.shorthand.empty() && !node->is_map() && !node->is_null();
    if (!shorthand_) check();
}

void DeclaredMap::check() const {
    auto& diagnostics = loading_.diagnostics;
    if (!node_->is_map()) {
        const bool required =
            std::ranges::any_of(shape_.keys, [](const Key& key) { return key.required; });
        // Nothing at all is a map without keys where none is needed.
        if (!node_->is_null() || required || shape_.keys.empty()) {
            report_expected(*node_, fmt::format("a map with {}", shape_.what), diagnostics);
        }
        return;
    }
    const auto names = key_names(shape_);
    for (const auto& [key, value] : node_->entries) {
        if (find_key(shape_, key->text) != nullptr) continue;
        diagnostics.report(
            key->place, fmt::format("'{}' is not among {}: expected {}{}", key->text, shape_.what,
                                    one_of(names), suggestion(key->text, names)));
    }
    for (const auto& key : shape_.keys) {
        if (key.required && node_->find(key.name) == nullptr) {
            diagnostics.report(node_->place, fmt::format("'{}' is missing", key.name));
        }
    }
}

const Key& DeclaredMap::declared(std::string_view key) const {
    const auto* found = find_key(shape_, key);
    assert(found != nullptr && "the key is not in the step's declaration");
    return *found;
}

YamlPtr DeclaredMap::raw(std::string_view key) const {
    declared(key);
    if (shorthand_) return key == shape_.shorthand ? node_ : nullptr;
    const auto* found = node_->find(key);
    return found == nullptr ? nullptr : *found;
}

YamlPtr DeclaredMap::get(std::string_view key) const {
    const auto node = raw(key);
    return node == nullptr ? nullptr : substitute(node, *loading_.first, loading_.diagnostics);
}

std::chrono::milliseconds DeclaredMap::duration(std::string_view key,
                                                std::chrono::milliseconds otherwise) const {
    const auto node = get(key);
    if (node == nullptr) return otherwise;
    return parse_timespan(*node, loading_.diagnostics).value_or(otherwise);
}

std::string DeclaredMap::role(std::string_view key) const {
    const auto node = get(key);
    if (node == nullptr) return std::string(all_roles);
    return loading_.parse_role(*node).value_or(std::string(all_roles));
}

std::string DeclaredMap::text(std::string_view key, std::string otherwise) const {
    const auto node = get(key);
    if (node == nullptr) return otherwise;
    const bool name = declared(key).takes == Takes::name;
    return (name ? parse_name(*node, "a name", loading_.diagnostics)
                 : parse_text(*node, "a text", loading_.diagnostics))
        .value_or(otherwise);
}

std::int64_t DeclaredMap::integer(std::string_view key, std::int64_t otherwise) const {
    const auto node = get(key);
    if (node == nullptr) return otherwise;
    const auto& declaration = declared(key);
    if (declaration.low == declaration.high) {
        // Nothing to choose from.
        if (!node->is_scalar() || !node->plain ||
            node->text != fmt::format("{}", declaration.low)) {
            report_expected(*node, fmt::format("{}, {}", declaration.low, declaration.doc),
                            loading_.diagnostics);
        }
        return declaration.low;
    }
    return parse_int(*node, declaration.low, declaration.high, "a number", loading_.diagnostics)
        .value_or(otherwise);
}

std::uint64_t DeclaredMap::seed(std::string_view key, std::uint64_t otherwise) const {
    const auto node = get(key);
    if (node == nullptr) return otherwise;
    return parse_uint64(*node, "a seed", loading_.diagnostics).value_or(otherwise);
}

bool DeclaredMap::flag(std::string_view key, bool otherwise) const {
    const auto node = get(key);
    if (node == nullptr) return otherwise;
    if (node->is_scalar() && node->plain && (node->text == "true" || node->text == "false")) {
        return node->text == "true";
    }
    report_expected(*node, "true or false", loading_.diagnostics);
    return otherwise;
}

double DeclaredMap::number(std::string_view key, double otherwise, double low, double high) const {
    const auto node = get(key);
    if (node == nullptr) return otherwise;
    return parse_number(*node, low, high, loading_.diagnostics).value_or(otherwise);
}

std::size_t DeclaredMap::choice(std::string_view key, std::size_t otherwise) const {
    const auto node = get(key);
    if (node == nullptr) return otherwise;
    const auto choices = declared(key).choices;
    const auto found = std::ranges::find(choices, node->text);
    if (node->is_scalar() && found != choices.end()) {
        return static_cast<std::size_t>(found - choices.begin());
    }
    loading_.diagnostics.report(
        node->place, fmt::format("expected {}, found {}{}", one_of(choices), describe(*node),
                                 suggestion(node->text, choices)));
    return otherwise;
}

std::uint32_t DeclaredMap::mask(std::string_view key) const {
    const auto node = get(key);
    return node == nullptr ? 0 : parse_mask(*node, loading_.diagnostics).value_or(0);
}

std::vector<std::string> DeclaredMap::names(std::string_view key) const {
    const auto node = get(key);
    return node == nullptr ? std::vector<std::string>() : parse_names(*node, loading_.diagnostics);
}

bool DeclaredMap::exactly_one(std::span<const std::string_view> keys) const {
    const auto found = std::ranges::count_if(keys, [&](std::string_view key) { return has(key); });
    if (found == 1) return true;
    // Anything else has been reported.
    if (!node_->is_map() && !node_->is_null()) return false;
    loading_.diagnostics.report(
        node_->place, fmt::format("expected exactly one of {}, found {}", one_of(keys), found));
    return false;
}

Substituted substitute_rounds(const YamlPtr& node, Loading& loading) {
    Substituted out;
    out.first = substitute(node, *loading.first, loading.diagnostics, &out.loops);
    out.last =
        out.loops ? substitute(node, *loading.last, loading.diagnostics, &out.loops) : out.first;
    return out;
}

StepPtr parse_step(const YamlPtr& node, Loading& loading) {
    const auto names = kind_names();
    if (!node->is_map() || node->entries.size() != 1) {
        loading.diagnostics.report(
            node->place,
            fmt::format(
                "a step is a map with one key, expected {}, found {}", one_of(names),
                node->is_map() ? fmt::format("{} keys", node->entries.size()) : describe(*node)));
        return nullptr;
    }
    const auto& [key, body] = node->entries.front();
    if (const auto* kind = find_kind(key->text)) {
        auto step = kind->parse(body, loading, key->place);
        if (step != nullptr) loading.listed.push_back({step, kind->name});
        return step;
    }
    loading.diagnostics.report(
        key->place, fmt::format("there is no step '{}', expected {}{}", key->text, one_of(names),
                                suggestion(key->text, names)));
    return nullptr;
}

StepPtr parse_step_of_kind(std::string_view kind, const YamlPtr& body, Loading& loading) {
    return find_kind(kind)->parse(body, loading, body->place);
}

std::vector<StepPtr> parse_steps(const YamlPtr& node, Loading& loading) {
    std::vector<StepPtr> steps;
    if (!node->is_sequence()) {
        report_expected(*node, "a list of steps", loading.diagnostics);
        return steps;
    }
    for (const auto& item : node->items) {
        if (auto step = parse_step(item, loading)) steps.push_back(std::move(step));
    }
    return steps;
}

std::vector<std::vector<StepPtr>> parse_step_lists(const YamlPtr& node, Loading& loading) {
    std::vector<std::vector<StepPtr>> lists;
    if (!node->is_sequence() || node->items.empty()) {
        report_expected(*node, "a list of lists of steps", loading.diagnostics);
        return lists;
    }
    for (const auto& item : node->items) {
        if (item->is_sequence() && item->items.empty()) {
            loading.diagnostics.report(item->place, "a list without steps");
        }
        lists.push_back(parse_steps(item, loading));
    }
    return lists;
}

}  // namespace confd::sim
