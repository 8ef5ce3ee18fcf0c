// SPDX-License-Identifier: Apache-2.0
#include "simulator/scenario/loading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "simulator/scenario/event_fields.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/text/key_schema.hpp"
#include "simulator/text/scalars.hpp"

namespace confd::sim {
namespace {

std::vector<std::string_view> kind_names() {
    std::vector<std::string_view> names;
    for (const auto* kind : step_kinds())
        names.push_back(kind->name);
    return names;
}

const StepKind* find_kind(std::string_view name) {
    const auto kinds = step_kinds();
    const auto found = std::ranges::find(kinds, name, &StepKind::name);
    return found == kinds.end() ? nullptr : *found;
}

Loading& loader(Reading& reading) {
    return static_cast<Loading&>(reading);
}

void read_role(const YamlPtr& node, std::string& into, const Key&, Reading& reading) {
    if (auto role = loader(reading).parse_role(*node)) into = std::move(*role);
}
void read_send_id(const YamlPtr& node, std::string& into, const Key&, Reading& reading) {
    if (auto id = loader(reading).parse_send_id(*node)) into = std::move(*id);
}
void read_stream(const YamlPtr& node, std::string& into, const Key&, Reading& reading) {
    if (auto stream = loader(reading).parse_stream(*node)) into = std::move(*stream);
}
void read_steps(const YamlPtr& node, std::vector<StepPtr>& into, const Key&, Reading& reading) {
    into = parse_steps(node, loader(reading));
}
void read_step_lists(const YamlPtr& node, std::vector<std::vector<StepPtr>>& into, const Key&,
                     Reading& reading) {
    into = parse_step_lists(node, loader(reading));
}

boost::json::object role_schema(const Key&) {
    return schema::ref("role");
}
boost::json::object send_id_schema(const Key&) {
    return schema::ref("send_id");
}
boost::json::object stream_schema(const Key&) {
    return schema::ref("stream");
}
boost::json::object steps_schema(const Key&) {
    return schema::ref("steps");
}
boost::json::object step_lists_schema(const Key&) {
    auto out =
        schema::list_of({{"allOf", boost::json::array{schema::ref("steps"),
                                                      boost::json::object{{"minItems", 1}}}}});
    out["minItems"] = 1;
    return out;
}

/// Steps as they stand in the file.
template <class T>
constexpr FormOf<T> unwritten(FormOf<T> form) {
    form.raw = true;
    form.literal = true;
    return form;
}

}  // namespace

namespace forms {

constexpr FormOf<std::string> role = make<std::string, read_role, as_it_is>(role_schema);
constexpr FormOf<std::string> send_id = make<std::string, read_send_id, as_it_is>(send_id_schema);
constexpr FormOf<std::string> stream = make<std::string, read_stream, as_it_is>(stream_schema);
constexpr FormOf<std::vector<StepPtr>> steps =
    unwritten(make<std::vector<StepPtr>, read_steps>(steps_schema));
constexpr FormOf<std::vector<std::vector<StepPtr>>> step_lists =
    unwritten(make<std::vector<std::vector<StepPtr>>, read_step_lists>(step_lists_schema));
constexpr FormOf<YamlPtr> unread_steps = unwritten(node(steps_schema));

}  // namespace forms

Loading::Loading(const Scenario& read, Diagnostics& reports)
    : Reading(reports, &read.variables),
      scenario(read),
      release(read.release),
      product(read.product) {}

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

Substituted substitute_rounds(const YamlPtr& node, Loading& loading) {
    Substituted out;
    out.first = substitute(node, *loading.first, loading.diagnostics, &out.loops);
    out.last =
        out.loops ? substitute(node, *loading.last, loading.diagnostics, &out.loops) : out.first;
    return out;
}

StepPtr parse_step(const YamlPtr& node, Loading& loading) {
    if (!node->is_map() || node->entries.size() != 1) {
        loading.diagnostics.report(
            node->place,
            fmt::format(
                "a step is a map with one key, expected {}, found {}", one_of(kind_names()),
                node->is_map() ? fmt::format("{} keys", node->entries.size()) : describe(*node)));
        return nullptr;
    }
    const auto& [key, body] = node->entries.front();
    if (const auto* kind = find_kind(key->text)) {
        StepPtr step = kind->load(body, loading, key->place);
        loading.listed.push_back({step, kind->name});
        return step;
    }
    const auto names = kind_names();
    loading.diagnostics.report(
        key->place, fmt::format("there is no step '{}', expected {}{}", key->text, one_of(names),
                                suggestion(key->text, names)));
    return nullptr;
}

StepPtr parse_step_of_kind(std::string_view kind, const YamlPtr& body, Loading& loading) {
    return find_kind(kind)->load(body, loading, body->place);
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
