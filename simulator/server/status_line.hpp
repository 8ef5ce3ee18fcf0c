// SPDX-License-Identifier: Apache-2.0
// The live line of a terminal: how many subscribers, events a second, what is pending, how long.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "simulator/base/ids.hpp"

namespace confd::sim {

struct StatusFigures {
    std::size_t subscribers = 0;
    std::uint64_t sends = 0;  ///< since the start
    std::size_t pending = 0;  ///< barriers that are open
};

/// Draws over itself on a terminal. Other lines are printed with clear() before them.
class StatusLine {
  public:
    /// `draw` gets what is to go to the terminal as it is; without it nothing is drawn.
    explicit StatusLine(std::function<void(const std::string&)> draw) : draw_(std::move(draw)) {}

    bool on() const { return draw_ != nullptr; }
    void draw(Instant now, const StatusFigures& figures);
    void clear();

  private:
    std::function<void(const std::string&)> draw_;
    Instant last_;
    std::uint64_t sends_ = 0;
    bool shown_ = false;
};

/// "2 subscribers · 120 events/s · 1 pending · 0:12".
std::string status_text(const StatusFigures& figures, double rate, Instant now);

}  // namespace confd::sim
