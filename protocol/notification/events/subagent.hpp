// SPDX-License-Identifier: Apache-2.0
// NOTIF_SUBAGENT_INFO: a subagent came up or went down.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

struct SubagentNotification {
    static constexpr std::string_view key = "subagent";
    static constexpr Shape shape = Shape::nested;

    SubagentInfoType type{};
    std::string name;

    static constexpr auto fields() {
        return std::tuple(field("type", &SubagentNotification::type),
                          field("name", &SubagentNotification::name));
    }
    bool operator==(const SubagentNotification&) const = default;
};

}  // namespace confd
