// SPDX-License-Identifier: Apache-2.0
// Random texts for leafs.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "generate/choices.hpp"
#include "protocol/value/calendar.hpp"

struct lyd_node;
struct lys_module;
struct lysc_node;

namespace confd::sim::yang {

/// What texts are drawn from.
struct ValueSource {
    Choices& choices;
    /// The modules whose data instance-identifiers point into.
    std::span<const lys_module* const> served;
    /// The tree so far, for a leafref to a node of the same event.
    const lyd_node* root = nullptr;
    /// The text becomes part of an instance-identifier, and so cannot be one.
    bool inside_path = false;
    /// With a time, values are those of a server at work then: names and addresses of a network,
    /// numbers that are counted up, times not long ago. Without, they are anything that the types
    /// take, the ends of ranges above all.
    std::optional<TimePoint> now = std::nullopt;
};

/// A text that the leaf or leaf-list accepts; nothing when none was found.
std::optional<std::string> random_value(const lysc_node& leaf, const ValueSource& source);

}  // namespace confd::sim::yang
