// SPDX-License-Identifier: Apache-2.0
#include "text/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <ranges>
#include <span>

namespace confd {
namespace {

struct Unit {
    std::string_view suffix;
    std::uint64_t factor;
};
// From the smallest to the largest.
constexpr std::array<Unit, 4> durations{{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
constexpr std::array<Unit, 4> sizes{
    {{"", 1}, {"KiB", 1U << 10U}, {"MiB", 1U << 20U}, {"GiB", 1U << 30U}}};

/// The unit that the text ends with behind its number.
const Unit* unit_behind(std::string_view text, const char* number_end,
                        std::span<const Unit> units) {
    const auto suffix = text.substr(static_cast<std::size_t>(number_end - text.data()));
    const auto found = std::ranges::find(units, suffix, &Unit::suffix);
    return found == units.end() ? nullptr : &*found;
}

std::string shortest(std::uint64_t amount, std::span<const Unit> units) {
    for (const auto& unit : std::views::reverse(units)) {
        if (amount % unit.factor == 0) {
            return fmt::format("{}{}", amount / unit.factor, unit.suffix);
        }
    }
    return {};
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_timespan(std::string_view text) {
    double amount = 0;
    const auto [stop, code] =
        std::from_chars(text.data(), text.data() + text.size(), amount, std::chars_format::fixed);
    const auto* unit = unit_behind(text, stop, durations);
    if (code != std::errc{} || unit == nullptr) return std::nullopt;
    const double span = amount * static_cast<double>(unit->factor);
    if (!(span >= 0 && span <= static_cast<double>(max_timespan.count()))) return std::nullopt;
    return std::chrono::milliseconds(std::llround(span));
}

std::optional<std::size_t> parse_size(std::string_view text) {
    std::size_t amount = 0;
    const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), amount);
    const auto* unit = unit_behind(text, stop, sizes);
    if (code != std::errc{} || unit == nullptr) return std::nullopt;
    if (amount == 0 || amount > max_size / unit->factor) return std::nullopt;
    return amount * unit->factor;
}

std::string timespan_text(std::chrono::milliseconds span) {
    if (span.count() == 0) return "0s";
    return shortest(static_cast<std::uint64_t>(span.count()), durations);
}

std::string size_text(std::size_t size) {
    return shortest(size, sizes);
}

}  // namespace confd
