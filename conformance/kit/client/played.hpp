// SPDX-License-Identifier: Apache-2.0
// What the play of one case with a client has come to, and the verdict on it. Whoever has played
// it: judge.cpp with processes and sockets, the self-tests without.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "conformance/kit/client/transcript.hpp"
#include "conformance/kit/model/case.hpp"
#include "conformance/kit/run/options.hpp"
#include "conformance/kit/run/runner.hpp"
#include "simulator/cli/commands.hpp"

namespace confd::kit {

/// A client that has ended has so many ticks until its scenario must be at its end too: what it
/// sent last may still be on its way. Ticks are longer on a busy machine, where the server is
/// slower.
inline constexpr int patience = 300;
inline constexpr std::chrono::milliseconds tick{5};

/// More than this is no list of events: a client that prints without end would fill the memory.
inline constexpr std::size_t max_output = std::size_t{16} << 20;

struct Played {
    int server_exit = sim::cli::exit_internal;
    std::string failure;             ///< what the server said of it
    std::optional<int> client_exit;  ///< negative for a signal; nothing: killed, or attached to
    bool client_alone = false;       ///< the client ended, and the scenario did not
    bool hung = false;               ///< it did not end when it was sent a SIGTERM
    bool flooded = false;
    bool timed_out = false;
    Log log;
    bool started = false;       ///< the client was started by the kit
    std::string output;         ///< what the client printed
    std::string errors;         ///< the same on standard error
    std::string server_errors;  ///< what the kit's own server said
};

/// The case that a client is tried with, once, when it has not been said whether it reads diffs.
inline constexpr const char* diff_probe = "client/maapi/read-before-done";

/// Whether a client that has played diff_probe is one that subscribes and leaves diffs alone.
bool reads_no_diffs(const Options& options, const Played& played);

Verdict judge_played(const Case& test, const Options& options, const Played& played);

Verdict skipped_case(std::string reason);

/// The verdict on a case that the kit itself could not run.
Verdict broken_case(const Case& test, std::string reason);

}  // namespace confd::kit
