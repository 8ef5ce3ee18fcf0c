// What the command lines of all programs have in common: options that are durations, sizes, or
// about sockets, and what is said of a misspelt name. A bad value is answered with what was
// expected; help shows the default, which is what `into` has.
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

/// What is wrong with a command line: "unknown option --max-pendin; did you mean --max-pending?",
/// the same of a command, or else the parser's own words. Those may be about what follows from a
/// misspelt name: the value after it is one argument too many.
std::string usage_text(const CLI::App& app, int argc, const char* const* argv,
                       const CLI::ParseError& error);

/// Prints what app.parse(argc, argv) has thrown, help or what is wrong, and says whether it was
/// help.
bool print_help(const CLI::App& app, int argc, const char* const* argv,
                const CLI::ParseError& error);

}  // namespace confd::transport
