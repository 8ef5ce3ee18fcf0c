// SPDX-License-Identifier: Apache-2.0
// NOTIF_DAEMON, NOTIF_NETCONF, NOTIF_DEVEL, NOTIF_JSONRPC, NOTIF_WEBUI: a line of one of the logs.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

struct SyslogNotification {
    static constexpr std::string_view key = "syslog";
    static constexpr Shape shape = Shape::flat;

    LogNumber logno;
    std::int64_t prio = 0;  ///< syslog priority, 0 (emergency) to 7 (debug)
    std::string msg;

    static constexpr auto fields() {
        return std::tuple(field("logno", &SyslogNotification::logno),
                          field("prio", &SyslogNotification::prio),
                          field("msg", &SyslogNotification::msg));
    }
    bool operator==(const SyslogNotification&) const = default;
};

}  // namespace confd
