// SPDX-License-Identifier: Apache-2.0
// Streams and their events as they stand in scenario files.
#pragma once

#include <optional>

#include "simulator/scenario/loading.hpp"
#include "simulator/streams/stream_log.hpp"

namespace confd::sim {

extern const MapShape stream_shape;

/// An element of `streams`.
std::optional<StreamDefinition> parse_stream(const YamlPtr& node, Loading& loading);

/// An event written by name: {link-down: {name: eth1}}. Reports when the scenario has no modules.
/// The time is left open.
std::optional<StreamEvent> parse_named_event(const YamlNode& node, const Scenario& scenario,
                                             Diagnostics& diagnostics);

/// Gives a stream's event this time.
void set_event_time(StreamEvent& event, WallTime time);

}  // namespace confd::sim
