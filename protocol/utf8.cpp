// SPDX-License-Identifier: Apache-2.0
#include "protocol/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace confd {
namespace {

/// Length of the valid sequence that starts at `i`, or 0; its character in `out`.
std::size_t sequence(std::string_view bytes, std::size_t i, char32_t& out) {
    const auto byte = [&](std::size_t k) {
        return k < bytes.size() ? static_cast<std::uint8_t>(bytes[k]) : std::uint8_t{0};
    };
    const std::uint8_t first = byte(i);
    if (first < 0x80) {
        out = first;
        return 1;
    }
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4) return 0;
    char32_t value = first & (0xffU >> (size + 1));
    for (std::size_t k = 1; k < size; ++k) {
        const std::uint8_t next = byte(i + k);
        if ((next & 0xc0) != 0x80) return 0;
        value = value << 6 | (next & 0x3fU);
    }
    const char32_t least = size == 2 ? 0x80 : size == 3 ? 0x800 : 0x10000;
    if (value < least || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return 0;
    out = value;
    return size;
}

}  // namespace

bool is_ascii(std::string_view bytes) {
    // Nearly every text is looked at to its end, and nearly every text is short. The last bytes are
    // looked at together with some before them.
    const auto part = [&]<class Word>(std::size_t at, Word word) {
        std::memcpy(&word, bytes.data() + at, sizeof word);
        return std::uint64_t{word};
    };
    constexpr std::uint64_t high_bits = 0x8080808080808080;
    const std::size_t size = bytes.size();
    std::uint64_t seen = 0;
    if (size >= 8) {
        for (std::size_t at = 0; at + 8 < size; at += 8)
            seen |= part(at, std::uint64_t{});
        seen |= part(size - 8, std::uint64_t{});
    } else if (size >= 4) {
        seen = part(0, std::uint32_t{}) | part(size - 4, std::uint32_t{});
    } else {
        for (const char c : bytes)
            seen |= static_cast<std::uint8_t>(c);
    }
    return (seen & high_bits) == 0;
}

std::optional<std::size_t> utf8_length(std::string_view bytes) {
    if (is_ascii(bytes)) return bytes.size();
    std::size_t count = 0;
    char32_t ignored = 0;
    for (std::size_t i = 0; i < bytes.size(); ++count) {
        const std::size_t size = sequence(bytes, i, ignored);
        if (size == 0) return std::nullopt;
        i += size;
    }
    return count;
}

std::size_t utf8_prefix(std::string_view bytes) {
    char32_t ignored = 0;
    std::size_t good = 0;
    while (good < bytes.size()) {
        const std::size_t size = sequence(bytes, good, ignored);
        if (size == 0) break;
        good += size;
    }
    return good;
}

void latin1_to_utf8(std::string_view latin1, std::string& utf8) {
    utf8.clear();
    for (const char c : latin1) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte < 0x80) {
            utf8.push_back(c);
        } else {
            utf8.push_back(static_cast<char>(0xc0 | byte >> 6));
            utf8.push_back(static_cast<char>(0x80 | (byte & 0x3f)));
        }
    }
}

std::optional<std::string> utf8_to_latin1(std::string_view utf8) {
    std::string out;
    char32_t character = 0;
    for (std::size_t i = 0; i < utf8.size();) {
        const std::size_t size = sequence(utf8, i, character);
        if (size == 0 || character > 0xff) return std::nullopt;
        out.push_back(static_cast<char>(character));
        i += size;
    }
    return out;
}

std::string utf8_sanitized(std::string_view bytes) {
    if (is_ascii(bytes)) return std::string(bytes);
    std::string out;
    char32_t ignored = 0;
    for (std::size_t i = 0; i < bytes.size();) {
        const std::size_t size = sequence(bytes, i, ignored);
        out.append(size == 0 ? "\xef\xbf\xbd" : bytes.substr(i, size));
        i += std::max<std::size_t>(size, 1);
    }
    return out;
}

}  // namespace confd
