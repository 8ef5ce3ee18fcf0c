// SPDX-License-Identifier: Apache-2.0
// Choices that are the same everywhere: the distributions of the standard library are not.
#pragma once

#include <cstdint>

#include "simulator/base/random.hpp"

namespace confd::sim {

/// Numbers that depend on a fault's seed, a peer and a candidate's number alone, whatever happened
/// before or happens elsewhere.
class Choice : public Choices {
  public:
    Choice(std::int64_t seed, std::uint32_t peer, std::int64_t candidate)
        : random_(mix(mix(mix(static_cast<std::uint64_t>(seed)) ^ peer) ^
                      static_cast<std::uint64_t>(candidate))) {}

    std::uint64_t next() { return random_.next(); }
    /// In [0, bound), for a bound above 0.
    std::uint64_t below(std::uint64_t bound) override { return random_.below(bound); }
    /// In [0, 1).
    double fraction() { return random_.unit(); }

  private:
    static constexpr std::uint64_t mix(std::uint64_t number) { return mix_seed(number, 0); }

    Random random_;
};

}  // namespace confd::sim
