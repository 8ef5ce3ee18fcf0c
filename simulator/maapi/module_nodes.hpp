// SPDX-License-Identifier: Apache-2.0
// What of the loaded modules is told to clients: the modules, and what stands below each node.
#pragma once

#include <cstdint>
#include <vector>

#include "protocol/maapi/schema.hpp"
#include "simulator/yang/libyang.hpp"

namespace confd::sim {

class Schema;

namespace maapi {

using Nodes = std::vector<const lysc_node*>;

/// All but libyang's own.
std::vector<const lys_module*> modules_told(const Schema& schema);
/// The same with those that have types only last.
std::vector<const lys_module*> told_modules(const Schema& schema);

Nodes top_nodes(const lys_module& module);
Nodes top_choices(const lys_module& module);

/// Choices dissolved. Parameters and results of an action alike.
Nodes below(const lysc_node& node);

/// The choices right below a node or case.
Nodes choices_in(const lysc_node& parent);
Nodes cases_of(const lysc_node& choice);

std::vector<std::uint32_t> key_tags(const lysc_node& list);
Value default_of(const lysc_node& leaf);
std::uint32_t flags_of(const lysc_node& node);
CompareOrder order_of(const lysc_node& node);

struct Occurs {
    std::int64_t low = 0;
    std::int64_t high = 1;  ///< or unbounded
};
Occurs occurs_of(const lysc_node& node);

}  // namespace maapi
}  // namespace confd::sim
