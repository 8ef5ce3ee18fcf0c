// SPDX-License-Identifier: Apache-2.0
#include "simulator/text/key_schema.hpp"

#include <fmt/format.h>

#include <limits>
#include <string>

#include "protocol/constants.hpp"
#include "text/units.hpp"

namespace confd::sim::schema {
namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

/// A pattern of the whole numbers from 0 to `high`, without zeros in front.
std::string up_to(std::int64_t high) {
    const auto digits = std::to_string(high);
    const auto size = digits.size();
    if (size == 1) return fmt::format("[0-{}]", digits);
    auto out = fmt::format("0|[1-9][0-9]{{0,{}}}", size - 2);
    for (std::size_t i = 0; i < size; ++i) {
        const char first = i == 0 ? '1' : '0';
        if (digits[i] == first) continue;
        out += fmt::format("|{}[{}-{}][0-9]{{{}}}", digits.substr(0, i), first,
                           static_cast<char>(digits[i] - 1), size - i - 1);
    }
    return fmt::format("({}|{})", out, digits);
}

/// Numbers from 0 to `high` with digits behind the point, as `fraction` has it.
std::string decimals_up_to(std::int64_t high, std::string_view fraction) {
    return high == 0 ? "0" : fmt::format("({}{}|{})", up_to(high - 1), fraction, high);
}

json::object rate_schema() {
    constexpr std::int64_t highest = 1'000'000;
    constexpr std::string_view fraction = "(\\.[0-9]+)?";
    return either(
        {json::object{{"type", "number"}, {"exclusiveMinimum", 0}, {"maximum", highest}},
         matching(fmt::format(
             "^(?!0(\\.0+)?(/[smh])?$)({}(/s)?|{}/m|{}/h)$", decimals_up_to(highest, fraction),
             decimals_up_to(highest * 60, fraction), decimals_up_to(highest * 3600, fraction)))});
}

json::object mask_schema() {
    json::array names;
    std::string word = "0x[0-9a-fA-F]{1,8}|" + up_to(UINT32_MAX);
    for (const auto& constant : mask_constants) {
        names.emplace_back(constant.name);
        word += fmt::format("|{}", constant.name);
    }
    const auto several = matching(fmt::format("^ *({0}) *([,|] *({0}) *)*$", word));
    return one_or_list(either({json::object{{"enum", names}}, several, integer(0, UINT32_MAX)}));
}

/// Leap years are not counted: 2026-02-29 passes.
constexpr std::string_view date_pattern =
    "-?[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|"
    "02-(0[1-9]|[12][0-9]))";
constexpr std::string_view clock_pattern =
    "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?";
constexpr std::string_view zone_pattern = "(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?";

std::string now_pattern() {
    return fmt::format("now([+-]{})?", duration_pattern(0, max_timespan.count()));
}

}  // namespace

json::object typed(std::string_view type) {
    return {{"type", type}};
}

json::object ref(std::string_view definition) {
    return {{"$ref", fmt::format("#/$defs/{}", definition)}};
}

json::object matching(std::string_view pattern) {
    return {{"type", "string"}, {"pattern", pattern}};
}

json::object list_of(json::object items) {
    return {{"type", "array"}, {"items", std::move(items)}};
}

json::object one_or_list(const json::object& items) {
    return either({items, list_of(items)});
}

json::object either(json::array alternatives) {
    return {{"anyOf", std::move(alternatives)}};
}

json::object or_variable(json::object schema) {
    const auto* type = schema.if_contains("type");
    const bool any_text = type != nullptr && type->is_array() && type->as_array().size() == 3;
    if (schema.empty() || any_text) return schema;
    return either({std::move(schema), ref("variable")});
}

json::object scalar() {
    return {{"type", {"string", "number", "boolean"}}};
}

json::object integer(std::int64_t low, std::int64_t high) {
    auto out = typed("integer");
    if (low != least) out["minimum"] = low;
    if (high != most) out["maximum"] = high;
    return out;
}

json::object of_key(const Key& key) {
    auto out = key.form->schema(key);
    if (!key.form->literal) out = or_variable(std::move(out));
    out["description"] = key.doc;
    return out;
}

json::object of_key(const MapShape& shape, const Key& key) {
    auto out = of_key(key);
    const auto otherwise = default_text(shape, key);
    if (!otherwise.empty()) out["description"] = fmt::format("{} [{}]", key.doc, otherwise);
    return out;
}

namespace {

/// Not both, unless the other is `false`.
json::object not_with(std::string_view key, std::string_view other) {
    return {
        {"not",
         {{"required", {key, other}}, {"properties", {{other, {{"not", {{"const", false}}}}}}}}}};
}

}  // namespace

json::object of_keys(const MapShape& shape) {
    json::object properties;
    json::array required;
    json::array some;
    json::array one;
    json::array together;
    const auto needs = [](std::string_view name) { return json::object{{"required", {name}}}; };
    for (const auto& key : shape.keys) {
        properties[key.name] = of_key(shape, key);
        const auto& rules = key.rules;
        if (rules.presence == Presence::required) required.emplace_back(key.name);
        if (rules.presence == Presence::one_of) one.push_back(needs(key.name));
        if (rules.presence == Presence::any_of) some.push_back(needs(key.name));
        if (!rules.with.empty()) {
            together.push_back(either({json::object{{"not", needs(key.name)}}, needs(rules.with)}));
        }
        for (const auto other : {rules.without, rules.older_name_of}) {
            if (!other.empty()) together.push_back(not_with(key.name, other));
        }
    }
    json::object map{
        {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    if (!required.empty()) map["required"] = std::move(required);
    if (!one.empty()) map["oneOf"] = std::move(one);
    if (!some.empty()) map["anyOf"] = std::move(some);
    if (!together.empty()) map["allOf"] = std::move(together);
    if (!shape.doc.empty()) map["description"] = shape.doc;
    if (shape.refine != nullptr) shape.refine(map);
    return map;
}

json::object of_map(const MapShape& shape) {
    bool needed = false;
    for (const auto& key : shape.keys)
        needed |= key.rules.presence != Presence::optional;
    json::array forms{of_keys(shape)};
    if (const auto* alone = lone_key(shape.keys)) forms.push_back(of_key(shape, *alone));
    // Without required keys nothing at all is right too: `barrier:`. Rules of its own may need
    // some.
    if (!needed && shape.refine == nullptr && !shape.keys.empty()) forms.push_back(typed("null"));
    if (forms.size() == 1) return forms.front().as_object();
    auto out = either(std::move(forms));
    if (!shape.doc.empty()) out["description"] = shape.doc;
    return out;
}

std::string duration_pattern(std::int64_t low_ms, std::int64_t high_ms) {
    // What rounds to 0 ms is nothing.
    const bool some = low_ms > 0;
    const std::string_view fraction = some ? "(\\.[0-9]{1,3})?" : "(\\.[0-9]+)?";
    return fmt::format("{}({}ms|{}s|{}m|{}h)", some ? "(?!0(\\.0+)?[a-z])" : "",
                       some ? up_to(high_ms) : decimals_up_to(high_ms, fraction),
                       decimals_up_to(high_ms / 1000, fraction),
                       decimals_up_to(high_ms / 60'000, fraction),
                       decimals_up_to(high_ms / 3'600'000, fraction));
}

json::object shared_definitions() {
    return {{"variable", matching("\\$[A-Za-z_{]")},
            {"duration", matching(fmt::format("^{}$", duration_pattern(0, max_timespan.count())))},
            {"rate", rate_schema()},
            {"mask", mask_schema()},
            {"now", matching(fmt::format("^{}$", now_pattern()))},
            {"date", matching(fmt::format("^{}{}$", date_pattern, zone_pattern))},
            {"time", matching(fmt::format("^{}{}$", clock_pattern, zone_pattern))},
            {"datetime", matching(fmt::format("^({}|{}T{}{})$", now_pattern(), date_pattern,
                                              clock_pattern, zone_pattern))}};
}

}  // namespace confd::sim::schema
