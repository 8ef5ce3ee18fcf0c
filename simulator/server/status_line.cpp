// SPDX-License-Identifier: Apache-2.0
#include "simulator/server/status_line.hpp"

#include <fmt/format.h>

#include <utility>

namespace confd::sim {

std::string status_text(const StatusFigures& figures, double rate, Instant now) {
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    return fmt::format("{} subscriber{} · {:.0f} events/s · {} pending · {}:{:02}",
                       figures.subscribers, figures.subscribers == 1 ? "" : "s", rate,
                       figures.pending, seconds / 60, seconds % 60);
}

void StatusLine::draw(Instant now, const StatusFigures& figures) {
    const std::chrono::duration<double> span = now - last_;
    const double rate =
        span.count() > 0 ? static_cast<double>(figures.sends - sends_) / span.count() : 0;
    last_ = now;
    sends_ = figures.sends;
    shown_ = true;
    // Back to the line's start, and what is left of the line before erased.
    draw_(fmt::format("\r{}\x1b[K", status_text(figures, rate, now)));
}

void StatusLine::clear() {
    if (!std::exchange(shown_, false)) return;
    draw_("\r\x1b[K");
}

}  // namespace confd::sim
