// SPDX-License-Identifier: Apache-2.0
// What several kinds of steps have in common.
#pragma once

#include "simulator/scenario/loading.hpp"
#include "simulator/scenario/world.hpp"

namespace confd::sim {

/// How long steps wait where the scenario does not say.
inline constexpr std::chrono::milliseconds default_await = std::chrono::seconds(60);
inline constexpr std::chrono::milliseconds default_within = std::chrono::seconds(10);

/// " of role auditor", or nothing for all of them.
std::string of_role(std::string_view role);
/// " to auditor", or nothing for all of them.
std::string to_role(std::string_view role);

}  // namespace confd::sim
