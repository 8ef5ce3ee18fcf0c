// SPDX-License-Identifier: Apache-2.0
// The notifications of modules, and what they refer to.
#pragma once

#include <vector>

#include "simulator/yang/libyang.hpp"

namespace confd::sim::yang {

/// The notifications at the top of a module, when it is implemented.
std::vector<const lysc_node*> notifications_of(const lys_module& module);

/// Those that are inside of its data.
std::vector<const lysc_node*> nested_notifications_of(const lys_module& module);

/// Levels of nodes in a notification: groupings can nest them without end, and libyang goes down by
/// calls.
inline constexpr std::size_t max_notification_levels = 200;

/// A notification with more levels than that, or null.
const lysc_node* find_too_deep(const ly_ctx& context);

/// Notifications no longer ask whether there is what they refer to outside of themselves.
void forget_instances(const ly_ctx& context);

}  // namespace confd::sim::yang
