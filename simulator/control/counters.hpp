// SPDX-License-Identifier: Apache-2.0
// What has happened since the start, in numbers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

#include "simulator/log/record.hpp"

namespace confd::sim::control {

inline constexpr std::size_t record_kind_count = static_cast<std::size_t>(RecordKind::log) + 1;
inline constexpr std::size_t direction_count = 3;
inline constexpr std::size_t barrier_change_count = 3;

struct Counters {
    void count(const LogRecord& record);

    /// By kind, then direction.
    std::array<std::array<std::uint64_t, direction_count>, record_kind_count> records{};
    std::array<std::uint64_t, direction_count> bytes{};
    std::map<std::uint32_t, std::uint64_t> events;  ///< sent, by type
    std::array<std::uint64_t, ack_verdict_count> acks{};
    std::array<std::uint64_t, barrier_change_count> barriers{};
    std::uint64_t skipped = 0;  ///< records that the feed did not show
};

}  // namespace confd::sim::control
