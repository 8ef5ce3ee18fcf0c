// SPDX-License-Identifier: Apache-2.0
// The tags of the external term format (docs/protocol.md, "Terms").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace confd {

/// First byte of every payload that holds a term.
inline constexpr std::uint8_t term_version = 131;

enum class Tag : std::uint8_t {
    new_float = 70,
    small_integer = 97,
    integer = 98,
    float_text = 99,
    atom = 100,
    small_tuple = 104,
    large_tuple = 105,
    nil = 106,
    string = 107,
    list = 108,
    binary = 109,
    small_big = 110,
    large_big = 111,
    small_atom = 115,
    atom_utf8 = 118,
    small_atom_utf8 = 119,
};

/// What a term is, whichever of several tags carries it. STRING_EXT, LIST_EXT and NIL_EXT are all
/// lists. `other` stands for the end of the bytes and for tags that are errors here.
enum class TermKind : std::uint8_t { integer, floating, atom, tuple, list, binary, other };

namespace detail {

constexpr TermKind find_kind(std::uint8_t tag) {
    switch (static_cast<Tag>(tag)) {
        case Tag::small_integer:
        case Tag::integer:
        case Tag::small_big:
        case Tag::large_big:
            return TermKind::integer;
        case Tag::new_float:
        case Tag::float_text:
            return TermKind::floating;
        case Tag::atom:
        case Tag::small_atom:
        case Tag::atom_utf8:
        case Tag::small_atom_utf8:
            return TermKind::atom;
        case Tag::small_tuple:
        case Tag::large_tuple:
            return TermKind::tuple;
        case Tag::nil:
        case Tag::string:
        case Tag::list:
            return TermKind::list;
        case Tag::binary:
            return TermKind::binary;
    }
    return TermKind::other;
}

inline constexpr auto kinds = [] {
    std::array<TermKind, 256> table{};
    for (std::size_t tag = 0; tag < table.size(); ++tag)
        table[tag] = find_kind(static_cast<std::uint8_t>(tag));
    return table;
}();

}  // namespace detail

/// TermKind::other for tags that are errors here and bytes that are no tags.
constexpr TermKind kind_of(std::uint8_t tag) {
    return detail::kinds[tag];
}

/// "an integer", "a tuple", ...: for messages.
std::string_view article_name(TermKind kind);

/// Name in the format's documentation ("MAP_EXT"), or nothing for a byte that is no tag.
std::string_view tag_name(std::uint8_t tag);

}  // namespace confd
