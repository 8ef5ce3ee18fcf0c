// SPDX-License-Identifier: Apache-2.0
#include "protocol/value/calendar.hpp"

#include <algorithm>
#include <cstdlib>

namespace confd {
namespace {

using namespace std::chrono_literals;

bool is_clock_time(const Datetime& value) {
    return value.hour < 24 && value.min < 60 && value.sec <= 60 && value.micro < 1'000'000;
}

/// How far local time is ahead of UTC. Minutes without a zone mean nothing.
std::optional<std::chrono::minutes> offset(const Zone& zone) {
    if (!zone.timezone) return 0min;
    const int hours = *zone.timezone;
    const int minutes = zone.timezone_minutes;
    const bool mixed_signs = hours * minutes < 0;
    if (std::abs(hours) > 14 || std::abs(minutes) > 59 || mixed_signs) return std::nullopt;
    return std::chrono::hours(hours) + std::chrono::minutes(minutes);
}

}  // namespace

std::optional<TimePoint> to_time_point(const Datetime& value) {
    const std::chrono::year_month_day date{std::chrono::year(value.year),
                                           std::chrono::month(value.month),
                                           std::chrono::day(value.day)};
    const auto ahead = offset(value.zone);
    if (!date.ok() || !is_clock_time(value) || !ahead) return std::nullopt;
    const auto local = std::chrono::sys_days(date) + std::chrono::hours(value.hour) +
                       std::chrono::minutes(value.min) + std::chrono::seconds(value.sec) +
                       std::chrono::microseconds(value.micro);
    const TimePoint time = local - *ahead;
    if (time < earliest_datetime || time > latest_datetime) return std::nullopt;
    return time;
}

Datetime to_datetime(TimePoint time) {
    time = std::clamp(time, earliest_datetime, latest_datetime);
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    Datetime out;
    out.year = static_cast<std::int16_t>(static_cast<int>(date.year()));
    out.month = static_cast<std::uint8_t>(static_cast<unsigned>(date.month()));
    out.day = static_cast<std::uint8_t>(static_cast<unsigned>(date.day()));
    out.hour = static_cast<std::uint8_t>(clock.hours().count());
    out.min = static_cast<std::uint8_t>(clock.minutes().count());
    out.sec = static_cast<std::uint8_t>(clock.seconds().count());
    out.micro = static_cast<std::uint32_t>(clock.subseconds().count());
    out.zone.timezone = std::int8_t{0};
    return out;
}

}  // namespace confd
