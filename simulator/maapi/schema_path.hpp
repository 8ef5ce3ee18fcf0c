// SPDX-License-Identifier: Apache-2.0
// Paths of a scenario's diffs, by the names of its YANG modules: /interfaces/interface{eth0}/mtu.
#pragma once

#include <optional>

#include "protocol/value/value.hpp"
#include "simulator/text/yaml.hpp"

struct lysc_node;

namespace confd::sim {

class Schema;

namespace maapi {

/// What a path leads to.
struct Target {
    ObjectRef path;
    const lysc_node* node = nullptr;
    bool is_leaf = false;       ///< a leaf, or a whole leaf-list: what has values
    bool is_entry = false;      ///< an entry of a list or leaf-list: keys stand at its end
    bool is_leaf_list = false;  ///< a whole one
    bool is_presence_container = false;
};

/// Names stand without a prefix, or with the prefix or the name of their module. Keys stand in
/// braces, separated by blanks, in quotes when they have blanks or braces themselves. Reports what
/// no module has, with the nearest names.
std::optional<Target> resolve_path(const Schema& schema, const YamlNode& node,
                                   Diagnostics& diagnostics);

/// A value of the leaf that a path leads to; a list of them for a leaf-list.
std::optional<Value> parse_leaf(const lysc_node& leaf, const YamlNode& node,
                                Diagnostics& diagnostics);

/// The keys of another entry of the list that a path leads to an entry of.
std::optional<ValueList> parse_keys(const lysc_node& list, const YamlNode& node,
                                    Diagnostics& diagnostics);

}  // namespace maapi
}  // namespace confd::sim
