// SPDX-License-Identifier: Apache-2.0
#include "text/mask.hpp"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <optional>
#include <vector>

#include "protocol/constants.hpp"
#include "text/nearest.hpp"

namespace confd {
namespace {

std::optional<std::uint32_t> parse_number(std::string_view text) {
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    if (hex) text.remove_prefix(2);
    std::uint32_t number = 0;
    const auto end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, number, hex ? 16 : 10);
    if (code != std::errc{} || stop != end) return std::nullopt;
    return number;
}

std::string unknown(std::string_view word) {
    if (word.empty()) return "an empty name in the mask; expected names such as NOTIF_AUDIT";
    if (word.front() >= '0' && word.front() <= '9') {
        return fmt::format("'{}' is no mask; a number is decimal or 0x and hex, of 32 bits", word);
    }
    std::vector<std::string_view> names;
    for (const auto& constant : mask_constants)
        names.push_back(constant.name);
    const auto near = nearest(word, names);
    if (!near.empty()) return fmt::format("'{}' is no event; did you mean '{}'?", word, near);
    return fmt::format("'{}' is no event; expected names such as NOTIF_AUDIT, or a number", word);
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

std::expected<std::uint32_t, std::string> parse_mask(std::string_view text) {
    std::uint32_t mask = 0;
    while (true) {
        const auto end = text.find_first_of(",|");
        const auto word = trimmed(text.substr(0, end));
        if (const auto value = value_of(mask_constants, word)) {
            mask |= static_cast<std::uint32_t>(*value);
        } else if (const auto number = parse_number(word)) {
            mask |= *number;
        } else {
            return std::unexpected(unknown(word));
        }
        if (end == std::string_view::npos) return mask;
        text.remove_prefix(end + 1);
    }
}

std::string mask_text(std::uint32_t mask, char separator) {
    std::string out;
    for (std::uint32_t rest = mask; rest != 0; rest &= rest - 1) {
        const auto bit = std::uint32_t{1} << std::countr_zero(rest);
        if (!out.empty()) out += separator;
        if (const auto name = name_of(mask_constants, bit)) {
            out += *name;
        } else {
            out += fmt::format("{:#x}", bit);
        }
    }
    return out.empty() ? "0" : out;
}

}  // namespace confd
