// SPDX-License-Identifier: Apache-2.0
// The simulator's state as the JSON of README.md.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <span>

#include "simulator/control/counters.hpp"
#include "simulator/control/target.hpp"

namespace confd::sim::control {

boost::json::array to_json(std::span<const SubscriberState> subscribers);
boost::json::array to_json(std::span<const BarrierState> barriers);
boost::json::array to_json(std::span<const FaultState> faults);
boost::json::object to_json(const SimulatorState& state, const Counters& counters);

}  // namespace confd::sim::control
