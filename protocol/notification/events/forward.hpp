// SPDX-License-Identifier: Apache-2.0
// NOTIF_FORWARD_INFO: the daemon's view of a forwarded (proxied) session changed.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

struct ForwardNotification {
    static constexpr std::string_view key = "forward";
    static constexpr Shape shape = Shape::flat;

    ForwardInfoType type{};
    std::string target;
    UserInfo uinfo;

    static constexpr auto fields() {
        return std::tuple(field("type", &ForwardNotification::type),
                          field("target", &ForwardNotification::target),
                          field("uinfo", &ForwardNotification::uinfo));
    }
    bool operator==(const ForwardNotification&) const = default;
};

}  // namespace confd
