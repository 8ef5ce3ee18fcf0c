// SPDX-License-Identifier: Apache-2.0
// The steps of a scenario as test cases, in JUnit XML.
#pragma once

#include <optional>
#include <string>

#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/step_results.hpp"
#include "simulator/scenario/world.hpp"

namespace confd::sim {

/// One case for each step as it stands in the file, whatever the number of its rounds, and one for
/// the end. README.md says what passes, fails and is skipped. Times are of the run.
std::string steps_to_junit(const Scenario& scenario, const StepResults& results,
                           const std::optional<Failure>& failure, bool stopped);

}  // namespace confd::sim
