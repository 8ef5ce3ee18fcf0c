#include "protocol/term/writer.hpp"

#include <bit>

#include "protocol/limits.hpp"
#include "protocol/utf8.hpp"

namespace confd {

void TermWriter::integer(const Integer& value) {
    std::int32_t narrow = 0;
    if (!value.negative && value.magnitude <= 255) {
        put(Tag::small_integer, value.magnitude, 1);
    } else if (value.fits(narrow)) {
        put(Tag::integer, static_cast<std::uint32_t>(narrow), 4);
    } else {
        constexpr std::size_t header = 3;
        const auto digits = (static_cast<std::size_t>(std::bit_width(value.magnitude)) + 7) / 8;
        std::uint8_t* const at = more(header + digits);
        at[0] = static_cast<std::uint8_t>(Tag::small_big);
        at[1] = static_cast<std::uint8_t>(digits);
        at[2] = value.negative ? 1 : 0;
        for (std::size_t i = 0; i < digits; ++i) {
            at[header + i] = static_cast<std::uint8_t>(value.magnitude >> (8 * i));
        }
    }
}

void TermWriter::floating(double value) {
    put(Tag::new_float, std::bit_cast<std::uint64_t>(value), 8);
}

void TermWriter::atom(std::string_view utf8) {
    if (is_ascii(utf8)) {
        put(Tag::atom, utf8.size(), 2);
        raw(as_bytes(utf8));
    } else if (const auto latin1 = utf8_to_latin1(utf8)) {
        put(Tag::atom, latin1->size(), 2);
        raw(as_bytes(*latin1));
    } else {
        const bool small = utf8.size() <= 255;
        put(small ? Tag::small_atom_utf8 : Tag::atom_utf8, utf8.size(), small ? 1 : 2);
        raw(as_bytes(utf8));
    }
}

void TermWriter::binary(ByteView bytes) {
    put(Tag::binary, bytes.size(), 4);
    raw(bytes);
}

void TermWriter::tuple(std::size_t arity) {
    if (arity <= 255) {
        put(Tag::small_tuple, arity, 1);
    } else {
        put(Tag::large_tuple, arity, 4);
    }
}

void TermWriter::list(std::size_t count) {
    put(Tag::list, count, 4);
}

void TermWriter::string(std::size_t count) {
    put(Tag::string, count, 2);
}

bool fits_atom(std::string_view utf8) {
    const auto characters = utf8_length(utf8);
    return characters && *characters <= max_atom_characters;
}

}  // namespace confd
