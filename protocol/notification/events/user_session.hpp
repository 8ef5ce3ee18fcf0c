// SPDX-License-Identifier: Apache-2.0
// NOTIF_USER_SESSION: a user session or one of its transactions started, stopped, or took a lock.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

struct UserSessNotification {
    static constexpr std::string_view key = "user_sess";
    static constexpr Shape shape = Shape::flat;

    UserSessType type{};
    UserInfo uinfo;
    Datastore database{};

    static constexpr auto fields() {
        return std::tuple(field("type", &UserSessNotification::type),
                          field("uinfo", &UserSessNotification::uinfo),
                          field("database", &UserSessNotification::database));
    }
    bool operator==(const UserSessNotification&) const = default;
};

}  // namespace confd
