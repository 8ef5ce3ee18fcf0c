// SPDX-License-Identifier: Apache-2.0
#include "protocol/release.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace confd {

std::string to_string(const Release& release) {
    return release.patch == 0
               ? fmt::format("{}.{}", release.major, release.minor)
               : fmt::format("{}.{}.{}", release.major, release.minor, release.patch);
}

std::string_view to_string(Dialect dialect) {
    constexpr std::array<std::string_view, dialect_count> names{"6x", "7x", "8x"};
    return names[static_cast<std::size_t>(dialect)];
}

std::string_view to_string(Product product) {
    return product == Product::confd ? "confd" : "nso";
}

std::optional<Release> parse_release(std::string_view text) {
    std::array<std::uint8_t, 3> parts{};
    const char* next = text.data();
    const char* const end = text.data() + text.size();
    std::size_t count = 0;
    while (count < parts.size()) {
        const auto [stop, code] = std::from_chars(next, end, parts[count]);
        if (code != std::errc{}) return std::nullopt;
        ++count;
        next = stop;
        if (next == end) break;
        if (*next++ != '.') return std::nullopt;
    }
    if (next != end || count < 2) return std::nullopt;
    if (parts[0] < 6 || parts[0] > 8 || parts[1] > 9) return std::nullopt;
    return Release{parts[0], parts[1], parts[2]};
}

std::optional<Product> parse_product(std::string_view text) {
    if (text == "confd") return Product::confd;
    if (text == "nso" || text == "ncs") return Product::nso;
    return std::nullopt;
}

}  // namespace confd
