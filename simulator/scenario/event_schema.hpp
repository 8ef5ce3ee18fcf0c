// SPDX-License-Identifier: Apache-2.0
// JSON Schema of events as scenario files have them: the names and forms of the notification schema
// (docs/notification.schema.json), with defaults, names of constants, `now` and variables besides.
#pragma once

#include <boost/json/fwd.hpp>

#include "simulator/text/keys.hpp"

namespace confd::sim {

/// An event's type, by name or number.
boost::json::object event_schema(const Key& key);
/// The fields of some event, or a whole line that was printed.
boost::json::object fields_schema(const Key& key);
/// The fields of an event of a stream, or a printed one.
boost::json::object stream_fields_schema(const Key& key);
/// An event by name: {link-down: {name: eth1}}.
boost::json::object named_event_schema(const Key& key);
/// A list of user sessions.
boost::json::object sessions_schema(const Key& key);

/// What the step `send` has for each event: fields that go with its name.
void refine_send(boost::json::object& map);

/// What they refer to.
boost::json::object event_definitions();

}  // namespace confd::sim
