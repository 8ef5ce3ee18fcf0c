// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <string>
#include <type_traits>

#include "protocol/notification/kinds.hpp"
#include "protocol/render/render.hpp"

namespace confd {
namespace {

namespace json = boost::json;

json::object of_type(std::string_view name) {
    return {{"type", name}};
}
json::object array_of(json::object items) {
    return {{"type", "array"}, {"items", std::move(items)}};
}
json::object matching(std::string_view pattern) {
    return {{"type", "string"}, {"pattern", pattern}};
}
json::object exactly(std::string_view text) {
    return {{"const", text}};
}
json::object exactly(std::uint32_t number) {
    return {{"const", number}};
}
json::object definition(std::string_view name) {
    return {{"$ref", fmt::format("#/$defs/{}", name)}};
}

/// An object with these members and no others.
json::object closed_object(json::object properties, json::array required) {
    return {{"type", "object"},
            {"properties", std::move(properties)},
            {"required", std::move(required)},
            {"additionalProperties", false}};
}

// ---- Values ----

constexpr std::string_view zone = "(Z|[+-]\\d{2}:\\d{2})?";
constexpr std::string_view date = "-?\\d{4,5}-\\d{2}-\\d{2}";
constexpr std::string_view clock_time = "\\d{2,3}:\\d{2,3}:\\d{2,3}(\\.\\d{6,})?";

json::object datetime_schema() {
    return matching(fmt::format("^{}T{}{}$", date, clock_time, zone));
}

json::object ranged(std::int64_t low, std::int64_t high) {
    return {{"type", "integer"}, {"minimum", low}, {"maximum", high}};
}

/// What stands under "value" for the shapes that have one member.
json::object payload_schema(const ValueTypeInfo& info) {
    switch (info.shape) {
        case ValueShape::text:
            return of_type("string");
        case ValueShape::integer:
            return ranged(info.low, info.high);
        case ValueShape::unsigned_64:
            return {{"type", "integer"}, {"minimum", 0}};
        case ValueShape::floating:
            return of_type("number");
        case ValueShape::boolean:
            return of_type("boolean");
        case ValueShape::ip4:
            return matching("^\\d+\\.\\d+\\.\\d+\\.\\d+$");
        case ValueShape::ip6:
            return matching("^[0-9a-f:.]+$");
        case ValueShape::datetime:
            return datetime_schema();
        case ValueShape::date:
            return matching(fmt::format("^{}{}$", date, zone));
        case ValueShape::time:
            return matching(fmt::format("^{}{}$", clock_time, zone));
        case ValueShape::duration:
            return matching("^P[0-9YMDTHS.]+$");
        case ValueShape::values:
            return array_of(definition("value"));
        case ValueShape::path:
            return array_of(definition("step"));
        case ValueShape::oid:
            return array_of(ranged(0, UINT32_MAX));
        case ValueShape::bytes:
            return matching("^([0-9a-f]{2})*$");
        case ValueShape::ip4_prefix:
        case ValueShape::ip6_prefix:
            return matching("^[0-9a-f:.]+/\\d+$");
        default:
            return of_type("integer");
    }
}

json::object hash_schema() {
    return ranged(0, UINT32_MAX);
}

json::object value_schema(const ValueTypeInfo& info) {
    json::object properties{{"type", exactly(info.name)}};
    json::array required{"type"};
    const auto add = [&](std::string_view name, json::object schema, bool always = true) {
        properties[name] = std::move(schema);
        if (always) required.emplace_back(name);
    };
    switch (info.shape) {
        case ValueShape::nothing:
            break;
        case ValueShape::qname:
            add("prefix", of_type("string"), false);
            add("name", of_type("string"));
            break;
        case ValueShape::decimal:
            add("value", of_type("integer"));
            add("fraction_digits", ranged(0, UINT8_MAX));
            break;
        case ValueShape::identity:
            add("ns", hash_schema());
            add("id", hash_schema());
            break;
        case ValueShape::tag:
        case ValueShape::marker:
            add("ns", hash_schema());
            add("tag", hash_schema());
            break;
        default:
            add("value", payload_schema(info));
    }
    return closed_object(std::move(properties), std::move(required));
}

json::object any_value_schema() {
    json::array alternatives;
    for (const auto& info : value_types())
        alternatives.push_back(value_schema(info));
    return {{"oneOf", std::move(alternatives)}};
}

json::object step_schema() {
    return {{"oneOf",
             {closed_object(
                  {{"type", exactly("xmltag")}, {"ns", hash_schema()}, {"tag", hash_schema()}},
                  {"type", "ns", "tag"}),
              closed_object({{"keys", array_of(definition("value"))}}, {"keys"})}}};
}

// ---- Changes: what to_json() of diff.cpp makes of each. ----

json::object change_schema() {
    json::array ops;
    for (const auto& op : constants<Mop>)
        ops.push_back(json::value(op_text(static_cast<Mop>(op.value))));
    return closed_object({{"path", of_type("string")},
                          {"op", {{"enum", std::move(ops)}}},
                          {"value", definition("value")},
                          {"old", definition("value")},
                          {"after", array_of(definition("value"))},
                          {"attr", of_type("string")}},
                         {"path", "op"});
}

// ---- Fields: what print() and print_member() of printer.cpp make of each kind. ----

template <class T>
struct Kind {};

template <HasFields T>
json::object record_schema();

template <class T>
json::object schema(Kind<T>) {
    if constexpr (codec::Enumeration<T>) {
        std::string names;
        for (const auto& constant : constants<T>) {
            names +=
                fmt::format("{}{} {}", names.empty() ? "" : ", ", constant.value, constant.name);
        }
        return {{"type", "integer"}, {"description", names}};
    } else if constexpr (std::same_as<T, std::uint16_t>) {
        return ranged(0, UINT16_MAX);
    } else if constexpr (std::integral<T> || std::same_as<T, LoginTime> ||
                         std::same_as<T, LogNumber>) {
        return of_type("integer");
    } else if constexpr (std::convertible_to<T, std::string>) {
        return of_type("string");
    } else if constexpr (std::same_as<T, Value> || std::same_as<T, VarValue>) {
        return definition("value");
    } else if constexpr (std::same_as<T, Datetime>) {
        return datetime_schema();
    } else if constexpr (std::same_as<T, std::variant<std::string, std::int64_t>>) {
        return {{"type", {"string", "integer"}}};
    } else if constexpr (std::same_as<T, TagValue>) {
        return closed_object({{"ns", hash_schema()},
                              {"tag", hash_schema()},
                              {"name", of_type("string")},
                              {"v", definition("value")}},
                             {"ns", "tag", "v"});
    } else {
        static_assert(HasFields<T>, "a kind of field without a schema");
        return record_schema<T>();
    }
}

template <class T>
json::object schema(Kind<std::vector<T>>) {
    return array_of(schema(Kind<T>{}));
}
template <class T>
json::object schema(Kind<std::optional<T>>) {
    return schema(Kind<T>{});
}

struct Members {
    json::object properties;
    json::array required;

    void add(std::string_view name, json::object schema, bool always) {
        properties[name] = std::move(schema);
        if (always) required.emplace_back(name);
    }
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

void add_address(Members& members, std::string_view ip4, std::string_view ip6, bool text,
                 bool always) {
    json::array families{"inet", "inet6"};
    if (text) families.push_back("unspec");
    members.add("af", {{"enum", std::move(families)}}, always);
    members.add(ip4, of_type("string"), always && ip4 == ip6);
    if (ip4 != ip6) members.add(ip6, of_type("string"), false);
    if (text) members.add("str", of_type("string"), false);
}

template <HasFields T>
void add_members(Members& members);

template <class M>
void add_field(Members& members, std::string_view name, bool always, Kind<M>) {
    members.add(name, schema(Kind<M>{}), always && !is_optional<M>);
}
void add_field(Members& members, std::string_view name, bool always, Kind<LogNumber>) {
    members.add(name, of_type("integer"), always);
    members.add("logno_name", of_type("string"), false);
}
void add_field(Members& members, std::string_view, bool always, Kind<Ip>) {
    add_address(members, "ip4", "ip6", false, always);
}
void add_field(Members& members, std::string_view, bool always, Kind<NodeAddress>) {
    add_address(members, "ip4", "ip6", true, always);
}
void add_field(Members& members, std::string_view name, bool always, Kind<SourceIp>) {
    add_address(members, name, name, false, always);
}
template <class Row>
void add_field(Members& members, std::string_view, bool, Kind<Columns<Row>>) {
    for_each_field<Row>([&]<class M>(const Field<Row, M>& entry) {
        members.add(entry.name, array_of(schema(Kind<M>{})), false);
    });
}

template <class T, class M>
void add_entry(Members& members, const Field<T, M>& entry) {
    if (entry.show == Show::never || members.properties.contains(entry.name)) return;
    const bool always =
        entry.show == Show::always || (entry.show == Show::present && entry.on_wire == nullptr);
    if constexpr (HasFields<M>) {
        if (entry.name.empty()) return add_members<M>(members);
    }
    add_field(members, entry.name, always, Kind<M>{});
    if (!entry.newer_name.empty()) add_field(members, entry.newer_name, false, Kind<M>{});
}

template <HasFields T>
void add_members(Members& members) {
    for_each_field<T>([&](const auto& entry) {
        if constexpr (requires { entry.show; }) add_entry(members, entry);
    });
}

template <HasFields T>
json::object record_schema() {
    Members members;
    add_members<T>(members);
    return closed_object(std::move(members.properties), std::move(members.required));
}

// ---- Events ----

template <class Body>
json::object event_schema(std::uint32_t type) {
    json::object properties{{"type", exactly(type)}, {"name", exactly(*notif_name(type))}};
    json::array required{"type", "name"};
    if constexpr (!Body::key.empty()) {
        properties[Body::key] = record_schema<Body>();
        required.emplace_back(Body::key);
    }
    if (type == NOTIF_COMMIT_DIFF) {
        properties["diff"] = array_of(definition("change"));
        properties["diff_error"] = of_type("string");
    }
    return closed_object(std::move(properties), std::move(required));
}

json::object generic_schema() {
    return closed_object(
        {{"type", of_type("integer")}, {"name", of_type("string")}, {"term", of_type("string")}},
        {"type", "name", "term"});
}

json::object error_schema() {
    const auto error = closed_object({{"code", of_type("string")},
                                      {"offset", {{"type", "integer"}, {"minimum", 0}}},
                                      {"path", of_type("string")},
                                      {"message", of_type("string")}},
                                     {"code", "offset", "path", "message"});
    return closed_object({{"error", error}}, {"error"});
}

/// Boost.JSON prints on one line; people read this one.
void lay_out(const json::value& value, std::size_t indent, std::string& out) {
    const auto line = [&](std::size_t columns) { out += "\n" + std::string(columns, ' '); };
    constexpr std::size_t short_enough = 80;
    const auto compact = json::serialize(value);
    if (value.is_primitive() || compact.size() + indent <= short_enough) {
        out += compact;
        return;
    }
    const bool object = value.is_object();
    out += object ? "{" : "[";
    bool first = true;
    const auto next = [&] {
        if (!first) out += ",";
        first = false;
        line(indent + 2);
    };
    if (object) {
        for (const auto& [key, member] : value.get_object()) {
            next();
            out += json::serialize(json::value(key)) + ": ";
            lay_out(member, indent + 2, out);
        }
    } else {
        for (const auto& item : value.get_array()) {
            next();
            lay_out(item, indent + 2, out);
        }
    }
    line(indent);
    out += object ? "}" : "]";
}

}  // namespace

json::object notification_schema() {
    json::array alternatives;
    for_each_event(
        [&]<class E>() { alternatives.push_back(event_schema<typename E::Body>(E::type)); });
    alternatives.push_back(generic_schema());
    alternatives.push_back(error_schema());
    return {
        {"$schema", "https://json-schema.org/draft/2020-12/schema"},
        {"title", "ConfD/NSO event notifications, one object a line"},
        {"anyOf", std::move(alternatives)},
        {"$defs",
         {{"value", any_value_schema()}, {"step", step_schema()}, {"change", change_schema()}}}};
}

std::string notification_schema_text() {
    return laid_out(notification_schema());
}

std::string laid_out(const json::value& value) {
    std::string out;
    lay_out(value, 0, out);
    return out + "\n";
}

}  // namespace confd
