// SPDX-License-Identifier: Apache-2.0
// Changes of a transaction as JSON and text.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>

#include "protocol/render/render.hpp"

namespace confd {
namespace {

namespace json = boost::json;

constexpr std::string_view attr_prefix = "ATTR_";

/// "annotation", or the number of an attribute without a name.
std::string attr_text(std::uint32_t attr) {
    const auto name = name_of(attr_constants, attr);
    return name ? lower_case(name->substr(attr_prefix.size())) : std::to_string(attr);
}

void add_new_value(json::object&, std::monostate) {}
void add_new_value(json::object& out, const Value& value) {
    out["value"] = to_json(value);
}
void add_new_value(json::object& out, const MovedAfter& moved) {
    json::array keys;
    if (moved.keys) {
        for (const auto& key : moved.keys->items)
            keys.push_back(to_json(key));
    }
    out["after"] = std::move(keys);
}
void add_new_value(json::object& out, const AttrSet& set) {
    out["attr"] = attr_text(set.attr);
    out["value"] = to_json(set.value);
}

std::string text_of(std::monostate, const Names&) {
    return {};
}
std::string text_of(const Value& value, const Names& names) {
    return ' ' + printable_text(value, names);
}
std::string text_of(const MovedAfter& moved, const Names& names) {
    if (!moved.keys) return " first";
    // A path of these keys alone is how keys are written.
    return ' ' + to_text(ObjectRef{{{{}, 0, moved.keys}}}, names);
}
std::string text_of(const AttrSet& set, const Names& names) {
    return ' ' + attr_text(set.attr) + text_of(set.value, names);
}

}  // namespace

json::object to_json(const DiffChange& change, const RenderOptions& options) {
    json::object out{{"path", to_text(change.path, options.known_names())},
                     {"op", op_text(change.op)}};
    std::visit([&](const auto& value) { add_new_value(out, value); }, change.new_value);
    if (change.old_value) out["old"] = to_json(*change.old_value);
    return out;
}

std::string to_text(const DiffChange& change, const RenderOptions& options) {
    const auto& names = options.known_names();
    auto out = op_text(change.op) + ' ' + to_text(change.path, names);
    out += std::visit([&](const auto& value) { return text_of(value, names); }, change.new_value);
    if (change.old_value) out += fmt::format(" (was {})", printable_text(*change.old_value, names));
    return out;
}

}  // namespace confd
