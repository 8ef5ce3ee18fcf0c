// SPDX-License-Identifier: Apache-2.0
#include "simulator/text/value_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "protocol/notification/kinds.hpp"
#include "protocol/value/value.hpp"
#include "simulator/text/key_schema.hpp"

namespace confd::sim {
namespace {

namespace json = boost::json;
using schema::or_variable;

constexpr std::string_view octet = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
constexpr std::string_view group = "[0-9a-fA-F]{1,4}";

std::string ip4_pattern() {
    return fmt::format("{0}(\\.{0}){{3}}", octet);
}
/// At most seven colons, and one pair of them next to each other; or with an IPv4 address behind.
std::string ip6_pattern() {
    return fmt::format(
        "((?!([^:]*:){{8}})(({0}:){{0,6}}{0})?::(({0}:){{0,6}}{0})?|({0}:){{7}}{0}|"
        "::([fF]{{4}}:)?{1})",
        group, ip4_pattern());
}

std::string whole(std::string_view pattern) {
    return fmt::format("^{}$", pattern);
}

json::object hash() {
    return or_variable(schema::integer(0, UINT32_MAX));
}

json::object list_of_values() {
    return or_variable(schema::list_of(or_variable(schema::ref("value"))));
}

/// What stands under "value" for the shapes that have one member.
json::object payload(const ValueTypeInfo& info) {
    switch (info.shape) {
        case ValueShape::text:
            return schema::scalar();
        case ValueShape::integer:
            return or_variable(schema::integer(info.low, info.high));
        case ValueShape::unsigned_64:
            return or_variable(
                json::object{{"type", "integer"}, {"minimum", 0}, {"maximum", UINT64_MAX}});
        case ValueShape::floating:
            return or_variable(schema::typed("number"));
        case ValueShape::boolean:
            return or_variable(schema::typed("boolean"));
        case ValueShape::ip4:
            return or_variable(schema::ref("inet"));
        case ValueShape::ip6:
            return or_variable(schema::ref("inet6"));
        case ValueShape::datetime:
            return or_variable(schema::ref("datetime"));
        case ValueShape::date:
            return or_variable(schema::either({schema::ref("date"), schema::ref("now")}));
        case ValueShape::time:
            return or_variable(schema::either({schema::ref("time"), schema::ref("now")}));
        case ValueShape::duration:
            return or_variable(schema::ref("iso_duration"));
        case ValueShape::values:
            return list_of_values();
        case ValueShape::path:
            return or_variable(schema::list_of(or_variable(schema::ref("step"))));
        case ValueShape::oid:
            return or_variable(schema::list_of(hash()));
        case ValueShape::bytes: {
            const auto size = info.high == 0 ? std::string("*") : fmt::format("{{{}}}", info.high);
            return or_variable(schema::matching(
                fmt::format("^[ \\t\\r\\n]*([0-9a-fA-F]{{2}}[ \\t\\r\\n]*){}$", size)));
        }
        case ValueShape::ip4_prefix:
            return or_variable(
                schema::matching(whole(ip4_pattern() + "/([0-9]|[12][0-9]|3[0-2])")));
        case ValueShape::ip6_prefix:
            return or_variable(
                schema::matching(whole(ip6_pattern() + "/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8])")));
        default:
            return or_variable(schema::integer(std::numeric_limits<std::int64_t>::min(),
                                               std::numeric_limits<std::int64_t>::max()));
    }
}

json::object of_type(const ValueTypeInfo& info) {
    json::object properties{{"type", {{"const", info.name}}}};
    json::array required{"type"};
    const auto add = [&](std::string_view name, json::object schema, bool always = true) {
        properties[name] = std::move(schema);
        if (always) required.emplace_back(name);
    };
    const auto pair = [&](std::string_view second, bool always) {
        add("ns", hash(), always);
        add(second, hash(), always);
    };
    switch (info.shape) {
        case ValueShape::nothing:
            break;
        case ValueShape::qname:
            add("prefix", {{"type", {"string", "number", "boolean", "null"}}}, false);
            add("name", schema::scalar());
            break;
        case ValueShape::decimal:
            add("value", payload(info));
            add("fraction_digits", or_variable(schema::integer(0, UINT8_MAX)));
            break;
        case ValueShape::identity:
            pair("id", true);
            break;
        case ValueShape::tag:
            pair("tag", true);
            break;
        case ValueShape::marker:
            pair("tag", false);
            break;
        default:
            add("value", payload(info));
    }
    return {{"type", "object"},
            {"properties", std::move(properties)},
            {"required", std::move(required)},
            {"additionalProperties", false}};
}

/// A value that is none of those that stand only in a stream's event.
json::object value_schema() {
    json::array types;
    for (const auto& info : value_types()) {
        if (info.shape != ValueShape::marker) types.push_back(of_type(info));
    }
    return schema::either(std::move(types));
}

json::object tag_value_schema() {
    json::array v{schema::ref("value")};
    for (const auto& info : value_types()) {
        const bool marker = std::ranges::any_of(
            codec::marker_atoms, [&](const auto& atom) { return atom.type == info.type; });
        if (!marker) continue;
        auto alone = of_type(info);
        alone["required"] = json::array{"type"};
        v.push_back(std::move(alone));
    }
    return {{"type", "object"},
            {"properties",
             {{"ns", hash()},
              {"tag", hash()},
              {"name", json::object()},
              {"v", or_variable(schema::either(std::move(v)))}}},
            {"required", {"ns", "tag", "v"}},
            {"additionalProperties", false}};
}

json::object text_value_schema() {
    return schema::either({schema::scalar(),
                           of_type(*find_value_type(std::uint64_t(ValueType::buf))),
                           of_type(*find_value_type(std::uint64_t(ValueType::noexists)))});
}

json::object step_schema() {
    const auto closed = [](json::object properties, std::string_view needed) {
        return json::object{{"type", "object"},
                            {"properties", std::move(properties)},
                            {"required", json::array{needed}},
                            {"additionalProperties", false}};
    };
    return schema::either(
        {closed({{"type", {{"const", "xmltag"}}}, {"ns", hash()}, {"tag", hash()}}, "tag"),
         closed({{"keys", list_of_values()}}, "keys")});
}

constexpr std::string_view iso_duration =
    "^P(?=.)([0-9]{1,9}Y)?([0-9]{1,9}M)?([0-9]{1,9}D)?"
    "(T(?=.)([0-9]{1,9}H)?([0-9]{1,9}M)?([0-9]{1,9}(\\.[0-9]{1,6})?S)?)?$";

}  // namespace

json::object value_definitions() {
    return {{"value", value_schema()},
            {"tag_value", tag_value_schema()},
            {"text_value", text_value_schema()},
            {"step", step_schema()},
            {"inet", schema::matching(whole(ip4_pattern()))},
            {"inet6", schema::matching(whole(ip6_pattern()))},
            {"iso_duration", schema::matching(iso_duration)}};
}

}  // namespace confd::sim
