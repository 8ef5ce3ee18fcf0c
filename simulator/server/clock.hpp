// SPDX-License-Identifier: Apache-2.0
// The clock of a run. With --time-scale 0.1 it runs ten times as fast as the real one: every wait,
// deadline, interval and time of day in the run goes by it.
#pragma once

#include <chrono>

#include "simulator/base/ids.hpp"

namespace confd::sim {

class SimClock {
  public:
    /// `scale` is real time for one second of the run.
    explicit SimClock(double scale) : scale_(scale), real_start_(Clock::now()) {}

    /// Counts from the start of the run.
    Instant now() const { return at(Clock::now()); }
    Instant at(Instant real) const { return Instant(scaled(real - real_start_, 1 / scale_)); }
    /// When it is so late in the run.
    Instant to_real(Instant time) const {
        return real_start_ + scaled(time.time_since_epoch(), scale_);
    }
    /// How much of the run goes by in a real span.
    std::chrono::milliseconds to_run(std::chrono::milliseconds real) const {
        return std::chrono::ceil<std::chrono::milliseconds>(scaled(real, 1 / scale_));
    }
    /// How long a span of the run really takes.
    std::chrono::milliseconds to_real(std::chrono::milliseconds span) const {
        return std::chrono::ceil<std::chrono::milliseconds>(scaled(span, scale_));
    }

  private:
    static Clock::duration scaled(Clock::duration span, double factor) {
        if (factor == 1) return span;
        return Clock::duration(static_cast<Clock::rep>(static_cast<double>(span.count()) * factor));
    }

    double scale_;
    Instant real_start_;
};

}  // namespace confd::sim
