// SPDX-License-Identifier: Apache-2.0
// The other end of the client under test: the simulator playing a case's scenario, in a process of
// its own (a hidden command of confd-conformance), so that many cases run at once.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>

#include "conformance/kit/model/case.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/world.hpp"
#include "simulator/yang/built_in_module.hpp"

namespace confd::kit {

/// What clients must know when a case has the access check.
inline constexpr const char* server_secret = "the secret of the conformance kit\n";

/// Of play(), beside confd-sim's exit codes: it was stopped before the scenario's end.
inline constexpr int exit_stopped = 5;

struct PlayOptions {
    std::string id;        ///< of the case
    std::string endpoint;  ///< where to listen: HOST:PORT or a path
    std::string log;       ///< the file for the log
    std::uint64_t seed = 0;
    std::string release;  ///< in place of the case's; empty for that
    std::string product;
};

/// Says "listening on .." on standard error once clients can connect, and why the scenario failed
/// on standard output. Returns confd-sim's exit codes.
int play(const PlayOptions& options);

/// confd-sim's exit code for it.
int exit_code(sim::Outcome outcome);

/// YANG modules that cases may name: those of the library, and the kit's own.
std::span<const sim::BuiltInModule> case_modules();

/// The scenario of a client's case, or what is wrong with it, a line each.
std::expected<sim::Scenario, std::string> load_scenario_of(const Case& test, std::uint64_t seed);

}  // namespace confd::kit
