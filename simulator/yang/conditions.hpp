// SPDX-License-Identifier: Apache-2.0
// `must` and `when` conditions that can end the process that evaluates them.
#pragma once

#include "simulator/yang/libyang.hpp"

namespace confd::sim::yang {

/// Whether a condition of a notification, or of a node in it, uses what libyang 2.1 cannot always
/// evaluate without a fault: the remainder by zero, rounding of what is no number, the root node as
/// a text. Whether it does depends on the event, so events of such a notification are validated in
/// a child process first.
bool has_risky_conditions(const lysc_node& notification);

/// Whether this XPath expression is such a condition.
bool is_risky(std::string_view xpath);

}  // namespace confd::sim::yang
