// SPDX-License-Identifier: Apache-2.0
// NOTIF_CONFIRMED_COMMIT: a confirmed commit started, was confirmed, or was aborted.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

struct ConfirmedCommitNotification {
    static constexpr std::string_view key = "confirm";
    static constexpr Shape shape = Shape::flat;

    ConfirmedCommitType type{};
    std::int64_t timeout = 0;  ///< seconds; above 0 only for CONFIRMED_COMMIT
    UserInfo uinfo;

    static constexpr auto fields() {
        return std::tuple(field("type", &ConfirmedCommitNotification::type),
                          field("timeout", &ConfirmedCommitNotification::timeout),
                          field("uinfo", &ConfirmedCommitNotification::uinfo));
    }
    bool operator==(const ConfirmedCommitNotification&) const = default;
};

}  // namespace confd
