// SPDX-License-Identifier: Apache-2.0
// The options of confd-sim that say what it puts up with.
#pragma once

#include <CLI/CLI.hpp>

#include "simulator/cli/commands.hpp"

namespace confd::sim::cli {

void add_limit_options(CLI::App& app, Options& options);

}  // namespace confd::sim::cli
