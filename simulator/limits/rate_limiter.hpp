// SPDX-License-Identifier: Apache-2.0
// So many at once, and so many a second after that.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "simulator/base/ids.hpp"

namespace confd::sim {

/// The rate; what has been used of it is a RateLimiter, which each peer has for itself.
struct RateLimit {
    std::size_t burst = 1;  ///< at least 1
    double per_second = 0;  ///< 0 for any number
};

/// A bucket of tokens that fills by itself, kept as the time at which it will be full.
class RateLimiter {
  public:
    /// Takes one, whether there is one or not.
    void take(const RateLimit& limit, Instant now) {
        if (limit.per_second > 0) full_ = std::max(full_, now) + interval(limit);
    }
    /// When the next one is there.
    Instant ready(const RateLimit& limit) const {
        if (full_ == Instant{} || limit.per_second <= 0) return {};
        return full_ - interval(limit) * static_cast<Instant::rep>(limit.burst - 1);
    }

  private:
    static Instant::duration interval(const RateLimit& limit) {
        return std::chrono::ceil<Instant::duration>(
            std::chrono::duration<double>(1 / limit.per_second));
    }

    Instant full_{};
};

}  // namespace confd::sim
