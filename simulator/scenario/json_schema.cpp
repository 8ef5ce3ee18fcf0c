#include "simulator/scenario/json_schema.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "protocol/render/render.hpp"
#include "simulator/scenario/event_fields.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/steps/steps.hpp"

namespace confd::sim {
namespace {

namespace json = boost::json;

json::object ref(std::string_view name) {
    return {{"$ref", "#/$defs/" + std::string(name)}};
}

json::object typed(std::string_view type) {
    return {{"type", type}};
}

template <class Names>
json::array strings(const Names& names) {
    json::array out;
    for (const auto& name : names)
        out.emplace_back(std::string_view(name));
    return out;
}

json::object map_schema(const MapShape& shape);

json::object list_of(json::object items) {
    return {{"type", "array"}, {"items", std::move(items)}};
}

/// One thing, or a list of them.
json::object one_or_list(const json::object& items) {
    return {{"anyOf", json::array{items, list_of(items)}}};
}

json::object integer_schema(const Key& key) {
    auto out = typed("integer");
    if (key.low != std::numeric_limits<std::int64_t>::min()) out["minimum"] = key.low;
    if (key.high != std::numeric_limits<std::int64_t>::max()) out["maximum"] = key.high;
    return out;
}

/// What stands under a key, variables aside.
json::object plain_schema(const Key& key) {
    switch (key.takes) {
        case Takes::integer:
            return integer_schema(key);
        case Takes::number:
            return typed("number");
        case Takes::flag:
            return typed("boolean");
        case Takes::seed:
            return {{"type", "integer"}, {"minimum", 0}};
        case Takes::choice:
            return {{"enum", strings(key.choices)}};
        case Takes::product:
            return {{"enum", {"confd", "nso", "ncs"}}};
        case Takes::duration:
        case Takes::rate:
        case Takes::release:
        case Takes::releases:
        case Takes::mask:
        case Takes::event:
            return ref(key.takes == Takes::duration  ? "duration"
                       : key.takes == Takes::rate    ? "rate"
                       : key.takes == Takes::mask    ? "mask"
                       : key.takes == Takes::event   ? "event"
                       : key.takes == Takes::release ? "release"
                                                     : "releases");
        case Takes::steps:
            return ref("steps");
        case Takes::step_lists:
            return list_of(ref("steps"));
        case Takes::map:
            return map_schema(*key.map);
        case Takes::maps:
            return list_of(map_schema(*key.map));
        case Takes::names:
            return one_or_list(typed("string"));
        case Takes::weights:
            return {{"type", "object"}, {"additionalProperties", typed("integer")}};
        case Takes::fields:
        case Takes::notification:
            return typed("object");
        case Takes::text:
        case Takes::name:
        case Takes::role:
        case Takes::send_id:
        case Takes::datetime:
        case Takes::term:
        case Takes::hex:
            return {{"type", {"string", "number", "boolean"}}};
        case Takes::any:
            break;
    }
    return {};
}

json::object key_schema(const Key& key) {
    auto out = plain_schema(key);
    // Where anything may stand, a variable may.
    if (!out.empty()) out = {{"anyOf", json::array{std::move(out), ref("variable")}}};
    std::string doc(key.doc);
    if (!key.otherwise.empty()) doc += " [" + std::string(key.otherwise) + "]";
    out["description"] = doc;
    return out;
}

json::object map_schema(const MapShape& shape) {
    json::object properties;
    json::array required;
    for (const auto& key : shape.keys) {
        properties[key.name] = key_schema(key);
        if (key.required) required.emplace_back(key.name);
    }
    json::object map{
        {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    if (!required.empty()) map["required"] = std::move(required);
    if (!shape.doc.empty()) map["description"] = shape.doc;
    const auto* shorthand = shape.shorthand.empty() ? nullptr : find_key(shape, shape.shorthand);
    if (shorthand == nullptr) return map;
    // Without required keys nothing at all is right too: `barrier:`.
    json::array forms{std::move(map), key_schema(*shorthand)};
    if (!shorthand->required) forms.emplace_back(typed("null"));
    return {{"anyOf", std::move(forms)}, {"description", shape.doc}};
}

json::object steps_schema() {
    json::array kinds;
    for (const auto* kind : step_kinds) {
        kinds.emplace_back(json::object{{"type", "object"},
                                        {"properties", {{kind->name, ref(kind->name)}}},
                                        {"required", {kind->name}},
                                        {"additionalProperties", false}});
    }
    return list_of({{"oneOf", std::move(kinds)}});
}

json::object text_pattern(std::string_view pattern) {
    return {{"type", "string"}, {"pattern", pattern}};
}

/// With and without NOTIF_, as most people write them; the loader takes any case.
json::array all_event_names() {
    json::array whole = strings(event_names());
    json::array brief;
    for (const auto name : event_names()) {
        std::string part(name.substr(name.find("NOTIF_") + std::string_view("NOTIF_").size()));
        brief.emplace_back(part);
        for (char& c : part)
            c = c == '_' ? c : static_cast<char>(c | 32);
        brief.emplace_back(part);
    }
    whole.insert(whole.end(), brief.begin(), brief.end());
    return whole;
}

json::object definitions() {
    const auto events = all_event_names();
    json::array bits;
    for (const auto& constant : mask_constants)
        bits.emplace_back(constant.name);
    const json::object bit{{"anyOf", json::array{json::object{{"enum", bits}}, typed("integer")}}};
    const auto release = json::object{{"type", {"string", "number"}}};
    json::object out{
        {"variable", text_pattern("^\\$(\\w+|\\{\\w+\\})$")},
        {"duration", text_pattern("^[0-9]+(\\.[0-9]+)?(ms|s|m|h)$")},
        {"rate", {{"anyOf", json::array{typed("number"), text_pattern("^[0-9.]+(/[smh])?$")}}}},
        {"event", {{"anyOf", json::array{json::object{{"enum", events}}, typed("integer")}}}},
        {"mask", one_or_list(bit)},
        {"release", release},
        {"releases", one_or_list(release)},
        {"steps", steps_schema()}};
    for (const auto* kind : step_kinds)
        out[kind->name] = map_schema(kind->shape);
    return out;
}

}  // namespace

std::string scenario_schema_text() {
    auto out = map_schema(scenario_shape);
    json::object schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                        {"title", "A scenario of confd-sim"}};
    for (auto& [key, value] : out)
        schema[key] = value;
    schema["$defs"] = definitions();
    return laid_out(schema);
}

}  // namespace confd::sim
