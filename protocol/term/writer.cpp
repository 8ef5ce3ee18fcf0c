// SPDX-License-Identifier: Apache-2.0
#include "protocol/term/writer.hpp"

#include <bit>

#include "protocol/limits.hpp"
#include "protocol/utf8.hpp"

namespace confd {

void TermWriter::flush() {
    out_.insert(out_.end(), begin_, at_);
    at_ = begin_;
}

void TermWriter::append_to_buffer(ByteView bytes) {
    flush();
    out_.insert(out_.end(), bytes.begin(), bytes.end());
}

void TermWriter::append_word(std::uint64_t word, std::size_t used) {
    std::uint8_t bytes[sizeof word];
    std::memcpy(bytes, &word, sizeof bytes);
    append_to_buffer({bytes, used});
}

void TermWriter::integer(const Integer& value) {
    if (std::int64_t narrow = 0; value.fits(narrow) && std::in_range<std::int32_t>(narrow)) {
        return integer(narrow);
    }
    const auto digits = (static_cast<std::size_t>(std::bit_width(value.magnitude)) + 7) / 8;
    byte(static_cast<std::uint8_t>(Tag::small_big));
    byte(static_cast<std::uint8_t>(digits));
    byte(value.negative ? 1 : 0);
    // The digits stand in the other order: the least significant one first.
    store(std::byteswap(value.magnitude), digits);
}

void TermWriter::floating(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    byte(static_cast<std::uint8_t>(Tag::new_float));
    store(bits, sizeof bits);
}

void TermWriter::atom(std::string_view utf8) {
    if (is_ascii(utf8)) {
        put<2>(Tag::atom, utf8.size());
        raw(as_bytes(utf8));
    } else if (const auto latin1 = utf8_to_latin1(utf8)) {
        put<2>(Tag::atom, latin1->size());
        raw(as_bytes(*latin1));
    } else if (utf8.size() <= 255) {
        put<1>(Tag::small_atom_utf8, utf8.size());
        raw(as_bytes(utf8));
    } else {
        put<2>(Tag::atom_utf8, utf8.size());
        raw(as_bytes(utf8));
    }
}

void TermWriter::atom_or_text(std::string_view utf8) {
    if (utf8.size() <= max_atom_characters && is_ascii(utf8)) {
        put<2>(Tag::atom, utf8.size());
        raw(as_bytes(utf8));
    } else if (fits_atom(utf8)) {
        atom(utf8);
    } else {
        text(utf8);
    }
}

bool fits_atom(std::string_view utf8) {
    const auto characters = utf8_length(utf8);
    return characters && *characters <= max_atom_characters;
}

}  // namespace confd
