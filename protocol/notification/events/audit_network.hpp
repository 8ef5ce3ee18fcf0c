// SPDX-License-Identifier: Apache-2.0
// NCS_NOTIF_AUDIT_NETWORK: what a transaction sent to a device of the network.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

struct AuditNetworkNotification {
    static constexpr std::string_view key = "audit_network";
    static constexpr Shape shape = Shape::nested;

    std::int64_t usid = 0;  ///< what sync_audit_network_notification takes
    std::int64_t tid = 0;
    std::string user;
    std::string device;
    OptionalText trace_id;
    std::string config;

    static constexpr auto fields() {
        using N = AuditNetworkNotification;
        return std::tuple(field("usid", &N::usid), field("tid", &N::tid), field("user", &N::user),
                          field("device", &N::device), field("trace_id", &N::trace_id),
                          field("config", &N::config));
    }
    bool operator==(const AuditNetworkNotification&) const = default;
};

}  // namespace confd
