// SPDX-License-Identifier: Apache-2.0
// Runs as a kit might have made them: every part, every status, every kind of message.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "conformance/kit/model/result.hpp"

namespace confd::kit::test {

/// Breaks out of whatever shows it as anything but text.
inline constexpr auto hostile =
    "</script></pre>]]><img src=x onerror='window.hacked=1'>\x1b[31m\xff{{data}}<!--";

struct Sample {
    std::deque<Case> cases;
    std::vector<Run> runs;  ///< three peers, each with a run of each part
};

/// 130 cases and 3 peers.
Sample sample();

}  // namespace confd::kit::test
