// SPDX-License-Identifier: Apache-2.0
// How long things took, in little room whatever their number: for percentiles.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace confd::sim {

/// Counts by microseconds: exact below 32, above in steps of less than a sixteenth, up to two
/// hours, and the longest of all exactly.
class Latencies {
  public:
    using Micros = std::chrono::microseconds;

    void add(Micros time) {
        ++counts_[place_of(time)];
        ++count_;
        longest_ = std::max(longest_, time);
    }
    void add(const Latencies& others) {
        for (std::size_t i = 0; i < places; ++i)
            counts_[i] += others.counts_[i];
        count_ += others.count_;
        longest_ = std::max(longest_, others.longest_);
    }

    std::uint64_t count() const { return count_; }
    Micros longest() const { return longest_; }
    /// So many of a hundred took at most so long: never less than they did, and not more than a
    /// sixteenth above. 0 when nothing was added.
    Micros percentile(unsigned percent) const {
        const auto wanted = (count_ * percent + 99) / 100;
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < places; ++i) {
            seen += counts_[i];
            if (seen >= wanted && seen > 0) return std::min(last_of(i), longest_);
        }
        return longest_;
    }

  private:
    static constexpr unsigned bits = 4;  // of a time below its highest one that count
    static constexpr std::uint64_t steps = 1U << bits;
    static constexpr unsigned octaves = 29;
    static constexpr std::size_t places = (octaves + 1) * steps;

    static std::size_t place_of(Micros time) {
        const auto value = static_cast<std::uint64_t>(std::max<Micros::rep>(time.count(), 0));
        if (value < steps) return static_cast<std::size_t>(value);
        const auto octave = static_cast<unsigned>(std::bit_width(value)) - bits;
        if (octave > octaves) return places - 1;
        return static_cast<std::size_t>(octave * steps + ((value >> (octave - 1)) & (steps - 1)));
    }
    /// The longest time that counts there.
    static Micros last_of(std::size_t place) {
        if (place < steps) return Micros(static_cast<Micros::rep>(place));
        const auto octave = place / steps;
        const auto first = (steps + place % steps) << (octave - 1);
        return Micros(static_cast<Micros::rep>(first + (std::uint64_t{1} << (octave - 1)) - 1));
    }

    std::array<std::uint32_t, places> counts_{};
    std::uint64_t count_ = 0;
    Micros longest_{};
};

}  // namespace confd::sim
