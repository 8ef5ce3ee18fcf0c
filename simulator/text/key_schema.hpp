// SPDX-License-Identifier: Apache-2.0
// JSON Schema of declared keys. Definitions that several share are named "#/$defs/..": see
// shared_definitions().
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <string_view>

#include "simulator/text/keys.hpp"

namespace confd::sim::schema {

namespace json = boost::json;

json::object typed(std::string_view type);
json::object ref(std::string_view definition);
json::object matching(std::string_view pattern);
json::object list_of(json::object items);
/// One thing, or a list of them.
json::object one_or_list(const json::object& items);
json::object either(json::array alternatives);
/// Where anything may stand, a variable may.
json::object or_variable(json::object schema);
/// `{"enum": [..]}`
template <class Names>
json::object one_of_names(const Names& names) {
    json::array out;
    for (const auto& name : names)
        out.emplace_back(std::string_view(name));
    return {{"enum", std::move(out)}};
}
/// Any scalar: what is read as a text may look like a number.
json::object scalar();
json::object integer(std::int64_t low, std::int64_t high);

/// What may stand under the key: a variable too, where those are written out.
json::object of_key(const Key& key);
/// With its default, if it has one.
json::object of_key(const MapShape& shape, const Key& key);
/// An object with these keys and no others.
json::object of_keys(const MapShape& shape);
/// The map, or what may stand in its place.
json::object of_map(const MapShape& shape);

/// A pattern of durations between these bounds.
std::string duration_pattern(std::int64_t low_ms, std::int64_t high_ms);

/// What ref() names: variable, duration, rate, mask, datetime, date, time, now.
json::object shared_definitions();

}  // namespace confd::sim::schema
