// SPDX-License-Identifier: Apache-2.0
// NOTIF_COMMIT_FAILED: a data provider failed in its commit phase.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

struct CommitFailedNotification {
    static constexpr std::string_view key = "cfail";
    static constexpr Shape shape = Shape::flat;

    DataProvider provider{};
    Datastore dbname{};
    Ip ip;                    ///< DP_NETCONF
    std::uint16_t port = 0;   ///< DP_NETCONF
    std::string daemon_name;  ///< DP_EXTERNAL

    template <DataProvider Provider>
    static constexpr bool is(const CommitFailedNotification& n, const WireContext&) {
        return n.provider == Provider;
    }

    static constexpr auto fields() {
        using N = CommitFailedNotification;
        return std::tuple(field("provider", &N::provider), field("dbname", &N::dbname),
                          field("ip", &N::ip).when(is<DP_NETCONF>),
                          field("port", &N::port).when(is<DP_NETCONF>),
                          field("daemon_name", &N::daemon_name).when(is<DP_EXTERNAL>));
    }
    bool operator==(const CommitFailedNotification&) const = default;
};

}  // namespace confd
