// SPDX-License-Identifier: Apache-2.0
// From YANG's texts to the values of the wire (docs/protocol.md, "Values").
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "protocol/notification/events/stream.hpp"
#include "protocol/value/value.hpp"

struct lyd_node;
struct lysc_node;

namespace confd::sim::yang {

/// The hashes of a node's namespace and name.
XmlTag tag_of(const lysc_node& node);

/// The value of a leaf or of one entry of a leaf-list, from its text as libyang reads it: module
/// names as prefixes, base64 for binary. Nothing when the type has no such value. An `empty` is the
/// node's own tag: outside of a union it is written as TagMarker::leaf, without any value.
std::optional<Value> typed_value(const lysc_node& node, std::string_view text);

/// An instance-identifier as a keypath; nothing when it names no node of a loaded module.
std::optional<ObjectRef> object_ref(const lysc_node& node, std::string_view path);

/// A tree of an event's data as its tags and values. Defaults that were not written are left out.
std::vector<TagValue> tag_values(const lyd_node& tree);

}  // namespace confd::sim::yang
