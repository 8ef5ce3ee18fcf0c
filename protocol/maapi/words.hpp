// SPDX-License-Identifier: Apache-2.0
// The 32-bit big-endian words that MAAPI frames start with.
#pragma once

#include <cstddef>
#include <cstdint>

#include "protocol/bytes.hpp"

namespace confd {

inline constexpr std::size_t word_size = 4;

inline void append_word(Bytes& out, std::uint32_t word) {
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(word >> shift));
}

/// The word with this index; the payload must hold it.
inline std::uint32_t word_at(ByteView payload, std::size_t index) {
    return load_word(payload.subspan(index * word_size, word_size).data());
}

}  // namespace confd
