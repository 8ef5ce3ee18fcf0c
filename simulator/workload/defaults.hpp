// What stands where a scenario writes nothing: one and the same event of each type, in the ranges
// of the protocol. Optional fields are absent, and lists empty.
#pragma once

#include "protocol/notification/notification.hpp"
#include "protocol/value/calendar.hpp"

namespace confd::sim::workload {

/// The session of the defaults: an operator at the CLI who has just logged in.
UserInfo default_session(TimePoint now);
/// The same for the system's own context, which comes from nowhere.
UserInfo default_system_session(TimePoint now);

/// Fills a body in, but for what decides about others: a type of an event that is set already
/// stays, and so does the context of a session. Fields that only other forms of the event have are
/// filled too.
void fill_defaults(Notification& event, const WireContext& wire, TimePoint now);

/// The device that is there where a scenario names none.
inline constexpr std::string_view default_device = "ce0";

}  // namespace confd::sim::workload
