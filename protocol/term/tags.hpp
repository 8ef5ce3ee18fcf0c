// The tags of the external term format (docs/protocol.md, "Terms").
#pragma once

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

/// "an integer", "a tuple", ...: for messages.
std::string_view article_name(TermKind kind);

/// Name in the format's documentation ("MAP_EXT"), or nothing for a byte that is no tag.
std::string_view tag_name(std::uint8_t tag);

}  // namespace confd
