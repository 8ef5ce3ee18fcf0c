// SPDX-License-Identifier: Apache-2.0
// NOTIF_HEARTBEAT, NOTIF_HEALTH_CHECK, NOTIF_REOPEN_LOGS, NCS_NOTIF_PACKAGE_RELOAD,
// NOTIF_SYSTEM_GOING_DOWN: events that say only that they happened.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

struct SignalNotification {
    static constexpr std::string_view key = "";  // no fields, so no object in JSON
    static constexpr Shape shape = Shape::flat;

    static constexpr auto fields() { return std::tuple<>(); }
    bool operator==(const SignalNotification&) const = default;
};

}  // namespace confd
