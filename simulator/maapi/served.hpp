// SPDX-License-Identifier: Apache-2.0
// Whether what a scenario sends has nodes in the schemas that clients load.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "protocol/notification/events/stream.hpp"
#include "protocol/value/value.hpp"

namespace confd::sim {

class Schema;

namespace maapi {

/// The first of a stream event's elements that no module has where it stands; nothing when all are
/// served. Without a schema none is.
std::optional<std::size_t> first_unserved(const Schema* schema, std::span<const TagValue> values);

/// Whether each step of a path has its node.
bool is_served(const Schema* schema, const ObjectRef& path);

}  // namespace maapi
}  // namespace confd::sim
