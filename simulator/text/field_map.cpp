// SPDX-License-Identifier: Apache-2.0
#include "simulator/text/field_map.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulator/text/scalars.hpp"

namespace confd::sim {

FieldMap::FieldMap(const YamlNode& node, std::string what, Diagnostics& diagnostics)
    : node_(node), what_(std::move(what)), diagnostics_(diagnostics) {
    if (!node.is_map()) report_expected(node, fmt::format("a map with {}", what_), diagnostics_);
}

YamlPtr FieldMap::take_shared(std::string_view key) {
    if (std::ranges::find(known_, key) == known_.end()) known_.push_back(key);
    const auto* found = node_.find(key);
    return found == nullptr ? nullptr : *found;
}

void FieldMap::forbid(std::string_view key, std::string why) {
    forbidden_.push_back({key, std::move(why)});
}

void FieldMap::finish() {
    for (const auto& [key, value] : node_.entries) {
        const auto is_key = [&](std::string_view name) { return name == key->text; };
        if (std::ranges::none_of(known_, is_key) && std::ranges::none_of(passed_over_, is_key))
            report(*key);
    }
}

void FieldMap::report(const YamlNode& key) {
    const auto forbidden = std::ranges::find(forbidden_, key.text, &Forbidden::key);
    if (forbidden != forbidden_.end()) {
        diagnostics_.report(key.place,
                            fmt::format("'{}' is not there {}", key.text, forbidden->why));
        return;
    }
    const auto hint = suggestion(key.text, known_);
    const auto expected =
        known_.empty() ? std::string("there are none") : fmt::format("expected {}", one_of(known_));
    diagnostics_.report(key.place,
                        fmt::format("'{}' is not among {}: {}{}", key.text, what_, expected, hint));
}

}  // namespace confd::sim
