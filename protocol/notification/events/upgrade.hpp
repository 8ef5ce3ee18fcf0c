// SPDX-License-Identifier: Apache-2.0
// NOTIF_UPGRADE_EVENT: a step of an in-service data model upgrade.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

struct UpgradeNotification {
    static constexpr std::string_view key = "upgrade";
    static constexpr Shape shape = Shape::flat;

    UpgradeEvent event{};

    static constexpr auto fields() {
        return std::tuple(field("event", &UpgradeNotification::event));
    }
    bool operator==(const UpgradeNotification&) const = default;
};

}  // namespace confd
