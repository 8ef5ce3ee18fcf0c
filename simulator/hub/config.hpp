// SPDX-License-Identifier: Apache-2.0
// What a hub is told when it is made.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "protocol/session/server_session.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/role.hpp"
#include "simulator/limits/peer_limits.hpp"
#include "simulator/maapi/conversation.hpp"
#include "simulator/streams/streams.hpp"

namespace confd::sim {

/// How much may wait for a subscriber that reads slowly (docs/protocol.md, REQ-SLOW-3). Far above
/// what a healthy one leaves unread, far below what would bother this machine.
struct QueueLimits {
    std::size_t soft = std::size_t{2} << 20;  ///< for so long at most: `patience`
    std::size_t hard = std::size_t{8} << 20;  ///< at once
    std::chrono::milliseconds patience = std::chrono::seconds(10);
};

struct HubConfig {
    ServerConfig server;
    std::size_t max_subscribers = 0;  ///< further ones are refused; 0 for any number
    std::vector<Role> roles;
    StreamsConfig streams;
    QueueLimits queue;
    PeerLimits limits;  ///< their times are of this hub's clock
    /// What MAAPI clients are told of the YANG modules; null for none.
    std::shared_ptr<const maapi::SchemaReplies> schemas;
    /// The time of day that `clock_origin` is.
    WallTime wall_origin;
    Instant clock_origin;

    WallTime wall(Instant now) const {
        return wall_origin +
               std::chrono::duration_cast<std::chrono::microseconds>(now - clock_origin);
    }
};

}  // namespace confd::sim
