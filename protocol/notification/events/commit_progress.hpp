// SPDX-License-Identifier: Apache-2.0
// NOTIF_COMMIT_PROGRESS as releases before 7.0 write it.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

struct CommitProgressNotification {
    static constexpr std::string_view key = "progress";
    static constexpr Shape shape = Shape::flat;

    Datastore database{};
    std::int64_t usid = 0;
    std::int64_t thandle = 0;
    std::string msg;

    static constexpr auto fields() {
        return std::tuple(field("database", &CommitProgressNotification::database),
                          field("usid", &CommitProgressNotification::usid),
                          field("thandle", &CommitProgressNotification::thandle),
                          field("msg", &CommitProgressNotification::msg));
    }
    bool operator==(const CommitProgressNotification&) const = default;
};

}  // namespace confd
