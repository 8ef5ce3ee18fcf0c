// SPDX-License-Identifier: Apache-2.0
// Typed values out of scenario files, in the form in which they are printed as JSON:
// {type: uint16, value: 1500}.
#pragma once

#include <optional>

#include "protocol/notification/events/stream.hpp"
#include "protocol/value/value.hpp"
#include "simulator/text/yaml.hpp"

namespace confd::sim {

/// Reports what is wrong; nothing then.
std::optional<Value> parse_value(const YamlNode& node, Diagnostics& diagnostics);

/// An element of a stream event: {ns: 1, tag: 2, v: {type: xmlbegin}}.
std::optional<TagValue> parse_tag_value(const YamlNode& node, Diagnostics& diagnostics);

}  // namespace confd::sim
