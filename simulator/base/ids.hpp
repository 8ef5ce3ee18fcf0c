// SPDX-License-Identifier: Apache-2.0
// Names for the things that hub, scenario and server talk about.
#pragma once

#include <chrono>
#include <cstdint>

namespace confd::sim {

/// A connection: 1 for the first since the start, never used again.
using PeerId = std::uint32_t;

/// One event that was sent, to however many subscribers; 0 is none.
using SendId = std::uint64_t;

/// Time is always handed in: tests run hours in microseconds.
using Clock = std::chrono::steady_clock;
using Instant = Clock::time_point;

/// Time of day, as it stands in events: handed in too.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

}  // namespace confd::sim
