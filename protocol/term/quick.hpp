// SPDX-License-Identifier: Apache-2.0
// Reads what nearly every payload consists of, and refuses the rest without saying why: a caller
// that is refused reads the payload again with a TermReader, which knows the rarer forms and what
// is wrong.
//
// Only this division lets reading be quick. There is no error to carry, no depth, no path, and the
// place in the payload is a value that stays in registers from field to field, and from function to
// function. Whatever is taken here must read as the same from a TermReader.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "protocol/bytes.hpp"
#include "protocol/term/reader.hpp"
#include "protocol/term/tags.hpp"

namespace confd::quick {

/// Where a function that is not inlined has stopped reading; null when it has refused.
using Stop = const std::uint8_t*;

/// What remains of a payload. Functions that are not inlined take it by value.
struct Cursor {
    const std::uint8_t* next;
    const std::uint8_t* end;

    std::size_t left() const { return static_cast<std::size_t>(end - next); }
    /// Whether a term with this tag comes next, of which at least `size` bytes are there.
    bool at(Tag tag, std::size_t size) const {
        return left() >= size && *next == static_cast<std::uint8_t>(tag);
    }
    ByteView rest() const { return {next, end}; }
};

/// Continues where a function that is not inlined has stopped.
[[gnu::always_inline]] inline bool go_on(Cursor& cursor, Stop stop) {
    cursor.next = stop;
    return stop != nullptr;
}

/// SMALL_BIG_EXT of up to 64 bits.
Stop big(Cursor cursor, Integer& out);

/// Both in registers: a variable that is read into needs none in memory.
template <std::integral T>
struct Found {
    Stop stop = nullptr;
    T number{};
};

template <std::integral T>
[[gnu::noinline]] Found<T> big_of(Cursor cursor) {
    Integer wide;
    Found<T> found;
    const Stop stop = big(cursor, wide);
    if (stop != nullptr && wide.fits(found.number)) found.stop = stop;
    return found;
}

template <std::integral T>
[[gnu::always_inline]] inline bool integer(Cursor& cursor, T& out) {
    if (cursor.at(Tag::small_integer, 2)) {
        const std::uint8_t value = cursor.next[1];
        if (!std::in_range<T>(value)) return false;
        out = static_cast<T>(value);
        cursor.next += 2;
        return true;
    }
    if (cursor.at(Tag::integer, 5)) {
        const auto value = static_cast<std::int32_t>(load_word(cursor.next + 1));
        if (!std::in_range<T>(value)) return false;
        out = static_cast<T>(value);
        cursor.next += 5;
        return true;
    }
    const auto found = big_of<T>(cursor);
    if (found.stop == nullptr) return false;
    out = found.number;
    cursor.next = found.stop;
    return true;
}

/// Enters a tuple; nothing needs to be done to leave it.
[[gnu::always_inline]] inline bool tuple(Cursor& cursor, std::uint32_t& arity) {
    if (!cursor.at(Tag::small_tuple, 2)) return false;
    arity = cursor.next[1];
    cursor.next += 2;
    return true;
}

[[gnu::always_inline]] inline bool tuple_of(Cursor& cursor, std::uint32_t arity) {
    std::uint32_t found = 0;
    return tuple(cursor, found) && found == arity;
}

/// A list that is not empty, of terms.
[[gnu::always_inline]] inline bool list(Cursor& cursor, std::uint32_t& count) {
    if (!cursor.at(Tag::list, 5)) return false;
    count = load_word(cursor.next + 1);
    cursor.next += 5;
    return true;
}

/// The empty list, which also ends every proper one.
[[gnu::always_inline]] inline bool nil(Cursor& cursor) {
    if (!cursor.at(Tag::nil, 1)) return false;
    ++cursor.next;
    return true;
}

/// The bytes of a STRING_EXT.
[[gnu::always_inline]] inline bool string(Cursor& cursor, ByteView& out) {
    constexpr std::size_t head = 3;
    if (!cursor.at(Tag::string, head)) return false;
    const std::size_t size = std::size_t{cursor.next[1]} << 8 | cursor.next[2];
    if (cursor.left() - head < size) return false;
    out = {cursor.next + head, size};
    cursor.next += head + size;
    return true;
}

/// The atom that comes next, in the forms that servers send; one without bytes when there is none.
/// It may be compared with ASCII, and no more: its bytes are Latin-1, or else they may be no UTF-8.
[[gnu::always_inline]] inline AtomView peek_atom(const Cursor& cursor) {
    const auto name = [&](std::size_t head) {
        const std::size_t size = cursor.next[head - 1];
        return cursor.left() - head < size ? AtomView{}
                                           : AtomView{as_text({cursor.next + head, size})};
    };
    if (cursor.at(Tag::atom, 3) && cursor.next[1] == 0) return name(3);
    if (cursor.at(Tag::small_atom_utf8, 2)) return name(2);
    return {};
}

/// Goes over the atom that peek_atom() has found.
[[gnu::always_inline]] inline void pass(Cursor& cursor, const AtomView& atom) {
    cursor.next = as_bytes(atom.bytes).data() + atom.bytes.size();
}

[[gnu::always_inline]] inline bool undefined(Cursor& cursor) {
    const auto atom = peek_atom(cursor);
    if (!(atom == "undefined")) return false;
    pass(cursor, atom);
    return true;
}

/// Copies a text that is long, or stands at the end of the payload.
void assign_any(std::string& out, const std::uint8_t* text, std::size_t size);

/// Of `readable` bytes, the first `size` are the text.
[[gnu::always_inline, gnu::flatten]] inline void assign(std::string& out, const std::uint8_t* text,
                                                        std::size_t size, std::size_t readable) {
    // Every string has room for that many and its zero: copying them all, some of them too many,
    // takes two instructions.
    constexpr std::size_t room = 15;
    if (size > room || readable <= room) return assign_any(out, text, size);
    if (out.capacity() < room) __builtin_unreachable();
    out.resize_and_overwrite(room, [text, size](char* to, std::size_t) {
        std::memcpy(to, text, room + 1);
        return size;
    });
}

/// An atom in place of a text.
Stop text_of_atom(Cursor cursor, std::string& out);

[[gnu::always_inline]] inline bool binary(Cursor& cursor, ByteView& out) {
    constexpr std::size_t head = 5;
    if (!cursor.at(Tag::binary, head)) return false;
    const std::size_t size = load_word(cursor.next + 1);
    if (cursor.left() - head < size) return false;
    out = {cursor.next + head, size};
    cursor.next += head + size;
    return true;
}

/// Only a binary.
[[gnu::always_inline]] inline bool binary(Cursor& cursor, std::string& out) {
    ByteView bytes;
    if (!binary(cursor, bytes)) return false;
    assign(out, bytes.data(), bytes.size(), static_cast<std::size_t>(cursor.end - bytes.data()));
    return true;
}

[[gnu::always_inline]] inline bool text(Cursor& cursor, std::string& out) {
    return binary(cursor, out) || go_on(cursor, text_of_atom(cursor, out));
}

/// Reads the next term with a TermReader: the way out where only a part of a payload is unusual.
template <class Read>
Stop with_reader(Cursor cursor, std::size_t& elements_left, Read&& read) {
    // More tuples and lists than are around any field. Deeper terms, which it does not tell from
    // too deep ones, are left to the thorough reader.
    constexpr std::size_t levels_around = 16;
    TermReader reader(cursor.rest(), Limits{.nesting = Limits{}.nesting - levels_around,
                                            .elements = elements_left});
    if (!read(reader)) return nullptr;
    elements_left = reader.elements_left();
    return cursor.next + reader.offset();
}

}  // namespace confd::quick
