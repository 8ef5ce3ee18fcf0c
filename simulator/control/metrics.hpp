// SPDX-License-Identifier: Apache-2.0
// The simulator's state in the text format that Prometheus reads.
#pragma once

#include <string>

#include "simulator/control/counters.hpp"
#include "simulator/control/target.hpp"

namespace confd::sim::control {

inline constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";

std::string metrics_text(const SimulatorState& state, const Counters& counters);

}  // namespace confd::sim::control
