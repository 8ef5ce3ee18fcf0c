// SPDX-License-Identifier: Apache-2.0
// Date-times as points in time, for comparing and computing with them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "protocol/value/value.hpp"

namespace confd {

using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;

/// Since 1970, as events count times.
constexpr std::int64_t seconds_of(TimePoint time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}
constexpr std::int64_t microseconds_of(TimePoint time) {
    return time.time_since_epoch().count();
}

/// What a Datetime in UTC can express: the years -32767 to 32767.
inline constexpr TimePoint earliest_datetime =
    std::chrono::sys_days(std::chrono::year::min() / std::chrono::January / 1);
inline constexpr TimePoint latest_datetime =
    std::chrono::sys_days(std::chrono::year::max() / std::chrono::December / 31) +
    std::chrono::days(1) - std::chrono::microseconds(1);

/// Nothing for a date that no calendar has, a time that no clock shows, a zone more than 14:59 from
/// UTC, or a result beyond the two limits. Without a zone it is taken as UTC. A leap second (60) is
/// the first second of the next minute: this time scale has no room for it, and which minutes have
/// one is not known here.
std::optional<TimePoint> to_time_point(const Datetime& value);

/// In UTC; the nearest limit for a time beyond them.
Datetime to_datetime(TimePoint time);

}  // namespace confd
