#include "protocol/term/writer.hpp"

#include <bit>

#include "protocol/limits.hpp"
#include "protocol/utf8.hpp"

namespace confd {

void TermWriter::be(std::uint64_t value, std::size_t size) {
    for (std::size_t i = size; i-- > 0;) {
        out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

void TermWriter::integer(const Integer& value) {
    std::int32_t narrow = 0;
    if (!value.negative && value.magnitude <= 255) {
        put(Tag::small_integer);
        out_.push_back(static_cast<std::uint8_t>(value.magnitude));
    } else if (value.fits(narrow)) {
        put(Tag::integer);
        be(static_cast<std::uint32_t>(narrow), 4);
    } else {
        const auto digits = (static_cast<std::size_t>(std::bit_width(value.magnitude)) + 7) / 8;
        put(Tag::small_big);
        out_.push_back(static_cast<std::uint8_t>(digits));
        out_.push_back(value.negative ? 1 : 0);
        for (std::size_t i = 0; i < digits; ++i) {
            out_.push_back(static_cast<std::uint8_t>(value.magnitude >> (8 * i)));
        }
    }
}

void TermWriter::floating(double value) {
    put(Tag::new_float);
    be(std::bit_cast<std::uint64_t>(value), 8);
}

void TermWriter::atom(std::string_view utf8) {
    if (is_ascii(utf8)) {
        put(Tag::atom);
        be(utf8.size(), 2);
        raw(as_bytes(utf8));
    } else if (const auto latin1 = utf8_to_latin1(utf8)) {
        put(Tag::atom);
        be(latin1->size(), 2);
        raw(as_bytes(*latin1));
    } else {
        const bool small = utf8.size() <= 255;
        put(small ? Tag::small_atom_utf8 : Tag::atom_utf8);
        be(utf8.size(), small ? 1 : 2);
        raw(as_bytes(utf8));
    }
}

void TermWriter::binary(ByteView bytes) {
    put(Tag::binary);
    be(bytes.size(), 4);
    raw(bytes);
}

void TermWriter::tuple(std::size_t arity) {
    if (arity <= 255) {
        put(Tag::small_tuple);
        out_.push_back(static_cast<std::uint8_t>(arity));
    } else {
        put(Tag::large_tuple);
        be(arity, 4);
    }
}

void TermWriter::list(std::size_t count) {
    put(Tag::list);
    be(count, 4);
}

void TermWriter::string(std::size_t count) {
    put(Tag::string);
    be(count, 2);
}

bool fits_atom(std::string_view utf8) {
    const auto characters = utf8_length(utf8);
    return characters && *characters <= max_atom_characters;
}

}  // namespace confd
