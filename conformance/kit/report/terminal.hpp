// SPDX-License-Identifier: Apache-2.0
// A run as people follow it: progress while it lasts, a summary at its end.
#pragma once

#include <cstddef>
#include <string>

#include "conformance/kit/model/result.hpp"

namespace confd::kit {

/// What the output is: see terminal_style().
struct TerminalStyle {
    bool in_place = false;  ///< a line may be written over: progress is one line
    bool colour = false;
};

/// Of a descriptor: in place on a terminal only; in colour there too, unless NO_COLOR is set and
/// not empty, or TERM is "dumb".
TerminalStyle terminal_style(int descriptor);

/// What to write once a case is done: `done` counts it. Plain lines where nothing can be written
/// over; on a terminal failures stay and one line with the count is written over.
std::string progress(const Result& result, std::size_t done, std::size_t total,
                     TerminalStyle style);

/// Counts by status, and each failure with its ID, title, what was expected, what happened, its
/// folder and the command that runs it again. Control characters of the peer are shown as `?`.
std::string summary(const Run& run, TerminalStyle style);

}  // namespace confd::kit
