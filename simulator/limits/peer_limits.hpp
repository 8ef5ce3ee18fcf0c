// SPDX-License-Identifier: Apache-2.0
// Limits of what peers may do, beside those of what may wait for them (hub/hub.hpp,
// QueueLimits): they choose how much they send, and when (docs/protocol.md, section 11).
#pragma once

#include <chrono>
#include <cstddef>

#include "protocol/limits.hpp"

namespace confd::sim {

/// The times are of the real clock, whatever the --time-scale: peers do not run faster for it. 0 is
/// no limit.
struct PeerLimits {
    /// Payload of a frame. Subscriptions and acknowledgements are small.
    std::size_t frame = subscriber_payload_limit;
    /// From the connection to the hello, access check included.
    std::chrono::milliseconds handshake_timeout = std::chrono::seconds(5);
    /// From the connection to the end of the subscription.
    std::chrono::milliseconds subscription_timeout = std::chrono::seconds(10);
    /// From the first byte of a frame to its last.
    std::chrono::milliseconds frame_timeout = std::chrono::seconds(30);
    /// Connections that have not subscribed, nor shaken hands as MAAPI clients.
    std::size_t pending = 256;
    /// Acknowledgements that nothing waits for: so many at once, ..
    std::size_t ack_burst = 1000;
    /// .. and so many a second after that. They are read no faster.
    double ack_rate = 100;
};

}  // namespace confd::sim
