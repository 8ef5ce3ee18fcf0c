// SPDX-License-Identifier: Apache-2.0
// NOTIF_COMMIT_SIMPLE: a transaction was committed.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

struct CommitNotification {
    static constexpr std::string_view key = "commit";
    static constexpr Shape shape = Shape::flat;

    Datastore database{};
    UserInfo uinfo;
    std::int64_t diff_available = 0;  ///< 0 or 1
    std::int64_t flags = 0;           ///< CommitFlag bits

    static constexpr auto fields() {
        return std::tuple(field("database", &CommitNotification::database),
                          field("uinfo", &CommitNotification::uinfo),
                          field("diff_available", &CommitNotification::diff_available),
                          field("flags", &CommitNotification::flags));
    }
    bool operator==(const CommitNotification&) const = default;
};

}  // namespace confd
