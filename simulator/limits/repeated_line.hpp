// SPDX-License-Identifier: Apache-2.0
// A line that would come a thousand times a second in a flood comes once a second, with the number.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include "simulator/base/ids.hpp"

namespace confd::sim {

class RepeatedLine {
  public:
    static constexpr std::chrono::seconds interval{1};

    /// It has happened once more. How often since the last line, when it is time for one: the first
    /// comes at once.
    std::optional<std::size_t> happened(Instant now) {
        ++unsaid_;
        return due(now);
    }
    /// The same when nothing has happened; to be called at deadline().
    std::optional<std::size_t> due(Instant now) {
        if (unsaid_ == 0 || (said_ && now < *said_ + interval)) return std::nullopt;
        said_ = now;
        return std::exchange(unsaid_, 0);
    }
    /// When there is a line to write even if it does not happen again.
    std::optional<Instant> deadline() const {
        return unsaid_ == 0 || !said_ ? std::nullopt : std::optional(*said_ + interval);
    }

  private:
    std::size_t unsaid_ = 0;
    std::optional<Instant> said_;
};

}  // namespace confd::sim
