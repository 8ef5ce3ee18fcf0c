#include "client/confd_listen/mask.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <vector>

#include "protocol/constants.hpp"
#include "protocol/mask.hpp"
#include "protocol/nearest.hpp"

namespace confd::listen {
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

std::vector<std::string_view> mask_names() {
    std::vector<std::string_view> names;
    for (const auto& constant : mask_constants)
        names.push_back(constant.name);
    return names;
}

std::string unknown(std::string_view word) {
    if (word.empty()) return "an empty name in the mask; expected names such as NOTIF_AUDIT";
    if (word.front() >= '0' && word.front() <= '9') {
        return fmt::format("'{}' is no mask; a number is decimal or 0x and hex, of 32 bits", word);
    }
    const auto names = mask_names();
    const auto near = nearest(word, names);
    return near.empty() ? fmt::format(
                              "'{}' is no event; expected names such as NOTIF_AUDIT, or a "
                              "number",
                              word)
                        : fmt::format("'{}' is no event; did you mean {}?", word, near);
}

}  // namespace

std::expected<std::uint32_t, std::string> parse_mask(std::string_view text) {
    std::uint32_t mask = 0;
    while (true) {
        const auto end = text.find_first_of(",|");
        const auto word = text.substr(0, end);
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

std::uint32_t all_events(Product product, Dialect dialect) {
    return known_bits({dialect, product}) & ~NOTIF_STREAM_EVENT;
}

}  // namespace confd::listen
