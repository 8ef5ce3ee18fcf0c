// Choices that are the same everywhere: the distributions of the standard library are not.
#pragma once

#include <cstdint>

namespace confd::sim {

/// Numbers that depend on a fault's seed, a peer and a candidate's number alone, whatever happened
/// before or happens elsewhere.
class Choice {
  public:
    constexpr Choice(std::int64_t seed, std::uint32_t peer, std::int64_t candidate)
        : state_(mix(mix(mix(static_cast<std::uint64_t>(seed)) ^ peer) ^
                     static_cast<std::uint64_t>(candidate))) {}

    constexpr std::uint64_t next() { return mix(state_ += step); }
    /// In [0, bound), for a bound above 0.
    constexpr std::uint64_t below(std::uint64_t bound) { return next() % bound; }
    /// In [0, 1).
    constexpr double fraction() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  private:
    // splitmix64 (Steele, Lea, Flood 2014).
    static constexpr std::uint64_t step = 0x9e3779b97f4a7c15;
    static constexpr std::uint64_t mix(std::uint64_t z) {
        z += step;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        return z ^ z >> 31;
    }

    std::uint64_t state_;
};

}  // namespace confd::sim
