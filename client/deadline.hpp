// SPDX-License-Identifier: Apache-2.0
// How long a blocking call may take.
#pragma once

#include <chrono>
#include <optional>

namespace confd::events {

/// A point in time, a duration from now, or nothing for as long as it takes. 0 looks at what is
/// there and does not wait.
class Deadline {
  public:
    using Clock = std::chrono::steady_clock;

    Deadline() = default;
    Deadline(Clock::time_point at) : at_(at) {}  // implicit: a time point is a deadline
    template <class Rep, class Period>
    Deadline(std::chrono::duration<Rep, Period> timeout) {  // implicit: so is a timeout
        const auto now = Clock::now();
        // What a clock cannot hold is never reached.
        using Seconds = std::chrono::duration<double>;
        if (Seconds(timeout) < Seconds(Clock::time_point::max() - now) / 2) {
            at_ = now + std::chrono::ceil<Clock::duration>(timeout);
        }
    }

    const std::optional<Clock::time_point>& at() const { return at_; }

  private:
    std::optional<Clock::time_point> at_;
};

}  // namespace confd::events
