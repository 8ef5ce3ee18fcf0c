// SPDX-License-Identifier: Apache-2.0
// Random numbers that are the same on every machine and with every library: the standard
// distributions are not. Nothing here is a secret.
#pragma once

#include <cstdint>

#include "generate/choices.hpp"

namespace confd::sim {

/// A number that depends on both in every bit: seeds for what happens inside something seeded.
constexpr std::uint64_t mix_seed(std::uint64_t seed, std::uint64_t with) {
    std::uint64_t z = (seed ^ (with * 0xd6e8feb86659fd93U)) + 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
}

/// splitmix64.
class Random : public Choices {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() { return mix_seed(state_ += 0x9e3779b97f4a7c15U, 0); }
    /// Slightly uneven for bounds near 2^64, which are not asked for.
    std::uint64_t below(std::uint64_t bound) override { return next() % bound; }
    /// In [0, 1).
    double unit() { return static_cast<double>(next() >> 11U) * 0x1p-53; }

  private:
    std::uint64_t state_;
};

}  // namespace confd::sim
