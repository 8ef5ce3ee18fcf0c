// SPDX-License-Identifier: Apache-2.0
// NOTIF_HA_INFO: something happened in the high-availability cluster.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

struct HaNode {
    Value nodeid{ValueType::buf, std::string()};
    NodeAddress addr;

    static constexpr auto fields() {
        return std::tuple(field("nodeid", &HaNode::nodeid), field("addr", &HaNode::addr));
    }
    bool operator==(const HaNode&) const = default;
};

struct HaNotification {
    static constexpr std::string_view key = "hnot";
    static constexpr Shape shape = Shape::nested;

    HaInfoType type{};
    HaErrorCode nomaster{};
    HaNode slave_died;
    HaNode slave_arrived;
    std::int64_t cdb_initialized_by_copy = 0;  ///< 0 or 1
    HaErrorCode beslave_result{};              ///< 0 for success

    /// The data element belongs to the type; a type without data has an ignored element.
    template <HaInfoType Type>
    static constexpr bool is(const HaNotification& n, const WireContext&) {
        return n.type == Type;
    }
    static constexpr bool has_no_data(const HaNotification& n, const WireContext&) {
        return n.type != HA_INFO_NOMASTER && n.type != HA_INFO_SLAVE_DIED &&
               n.type != HA_INFO_SLAVE_ARRIVED && n.type != HA_INFO_SLAVE_INITIALIZED &&
               n.type != HA_INFO_BESLAVE_RESULT;
    }

    static constexpr auto fields() {
        using N = HaNotification;
        return std::tuple(
            field("type", &N::type),
            field("nomaster", &N::nomaster).when(is<HA_INFO_NOMASTER>).renamed("noprimary"),
            field("slave_died", &N::slave_died)
                .when(is<HA_INFO_SLAVE_DIED>)
                .renamed("secondary_died"),
            field("slave_arrived", &N::slave_arrived)
                .when(is<HA_INFO_SLAVE_ARRIVED>)
                .renamed("secondary_arrived"),
            field("cdb_initialized_by_copy", &N::cdb_initialized_by_copy)
                .when(is<HA_INFO_SLAVE_INITIALIZED>),
            field("beslave_result", &N::beslave_result)
                .when(is<HA_INFO_BESLAVE_RESULT>)
                .renamed("besecondary_result"),
            Unused<N>{.zero = false, .on_wire = has_no_data});
    }
    bool operator==(const HaNotification&) const = default;
};

}  // namespace confd
