// SPDX-License-Identifier: Apache-2.0
// The input of a fuzz target as a sequence of choices, so that structures can be made from it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "generate/events.hpp"
#include "protocol/bytes.hpp"
#include "protocol/release.hpp"

namespace confd::fuzz {

/// Choices take as many bytes as their bound needs; the simplest ones (0) come when they run out.
class Input final : public Choices {
  public:
    Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

    bool empty() const { return rest_.empty(); }
    std::uint8_t byte() { return static_cast<std::uint8_t>(below(256)); }
    /// At most this many of the bytes that are left, as they are.
    ByteView take(std::size_t size) {
        const auto taken = rest_.first(std::min(size, rest_.size()));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }
    ByteView rest() { return take(rest_.size()); }

    std::uint64_t below(std::uint64_t bound) override {
        std::uint64_t number = 0;
        for (auto most = bound - 1; most > 0; most >>= 8) {
            const auto one = take(1);
            number = number << 8 | (one.empty() ? 0U : one.front());
        }
        return number % bound;
    }

  private:
    ByteView rest_;
};

/// Bits 0 and 1 choose the dialect, bit 6 the product; the others are the target's.
inline WireContext context_of(std::uint8_t selector) {
    return {static_cast<Dialect>((selector & 0x03U) % dialect_count),
            (selector & 0x40U) != 0 ? Product::nso : Product::confd};
}

/// Sizes of the pieces in which bytes arrive, from a seed.
class Pieces {
  public:
    explicit Pieces(std::uint32_t seed) : state_(seed + 1) {}

    /// Takes the next piece, of 1 to 19 bytes, off `rest`, which is not empty.
    ByteView next(ByteView& rest) {
        state_ = state_ * 1664525U + 1013904223U;
        const auto piece = rest.first(std::min<std::size_t>(rest.size(), 1 + (state_ >> 24) % 19));
        rest = rest.subspan(piece.size());
        return piece;
    }

  private:
    std::uint32_t state_;
};

/// Calls `f(size)` for the sizes of strict prefixes: of a long one those at both ends.
template <class F>
void each_cut(std::size_t size, F&& f) {
    constexpr std::size_t end = 64;
    for (std::size_t cut = 0; cut < size; ++cut) {
        f(cut);
        if (cut == end && size > 4 * end) cut = size - end;
    }
}

}  // namespace confd::fuzz
