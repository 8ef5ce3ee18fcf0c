// SPDX-License-Identifier: Apache-2.0
// What happened at the hub, in words: for the log and for messages about expectations.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "simulator/hub/hub.hpp"

namespace confd::sim {

/// "subscriber 1", with its role where roles were given: "subscriber 1 (auditor)".
std::string peer_name(PeerId peer, std::string_view role);
std::string peer_name(PeerId peer, const Hub& hub);

/// "subscriber 1 (auditor): sync_audit_notification(17)".
std::string describe(const Owed& owed, const Hub& hub);

/// One line, such as "subscriber 1 (auditor) gave sync_audit_notification(17) again".
std::string describe(const HubEvent& event, const Hub& hub);

/// What a client did, for finding out why: its bytes, as a term, as fields; a line each.
std::vector<std::string> evidence(const HubEvent& event);

/// "7.8, mask NOTIF_AUDIT|NOTIF_HEARTBEAT, heartbeat 1000 ms": what a subscriber asked for.
std::string describe_subscription(const ServerSession& session);

}  // namespace confd::sim
