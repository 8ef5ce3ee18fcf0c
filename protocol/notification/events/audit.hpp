// SPDX-License-Identifier: Apache-2.0
// NOTIF_AUDIT: an entry of the audit log.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

struct AuditNotification {
    static constexpr std::string_view key = "audit";
    static constexpr Shape shape = Shape::flat;

    LogNumber logno;
    std::string user;
    std::int64_t usid = 0;  ///< what sync_audit_notification takes
    std::string msg;

    static constexpr auto fields() {
        return std::tuple(
            field("logno", &AuditNotification::logno), field("user", &AuditNotification::user),
            field("usid", &AuditNotification::usid), field("msg", &AuditNotification::msg));
    }
    bool operator==(const AuditNotification&) const = default;
};

}  // namespace confd
