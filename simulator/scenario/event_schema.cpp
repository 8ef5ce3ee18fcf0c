// SPDX-License-Identifier: Apache-2.0
#include "simulator/scenario/event_schema.hpp"

#include <fmt/format.h>

#include <concepts>
#include <limits>
#include <optional>
#include <type_traits>
#include <variant>

#include "protocol/constants.hpp"
#include "protocol/log_symbols.hpp"
#include "simulator/scenario/event_fields.hpp"
#include "simulator/text/key_schema.hpp"
#include "simulator/text/value_schema.hpp"

namespace confd::sim {
namespace {

namespace json = boost::json;
using schema::or_variable;

/// A name as people write it: whole, and without NOTIF_ in large and small letters. The loader
/// takes any case.
std::vector<std::string> spellings(std::string_view name) {
    const auto prefix = name.find("NOTIF_") + std::string_view("NOTIF_").size();
    std::string large(name.substr(prefix));
    std::string small = large;
    for (char& c : small)
        c = c == '_' ? c : static_cast<char>(c | 32);
    return {std::string(name), large, small};
}

json::array names_of_events() {
    json::array out;
    for (std::size_t spelling = 0; spelling < 3; ++spelling) {
        for (const auto name : event_names())
            out.emplace_back(spellings(name)[spelling]);
    }
    return out;
}

// ---- Fields: what parse() and read_member() of event_fields.cpp take for each kind. ----

template <class T>
struct Kind {};

template <HasFields T>
json::object record_schema();

json::object named(std::span<const Constant> table, json::object number) {
    json::array names;
    for (const auto& constant : table)
        names.emplace_back(constant.name);
    return or_variable(
        schema::either({json::object{{"enum", std::move(names)}}, std::move(number)}));
}

template <class T>
json::object schema_of(Kind<T>) {
    using Limits = std::numeric_limits<std::int32_t>;
    if constexpr (std::is_enum_v<T>) {
        return named(constants<T>, schema::integer(Limits::min(), Limits::max()));
    } else if constexpr (std::integral<T>) {
        return or_variable(
            schema::integer(static_cast<std::int64_t>(std::numeric_limits<T>::min()),
                            static_cast<std::int64_t>(std::numeric_limits<T>::max())));
    } else if constexpr (std::same_as<T, LoginTime>) {
        return schema::ref("seconds");
    } else if constexpr (std::same_as<T, LogNumber>) {
        return schema::ref("log_number");
    } else if constexpr (std::derived_from<T, std::string> ||
                         std::same_as<T, std::variant<std::string, std::int64_t>>) {
        return schema::scalar();
    } else if constexpr (std::same_as<T, Datetime>) {
        return or_variable(schema::ref("datetime"));
    } else if constexpr (std::same_as<T, Value>) {
        return or_variable(schema::ref("value"));
    } else if constexpr (std::same_as<T, VarValue>) {
        return schema::ref("text_value");
    } else if constexpr (std::same_as<T, TagValue>) {
        return or_variable(schema::ref("tag_value"));
    } else {
        static_assert(HasFields<T>, "a kind of field without a schema");
        return or_variable(record_schema<T>());
    }
}
template <class T>
json::object schema_of(Kind<std::vector<T>>) {
    return or_variable(schema::list_of(schema_of(Kind<T>{})));
}
template <class T>
json::object schema_of(Kind<std::optional<T>>) {
    return schema::either({schema_of(Kind<T>{}), schema::typed("null")});
}

/// The members of an object, and what goes together among them.
struct Members {
    json::object properties;
    json::array rules;

    /// Fields of different forms of an event may have one name.
    void add(std::string_view name, json::object schema) {
        auto* there = properties.if_contains(name);
        if (there == nullptr) {
            properties[name] = std::move(schema);
        } else if (*there != json::value(schema)) {
            *there = schema::either({*there, std::move(schema)});
        }
    }
};

json::object required(std::string_view name) {
    return {{"required", json::array{name}}};
}

/// One address: each key with its family, which may stand beside it as `af`.
void add_address(Members& members,
                 std::initializer_list<std::pair<std::string_view, std::string_view>> keys) {
    json::array families;
    json::array any;
    json::array with_family;
    for (const auto& [key, family] : keys) {
        families.emplace_back(family);
        any.push_back(required(key));
        with_family.push_back(json::object{{"required", {"af", key}},
                                           {"properties", {{"af", {{"enum", {family}}}}}}});
        members.add(key, or_variable(schema::ref(family == "unspec" ? "text" : family)));
    }
    members.add("af", json::object{{"enum", std::move(families)}});
    with_family.push_back(json::object{{"not", required("af")}});
    members.rules.push_back(schema::either(std::move(with_family)));
    any.push_back(json::object{{"not", schema::either(any)}});
    members.rules.push_back(json::object{{"oneOf", std::move(any)}});
}

template <HasFields T>
void add_members(Members& members);

template <class M>
void add_field(Members& members, std::string_view name, Kind<M>) {
    members.add(name, schema_of(Kind<M>{}));
}
void add_field(Members& members, std::string_view name, Kind<LogNumber>) {
    members.add(name, schema_of(Kind<LogNumber>{}));
    members.add("logno_name", json::object());
}
void add_field(Members& members, std::string_view, Kind<Ip>) {
    add_address(members, {{"ip4", "inet"}, {"ip6", "inet6"}});
}
void add_field(Members& members, std::string_view, Kind<NodeAddress>) {
    add_address(members, {{"ip4", "inet"}, {"ip6", "inet6"}, {"str", "unspec"}});
}
/// An address whose own form says which family it is.
void add_field(Members& members, std::string_view name, Kind<SourceIp>) {
    const auto of_family = [&](std::string_view family) {
        return json::object{
            {"required", json::array{name}},
            {"properties",
             {{"af", {{"enum", {family}}}}, {name, or_variable(schema::ref(family))}}}};
    };
    members.add("af", json::object{{"enum", {"inet", "inet6"}}});
    members.add(name, schema::scalar());
    members.rules.push_back(
        schema::either({of_family("inet"), of_family("inet6"),
                        json::object{{"not", schema::either({required(name), required("af")})}}}));
}
template <class Row>
void add_field(Members& members, std::string_view, Kind<Columns<Row>>) {
    for_each_field<Row>([&]<class M>(const Field<Row, M>& column) {
        members.add(column.name, or_variable(schema::either({schema::list_of(schema_of(Kind<M>{})),
                                                             schema::typed("null")})));
    });
}

template <class T, class M>
void add_entry(Members& members, const Field<T, M>& entry) {
    if constexpr (HasFields<M>) {
        if (entry.name.empty()) return add_members<M>(members);
    }
    if (entry.show == Show::never) return;
    if constexpr (std::same_as<M, std::int64_t>) {
        if (entry.time) return members.add(entry.name, schema::ref("microseconds"));
    }
    add_field(members, entry.name, Kind<M>{});
    if (!entry.newer_name.empty()) add_field(members, entry.newer_name, Kind<M>{});
}

template <HasFields T>
void add_members(Members& members) {
    for_each_field<T>([&](const auto& entry) {
        if constexpr (requires { entry.name; }) add_entry(members, entry);
    });
}

json::object object_of(Members members) {
    json::object out{{"type", "object"},
                     {"properties", std::move(members.properties)},
                     {"additionalProperties", false}};
    if (!members.rules.empty()) out["allOf"] = std::move(members.rules);
    return out;
}

template <HasFields T>
json::object record_schema() {
    Members members;
    add_members<T>(members);
    return object_of(std::move(members));
}

// ---- Events ----

std::string fields_name(std::uint32_t type) {
    return fmt::format("{}.fields", notif_name(type).value_or("?"));
}
std::string printed_name(std::uint32_t type) {
    return fmt::format("{}.printed", notif_name(type).value_or("?"));
}

/// Each type once; `visit` gets the key of the body too, which may be empty.
template <class F>
void for_each_type(F&& visit) {
    for (const auto type : event_types()) {
        const auto event = make_notification(type, Dialect::v7x);
        visit(type, event ? std::string(key_of(*event)) : std::string());
    }
}

/// The fields in all the forms that dialects give an event.
json::object fields_of_type(std::uint32_t type) {
    json::array forms;
    for_each_event([&]<class E>() {
        if (E::type != type) return;
        if constexpr (HasFields<typename E::Body>) {
            forms.push_back(record_schema<typename E::Body>());
        } else {
            forms.push_back(object_of({}));
        }
    });
    forms.push_back(schema::typed("null"));
    return schema::either(std::move(forms));
}

/// A line that was printed, which has its type with it.
json::object printed_of_type(std::uint32_t type, const std::string& key) {
    json::array names;
    for (const auto& name : spellings(notif_name(type).value_or("?")))
        names.emplace_back(name);
    json::object properties{{"type", {{"const", type}}}, {"name", {{"enum", std::move(names)}}}};
    if (!key.empty()) properties[key] = schema::ref(fields_name(type));
    if (type == NOTIF_COMMIT_DIFF) {
        properties["diff"] = schema::list_of(schema::typed("object"));
        properties["diff_error"] = json::object();
    }
    return {{"type", "object"},
            {"properties", std::move(properties)},
            {"required", {"type", "name"}},
            {"additionalProperties", false}};
}

json::array names_and_number(std::uint32_t type) {
    json::array out;
    for (const auto& name : spellings(notif_name(type).value_or("?")))
        out.emplace_back(name);
    out.emplace_back(type);
    return out;
}

json::object log_number_schema() {
    json::array names;
    for (const auto product : {Product::confd, Product::nso}) {
        for (const auto& symbol : log_symbols(product)) {
            if (product == Product::nso && log_number(Product::confd, symbol.name)) continue;
            names.emplace_back(symbol.name);
            names.emplace_back("CONFD_" + std::string(symbol.name));
        }
    }
    return or_variable(
        schema::either({json::object{{"enum", std::move(names)}}, schema::typed("integer")}));
}

/// A number, or `now`.
json::object time_schema() {
    return or_variable(schema::either({schema::typed("integer"), schema::ref("now")}));
}

}  // namespace

json::object event_schema(const Key&) {
    return schema::ref("event");
}

json::object fields_schema(const Key&) {
    return {{"type", {"object", "null"}}};
}

json::object stream_fields_schema(const Key&) {
    return schema::either({schema::ref(fields_name(NOTIF_STREAM_EVENT)),
                           schema::ref(printed_name(NOTIF_STREAM_EVENT))});
}

json::object named_event_schema(const Key&) {
    return {{"type", "object"}, {"minProperties", 1}, {"maxProperties", 1}};
}

json::object sessions_schema(const Key&) {
    Members members;
    add_members<UserInfo>(members);
    members.add("groups", schema::one_or_list(schema::scalar()));
    return schema::list_of(or_variable(object_of(std::move(members))));
}

namespace {

/// These fields, and no keys that go with other events only.
json::object with_fields(std::uint32_t type, json::object fields) {
    json::array others;
    if (type != NOTIF_COMMIT_DIFF) {
        others.push_back(required("diff"));
        others.push_back(required("error_after"));
    }
    if (type != NOTIF_STREAM_EVENT) others.push_back(required("stream"));
    return {{"properties", {{"fields", std::move(fields)}}},
            {"not", schema::either(std::move(others))}};
}

}  // namespace

void refine_send(json::object& map) {
    json::array rules;
    json::array printed;
    for_each_type([&](std::uint32_t type, const std::string&) {
        auto then =
            with_fields(type, or_variable(schema::either({schema::ref(fields_name(type)),
                                                          schema::ref(printed_name(type))})));
        printed.push_back(with_fields(type, schema::ref(printed_name(type))));
        rules.push_back(
            json::object{{"if",
                          {{"required", {"event"}},
                           {"properties", {{"event", {{"enum", names_and_number(type)}}}}}}},
                         {"then", std::move(then)}});
    });
    // Without a type only a line that was printed has one.
    printed.push_back(json::object{{"properties", {{"fields", schema::ref("variable")}}}});
    rules.push_back(json::object{
        {"if", {{"not", schema::either({required("event"), required("notification")})}}},
        {"then", {{"required", {"fields"}}, {"anyOf", std::move(printed)}}}});
    rules.push_back(json::object{
        {"if", required("notification")},
        {"then", {{"not", schema::either({required("diff"), required("error_after")})}}}});
    rules.push_back(json::object{{"if", required("error_after")},
                                 {"then", schema::either({required("diff"), required("fields")})}});
    if (const auto* all = map.if_contains("allOf")) {
        for (const auto& rule : all->as_array())
            rules.push_back(rule);
    }
    map["allOf"] = std::move(rules);
}

json::object event_definitions() {
    json::array numbers;
    for (const auto type : event_types())
        numbers.emplace_back(type);
    json::object out{
        {"event_name", {{"enum", names_of_events()}}},
        {"event", schema::either({schema::ref("event_name"), json::object{{"enum", numbers}}})},
        {"text", schema::scalar()},
        {"seconds", time_schema()},
        {"microseconds", time_schema()},
        {"log_number", log_number_schema()}};
    for (auto& [name, definition] : value_definitions())
        out[name] = definition;
    for_each_type([&](std::uint32_t type, const std::string& key) {
        out[fields_name(type)] = fields_of_type(type);
        out[printed_name(type)] = printed_of_type(type, key);
    });
    return out;
}

}  // namespace confd::sim
