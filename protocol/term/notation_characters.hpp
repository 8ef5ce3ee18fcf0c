// SPDX-License-Identifier: Apache-2.0
// Private to the notation: which characters Erlang's text form gives a meaning.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace confd::notation {

inline constexpr std::array<std::string_view, 27> reserved_words = {
    "after", "and",  "andalso", "band",   "begin",   "bnot", "bor", "bsl",  "bsr",
    "bxor",  "case", "catch",   "cond",   "div",     "end",  "fun", "if",   "let",
    "not",   "of",   "or",      "orelse", "receive", "rem",  "try", "when", "xor"};

/// Reserved in newer releases only: printed with quotes, read without them too.
inline constexpr std::array<std::string_view, 2> newly_reserved_words = {"else", "maybe"};

template <std::size_t Size>
inline bool contains(const std::array<std::string_view, Size>& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

inline bool is_lower(char32_t c) {
    return c >= 'a' && c <= 'z';
}
inline bool is_upper(char32_t c) {
    return c >= 'A' && c <= 'Z';
}
inline bool is_digit(char32_t c) {
    return c >= '0' && c <= '9';
}

/// Letters of Latin-1 may stand in Erlang's bare atoms; no others beyond ASCII may.
inline bool is_latin1_letter(char32_t c) {
    return c >= 0xc0 && c <= 0xff && c != 0xd7 && c != 0xf7;
}

inline bool starts_atom(char32_t c) {
    return is_lower(c) || (is_latin1_letter(c) && c >= 0xdf);
}

inline bool starts_variable(char32_t c) {
    return is_upper(c) || c == '_' || (is_latin1_letter(c) && c < 0xdf);
}

inline bool continues_name(char32_t c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '@' || is_latin1_letter(c);
}

struct Character {
    char32_t code = 0;
    std::size_t size = 0;
};

/// The character at `at` in text that is known to be UTF-8.
inline Character character_at(std::string_view utf8, std::size_t at) {
    const auto first = static_cast<std::uint8_t>(utf8[at]);
    if (first < 0x80) return {first, 1};
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    char32_t code = first & (0xffU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        code = code << 6 | (static_cast<std::uint8_t>(utf8[at + i]) & 0x3fU);
    }
    return {code, size};
}

inline void append_utf8(char32_t code, std::string& out) {
    const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
        put(0xc0 | code >> 6);
    } else if (code < 0x10000) {
        put(0xe0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3f));
    } else {
        put(0xf0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3f));
        put(0x80 | (code >> 6 & 0x3f));
    }
    put(0x80 | (code & 0x3f));
}

inline bool is_control(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/// Characters that change the text around them or cannot be seen: line and paragraph separators,
/// marks of writing direction, zero-width ones, the byte order mark.
inline bool is_invisible(char32_t c) {
    return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x2069) || c == 0xfeff;
}

/// Erlang's scanner refuses these two, even as \x{..}.
inline bool is_unspeakable(char32_t c) {
    return c == 0xfffe || c == 0xffff;
}

inline constexpr std::string_view escape_letters = "btnvfresd";
inline constexpr std::string_view escape_values = "\b\t\n\v\f\r\x1b\x20\x7f";

/// Letter of the short escape that printing uses; 0 for none (and for space and delete, whose
/// escapes surprise).
inline char short_escape(char32_t c) {
    const auto at = c < 0x20 ? escape_values.find(static_cast<char>(c)) : std::string_view::npos;
    return at == std::string_view::npos ? '\0' : escape_letters[at];
}

}  // namespace confd::notation
