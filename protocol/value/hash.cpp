// SPDX-License-Identifier: Apache-2.0
#include "protocol/value/hash.hpp"

#include <cstddef>

namespace confd {
namespace {

/// Bob Jenkins' hash of 1996 (lookup2): three words, stirred after each block of twelve bytes.
struct Lookup2 {
    std::uint32_t a = 0x9e3779b9;
    std::uint32_t b = 0x9e3779b9;
    std::uint32_t c = 0x08d12e65;

    void mix() {
        a = (a - b - c) ^ (c >> 13);
        b = (b - c - a) ^ (a << 8);
        c = (c - a - b) ^ (b >> 13);
        a = (a - b - c) ^ (c >> 12);
        b = (b - c - a) ^ (a << 16);
        c = (c - a - b) ^ (b >> 5);
        a = (a - b - c) ^ (c >> 3);
        b = (b - c - a) ^ (a << 10);
        c = (c - a - b) ^ (b >> 15);
    }
};

constexpr std::size_t block = 12;
constexpr std::uint32_t modulus = 0x7fffffff;

/// The four bytes from `at` as a little-endian word; bytes past the end are 0.
std::uint32_t word(std::string_view bytes, std::size_t at) {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < 4 && at + i < bytes.size(); ++i) {
        out |= std::uint32_t{static_cast<std::uint8_t>(bytes[at + i])} << (8 * i);
    }
    return out;
}

}  // namespace

std::uint32_t name_hash(std::string_view name) {
    Lookup2 state;
    auto rest = name;
    for (; rest.size() >= block; rest.remove_prefix(block)) {
        state.a += word(rest, 0);
        state.b += word(rest, 4);
        state.c += word(rest, 8);
        state.mix();
    }
    state.a += word(rest, 0);
    state.b += word(rest, 4);
    // The last block's lowest byte of c is the length's.
    state.c += (word(rest, 8) << 8) + static_cast<std::uint32_t>(name.size());
    state.mix();
    return state.c % modulus;
}

}  // namespace confd
