// SPDX-License-Identifier: Apache-2.0
// What a subscriber got and gave, from its first to its last byte.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/ids.hpp"
#include "simulator/hub/barriers.hpp"
#include "simulator/hub/events.hpp"
#include "simulator/hub/latencies.hpp"

namespace confd::sim {

/// One for each bit of a mask; the last ones may be missing, and are 0.
using EventCounts = std::vector<std::uint64_t>;
inline constexpr std::size_t event_bits = 32;

inline std::size_t bit_of(std::uint32_t type) {
    return static_cast<std::size_t>(std::countr_zero(type)) % event_bits;
}

/// How a subscriber's connection ended.
enum class Left : std::uint8_t {
    end,        ///< it was there when the scenario ended
    client,     ///< the client went
    scenario,   ///< a `close` step or a fault ended it
    slow,       ///< it did not read what it was sent
    malformed,  ///< it sent what cannot be read
};
std::string_view to_string(Left left);

struct SubscriberStats {
    PeerId peer = 0;
    std::string role;
    std::uint32_t mask = 0;
    Instant subscribed;
    Instant left_at;
    Left left = Left::end;
    std::string reason;  ///< may be empty
    EventCounts events = EventCounts(event_bits);
    std::array<std::uint64_t, ack_verdict_count> acks{};
    /// From an event to its acknowledgement, for those that were owed, late ones included; null
    /// when there were none.
    std::shared_ptr<Latencies> latencies;
    std::uint64_t faults = 0;  ///< how often one struck
    Lost lost;
};

/// What it got and gave so far.
struct SubscriberCounters {
    std::uint64_t events = 0;  ///< heartbeats and health checks included
    std::uint64_t beats = 0;
    std::uint64_t filter_ends = 0;  ///< events that its filter was ended on
    std::array<std::uint64_t, ack_verdict_count> acks{};
};

}  // namespace confd::sim
