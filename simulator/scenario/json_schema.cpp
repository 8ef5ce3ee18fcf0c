// SPDX-License-Identifier: Apache-2.0
#include "simulator/scenario/json_schema.hpp"

#include "protocol/render/render.hpp"
#include "simulator/scenario/event_schema.hpp"
#include "simulator/scenario/loading.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/text/key_schema.hpp"

namespace confd::sim {
namespace {

namespace json = boost::json;

json::object steps_schema() {
    json::array kinds;
    for (const auto* kind : step_kinds()) {
        kinds.emplace_back(json::object{{"type", "object"},
                                        {"properties", {{kind->name, schema::ref(kind->name)}}},
                                        {"required", json::array{kind->name}},
                                        {"additionalProperties", false}});
    }
    return schema::list_of({{"oneOf", std::move(kinds)}});
}

/// 6.0 to 8.9, as text or number.
json::object release_schema() {
    json::array numbers;
    for (int number = 60; number < 90; ++number)
        numbers.emplace_back(number / 10.0);
    return schema::either({json::object{{"enum", std::move(numbers)}},
                           schema::matching("^[678]\\.[0-9](\\.[0-9]{1,2})?$")});
}

json::object definitions() {
    auto name = schema::scalar();
    name["minLength"] = 1;
    json::object out = schema::shared_definitions();
    out["release"] = release_schema();
    for (const auto* of_scenario : {"role", "send_id", "stream"})
        out[of_scenario] = name;
    for (auto& [key, value] : event_definitions())
        out[key] = value;
    out["steps"] = steps_schema();
    for (const auto* kind : step_kinds()) {
        out[kind->name] = schema::of_map(kind->shape);
        if (kind->definitions == nullptr) continue;
        for (auto& [key, value] : kind->definitions())
            out[key] = value;
    }
    return out;
}

}  // namespace

std::string scenario_schema_text() {
    auto out = schema::of_keys(scenario_shape);
    json::object text{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                      {"title", "A scenario of confd-sim"}};
    for (auto& [key, value] : out)
        text[key] = value;
    text["$defs"] = definitions();
    return laid_out(text);
}

}  // namespace confd::sim
