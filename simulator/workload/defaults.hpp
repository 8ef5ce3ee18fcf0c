// SPDX-License-Identifier: Apache-2.0
// What stands where a scenario writes nothing: one and the same event of each type, in the ranges
// of the protocol. Optional fields are absent, and lists empty.
#pragma once

#include "protocol/notification/notification.hpp"
#include "protocol/value/calendar.hpp"

namespace confd::sim::workload {

/// The session of the defaults: an operator at the CLI.
UserInfo default_session(TimePoint login);
/// The same for the system's own context, which comes from nowhere.
UserInfo default_system_session(TimePoint login);

/// The one of the two that goes with a session's context and protocol.
UserInfo default_session_like(const UserInfo& session, TimePoint login);

struct Times {
    TimePoint now;
    /// Of the scenario: when sessions have logged in, which is the same in all of their events.
    TimePoint start;
};

/// Fills a body in, but for what decides about others: a type of an event that is set already
/// stays, and so does the context of a session. Fields that only other forms of the event have are
/// filled too.
void fill_defaults(Notification& event, const WireContext& wire, const Times& times);

/// The device that is there where a scenario names none.
inline constexpr std::string_view default_device = "ce0";

}  // namespace confd::sim::workload
