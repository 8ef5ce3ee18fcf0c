// SPDX-License-Identifier: Apache-2.0
// The last steps of making an event, shared by those written and those drawn at random.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "simulator/yang/libyang.hpp"
#include "simulator/yang/schema.hpp"

namespace confd::sim::yang {

/// Most keys a list can have here: libyang takes them as arguments of a call.
inline constexpr std::size_t max_list_keys = 8;

/// A new entry with these keys, or null and messages.
lyd_node* new_entry(lyd_node& parent, const lysc_node& schema,
                    const std::vector<std::string>& keys);

/// Validates a copy of the tree and makes an event of it. With conditions that are `risky` to
/// evaluate (conditions.hpp) a child process tries it first.
std::expected<BuiltEvent, Message> finish_event(const ContextPtr& context, const lyd_node& root,
                                                bool risky);

}  // namespace confd::sim::yang
