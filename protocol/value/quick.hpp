// SPDX-License-Identifier: Apache-2.0
// Values in the forms that nearly all have (protocol/term/quick.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <tuple>

#include "protocol/term/quick.hpp"
#include "protocol/value/value.hpp"

namespace confd::quick {

/// Any value; of lists no more than `elements_left` are kept.
Stop value(Cursor cursor, Value& out, std::size_t& elements_left);

Stop datetime(Cursor cursor, Datetime& out);

/// Reads over a term of any kind.
Stop skip(Cursor cursor, std::size_t& elements_left);

[[gnu::always_inline]] inline bool ip(Cursor& cursor, Ip4& out) {
    constexpr std::size_t size = 10;
    constexpr auto byte = static_cast<std::uint8_t>(Tag::small_integer);
    const auto* next = cursor.next;
    if (!cursor.at(Tag::small_tuple, size) || next[1] != out.size() || next[2] != byte ||
        next[4] != byte || next[6] != byte || next[8] != byte) {
        return false;
    }
    out = {next[3], next[5], next[7], next[9]};
    cursor.next += size;
    return true;
}

[[gnu::always_inline]] inline bool ip(Cursor& cursor, Ip6& out) {
    if (!tuple_of(cursor, static_cast<std::uint32_t>(out.size()))) return false;
    for (auto& word : out) {
        if (!integer(cursor, word)) return false;
    }
    return true;
}

template <class Address>
[[gnu::noinline]] Stop address(Cursor cursor, Address& out) {
    if (cursor.left() >= 2 && cursor.next[1] == std::tuple_size_v<Ip4>) {
        return ip(cursor, out.template emplace<Ip4>()) ? cursor.next : nullptr;
    }
    return ip(cursor, out.template emplace<Ip6>()) ? cursor.next : nullptr;
}

/// Enters a pair that begins with [Ns|Tag] of two numbers in INTEGER_EXT that are not negative.
[[gnu::always_inline]] inline bool pair_with_tag(Cursor& cursor, XmlTag& out) {
    constexpr auto integer = static_cast<std::uint8_t>(Tag::integer);
    constexpr std::uint8_t head[] = {static_cast<std::uint8_t>(Tag::small_tuple),
                                     2,
                                     static_cast<std::uint8_t>(Tag::list),
                                     0,
                                     0,
                                     0,
                                     1,
                                     integer};
    constexpr std::size_t second = sizeof head + 4;
    constexpr std::size_t size = second + 5;
    const auto* next = cursor.next;
    if (cursor.left() < size || std::memcmp(next, head, sizeof head) != 0 ||
        next[second] != integer) {
        return false;
    }
    out = {load_word(next + sizeof head), load_word(next + second + 1)};
    if (((out.ns | out.tag) >> 31) != 0) return false;
    cursor.next += size;
    return true;
}

}  // namespace confd::quick
