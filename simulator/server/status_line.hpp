// The live line of a terminal: how many subscribers, events a second, what is pending, how long.
#pragma once

#include <cstdint>
#include <string>

#include "simulator/hub/ids.hpp"

namespace confd::sim {

struct StatusFigures {
    std::size_t subscribers = 0;
    std::uint64_t sends = 0;  ///< since the start
    std::size_t pending = 0;  ///< barriers that are open
};

/// Draws over itself on standard error. Other lines are printed with clear() before them.
class StatusLine {
  public:
    void draw(Instant now, const StatusFigures& figures);
    void clear();

  private:
    Instant last_;
    std::uint64_t sends_ = 0;
    bool shown_ = false;
};

/// "2 subscribers · 120 events/s · 1 pending · 0:12".
std::string status_text(const StatusFigures& figures, double rate, Instant now);

}  // namespace confd::sim
