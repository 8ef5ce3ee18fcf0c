// SPDX-License-Identifier: Apache-2.0
// What the command line says about every part.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace confd::kit {

/// What scripts can tell apart; docs/conformance.md lists them.
enum Exit : int {
    exit_passed = 0,
    exit_failed = 1,
    exit_usage = 2,
    exit_unreachable = 3,  ///< the peer never connected, or was never reachable
    exit_timeout = 4,      ///< of the whole run
    exit_nothing = 5,      ///< every case was skipped: there is no verdict
    exit_internal = 70,
    exit_interrupted = 130,  ///< by a signal, before every case was judged
};

/// More at once would wait for one another's processors, and time is part of some verdicts.
inline constexpr std::size_t max_jobs = 256;

struct Options {
    std::vector<std::string> filters;     ///< globs over IDs; none: every case
    std::vector<std::string> exclusions;  ///< the same
    bool strict = false;                  ///< a SHOULD that is not kept fails the run
    std::size_t jobs = 1;
    std::chrono::milliseconds timeout = std::chrono::seconds(20);  ///< of one case
    std::optional<std::chrono::milliseconds> total_timeout;        ///< of the run
    std::uint64_t seed = 0;
    std::filesystem::path expect_fail;  ///< a file; empty for none
    /// What the peer does; nothing: everything.
    std::optional<std::set<std::string, std::less<>>> features;
    std::filesystem::path out = "conformance-failures";
    std::filesystem::path junit;  ///< empty for none
    std::filesystem::path json;
    std::filesystem::path html;
    std::string name;                  ///< of the peer in reports; empty: its command or address
    std::vector<std::string> command;  ///< what stands behind `--`
    /// The command line without filters, exclusions, reports and what stands behind `--`, quoted
    /// for a shell: with `--filter ID` and the command it runs one case again.
    std::string rerun;
};

}  // namespace confd::kit
