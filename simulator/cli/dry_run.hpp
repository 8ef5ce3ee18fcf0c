// --dry-run: what a scenario would do, without anybody there.
#pragma once

#include "simulator/scenario/scenario.hpp"

namespace confd::sim::cli {

/// Prints the timeline on standard output: every wait is taken to be fulfilled at once, delays take
/// their time without it passing. False, with the reason on standard error, when a step fails.
bool dry_run(const Scenario& scenario);

}  // namespace confd::sim::cli
