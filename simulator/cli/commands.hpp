// SPDX-License-Identifier: Apache-2.0
// What confd-sim does, apart from reading its command line.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "simulator/server/server.hpp"

namespace confd::sim::cli {

/// What scripts can tell apart. See simulator/README.md.
enum Exit : int {
    exit_fulfilled = 0,
    exit_expectation_failed = 1,
    exit_usage = 2,
    exit_nobody_connected = 3,
    exit_timed_out = 4,
    exit_internal = 70,  ///< or standard output cannot be written
};

/// The command line as it was given; empty texts for what was not. What needs no more than its
/// value stands where it is used.
struct Options {
    ServerOptions server;

    std::vector<std::string> files;
    std::vector<std::string> listen;
    std::vector<std::string> paths;
    std::vector<std::string> modules;
    std::string release;
    std::string product;
    std::string access_file;
    std::string summary_file;
    std::string junit_file;
    std::string control;
    std::string seed;
    bool dry_run = false;
    bool werror = false;
    bool syslog = false;
    bool control_anywhere = false;

    // Of `random`.
    std::string mix;
    std::string rate;
    std::string count;
    std::string duration;
    std::string acks;
    std::size_t subscribers = 1;
};

// Each returns an exit code.
int run(const Options& options);
/// The library's scenario `serve`, whatever files there are.
int serve(const Options& options);
int random(const Options& options);
int lint(const Options& options);
int list();
int show(const Options& options);
int schema();

/// A line on standard error.
void say(const std::string& line);

}  // namespace confd::sim::cli
