// SPDX-License-Identifier: Apache-2.0
// Durations and sizes as people write them, in scenarios and on command lines.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace confd {

/// Longest duration that can be named: a day is a soak test, more is a slip.
inline constexpr std::chrono::milliseconds max_timespan = std::chrono::hours(24);

/// What parse_timespan() takes, for messages.
inline constexpr std::string_view timespan_expected =
    "a duration of at most 24h such as 250ms, 1.5s or 2m";

/// "250ms", "1.5s", "2m", "1h".
std::optional<std::chrono::milliseconds> parse_timespan(std::string_view text);

/// Largest size that can be named: all that the length of a frame can say.
inline constexpr std::size_t max_size = std::size_t{4} << 30;

/// What parse_size() takes, for messages.
inline constexpr std::string_view size_expected =
    "a number of bytes from 1 to 4GiB such as 4096, 64KiB or 2MiB";

/// "4096", "64KiB", "2MiB", "1GiB".
std::optional<std::size_t> parse_size(std::string_view text);

// The shortest text that is read back as the same: "5s", "64KiB".
std::string timespan_text(std::chrono::milliseconds span);
std::string size_text(std::size_t size);  // of at least 1

}  // namespace confd
