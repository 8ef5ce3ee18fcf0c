// Options of a command line that are durations, sizes, or about sockets: the same in every program.
// A bad value is answered with what was expected; help shows the default, which is what `into` has.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstddef>
#include <string>

#include "transport/socket_options.hpp"

namespace confd::transport {

/// Such as 30s.
CLI::Option* add_timespan(CLI::App& app, const std::string& name, std::chrono::milliseconds& into,
                          const std::string& help);
/// Such as 64KiB.
CLI::Option* add_size(CLI::App& app, const std::string& name, std::size_t& into,
                      const std::string& help);

/// --keepalive, --keepalive-interval, --keepalive-count and --user-timeout.
void add_socket_options(CLI::App& app, SocketOptions& into);

}  // namespace confd::transport
