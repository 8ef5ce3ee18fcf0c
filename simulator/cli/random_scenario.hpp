// SPDX-License-Identifier: Apache-2.0
// What `random` plays: its options as a scenario, and what is wrong with them by their names.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "simulator/cli/commands.hpp"
#include "simulator/scenario/scenario.hpp"

namespace confd::sim::cli {

/// The errors are sentences: "--mix: expected the name of an event ..".
std::expected<Scenario, std::vector<std::string>> random_scenario(const Options& options,
                                                                  const LoadOptions& load);

}  // namespace confd::sim::cli
