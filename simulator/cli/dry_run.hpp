// SPDX-License-Identifier: Apache-2.0
// --dry-run: what a scenario would do, without anybody there.
#pragma once

#include "simulator/scenario/scenario.hpp"

namespace confd::sim::cli {

/// Prints the timeline on standard output: every wait is taken to be fulfilled at once, delays take
/// their time without it passing. An exit code; the reason is on standard error when it is not 0: a
/// step that fails, or output that cannot be written.
int dry_run(const Scenario& scenario);

}  // namespace confd::sim::cli
