// SPDX-License-Identifier: Apache-2.0
// The command line of confd-listen.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "client/backoff.hpp"
#include "client/options.hpp"

namespace confd::listen {

/// Exit codes, as --help and client/README.md list them.
enum Exit : int {
    exit_ok = 0,
    exit_malformed = 1,
    exit_usage = 2,
    exit_connect = 3,
    exit_timeout = 4,
    exit_internal = 70,  // EX_SOFTWARE
};

enum class Format : std::uint8_t { text, json };

struct Options {
    events::ConnectOptions connect;
    std::uint32_t mask = 0;
    events::NotificationsData data;
    Format format = Format::text;
    std::optional<std::uint64_t> count;
    std::optional<std::chrono::milliseconds> timeout;
    bool reconnect = false;  ///< connect again when the connection is lost
    events::BackoffOptions backoff;
    bool acknowledge = true;
    bool confirm = false;  ///< ask before each acknowledgement
    bool show_clearpass = false;
    bool diffs = false;         ///< read the changes of each NOTIF_COMMIT_DIFF
    bool load_schemas = false;  ///< load names before subscribing
};

/// What to print, where, and how to exit, instead of listening.
struct Stop {
    Exit code = exit_usage;
    std::string text;  ///< to standard output when the code is 0, to standard error otherwise
};

/// Reads the environment too: see ConnectOptions::from_environment().
std::expected<Options, Stop> parse_options(int argc, const char* const* argv);

}  // namespace confd::listen
