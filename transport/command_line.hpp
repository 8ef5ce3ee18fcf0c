// What the command lines of all programs have in common: options that are numbers, durations,
// sizes, or about sockets, what is said of a misspelt name, and output that has to be complete. A
// bad value is answered with what was expected; help shows the default, which is what `into` has.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "transport/socket_options.hpp"

namespace confd::transport {

/// The exit code of all programs when what they were asked for cannot be written: the disk is full,
/// say. It is that of internal errors too (EX_SOFTWARE).
inline constexpr int exit_unwritten = 70;

/// Writes all of it to standard output. 0 when that is done, or when the reader has gone and wants
/// no more; otherwise standard error says why not, and it is exit_unwritten.
int print_output(std::string_view program, std::string_view text);

/// A number from `low` to `high`, which need not be whole. NaN and infinities are none.
CLI::Option* add_number(CLI::App& app, const std::string& name, double& into, double low,
                        double high, const std::string& help);
/// A whole one.
CLI::Option* add_count(CLI::App& app, const std::string& name, std::size_t& into, std::size_t low,
                       std::size_t high, const std::string& help);
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

/// Prints what app.parse(argc, argv) has thrown. The exit code: of print_output() for help, `usage`
/// for what is wrong.
int print_help(const CLI::App& app, int argc, const char* const* argv, const CLI::ParseError& error,
               int usage);

}  // namespace confd::transport
