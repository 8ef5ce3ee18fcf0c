// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/xpath_number.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace confd::sim::yang {
namespace {

constexpr std::string_view spaces = " \t\n\r";
constexpr std::string_view digits = "0123456789";

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(spaces);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(spaces) + 1 - begin);
}

/// Digits, at most one point among them.
bool is_unsigned(std::string_view text) {
    const auto point = text.find('.');
    const auto whole = text.substr(0, point);
    const auto part = point == std::string_view::npos ? "" : text.substr(point + 1);
    return whole.size() + part.size() > 0 &&
           whole.find_first_not_of(digits) == std::string_view::npos &&
           part.find_first_not_of(digits) == std::string_view::npos;
}

}  // namespace

double xpath_number(std::string_view text) {
    const auto number = trimmed(text);
    if (!is_unsigned(number.substr(number.starts_with('-') ? 1 : 0))) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    // Rounds to the nearest, also to infinity.
    return std::strtod(std::string(number).c_str(), nullptr);
}

std::string xpath_text(double number) {
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
    if (number == 0) return "0";  // also for the negative one
    // The smallest numbers have 324 places, and 17 digits in the last of them.
    std::array<char, 512> out{};
    const auto end =
        std::to_chars(out.data(), out.data() + out.size(), number, std::chars_format::fixed).ptr;
    return {out.data(), end};
}

}  // namespace confd::sim::yang
