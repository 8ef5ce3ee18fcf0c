// SPDX-License-Identifier: Apache-2.0
// What the command lines of all programs have in common: options that are numbers, durations,
// sizes, or about sockets, what is said of a misspelt name, and output that has to be complete. A
// bad value is answered with what was expected; help shows the default, which is what `into` has.
#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

#include "transport/socket_options.hpp"

namespace confd::program {

/// The exit code of all programs when what they were asked for cannot be written: the disk is full,
/// say. It is that of internal errors too (EX_SOFTWARE).
inline constexpr int exit_unwritten = 70;

/// Writes all of it to standard output. 0 when that is done, or when the reader has gone and wants
/// no more; otherwise standard error says why not, and it is exit_unwritten.
int print_output(std::string_view program, std::string_view text);

/// A number from `low` to `high`, which need not be whole. NaN and infinities are none.
CLI::Option* add_number(CLI::App& app, const std::string& name, double& into, double low,
                        double high, const std::string& help);
/// A whole one: nothing wraps or is rounded.
template <std::integral T>
CLI::Option* add_count(CLI::App& app, const std::string& name, T& into, std::type_identity_t<T> low,
                       std::type_identity_t<T> high, const std::string& help);
/// A number of seconds above 0 such as 0.5, at most a month. Help shows no default.
CLI::Option* add_seconds(CLI::App& app, const std::string& name, std::chrono::milliseconds& into,
                         const std::string& help);
/// Such as 30s.
CLI::Option* add_timespan(CLI::App& app, const std::string& name, std::chrono::milliseconds& into,
                          const std::string& help);
/// Such as 64KiB.
CLI::Option* add_size(CLI::App& app, const std::string& name, std::size_t& into,
                      const std::string& help);

/// --keepalive, --keepalive-interval, --keepalive-count and --user-timeout.
void add_socket_options(CLI::App& app, transport::SocketOptions& into);

/// What is wrong with a command line: "unknown option --max-pendin; did you mean --max-pending?",
/// the same of a command, or else the parser's own words. Those may be about what follows from a
/// misspelt name: the value after it is one argument too many.
std::string usage_text(const CLI::App& app, int argc, const char* const* argv,
                       const CLI::ParseError& error);

/// Prints what app.parse(argc, argv) has thrown. The exit code: of print_output() for help, `usage`
/// for what is wrong.
int print_help(const CLI::App& app, int argc, const char* const* argv, const CLI::ParseError& error,
               int usage);

/// The number that all of the text is, if it is one that the type has.
template <class T>
std::optional<T> parse_number(std::string_view text) {
    T out{};
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    const bool whole = error == std::errc{} && stop == text.data() + text.size();
    return whole ? std::optional(out) : std::nullopt;
}

template <std::integral T>
CLI::Option* add_count(CLI::App& app, const std::string& name, T& into, std::type_identity_t<T> low,
                       std::type_identity_t<T> high, const std::string& help) {
    const auto take = [=, &into](const std::string& text) {
        const auto number = parse_number<T>(text);
        if (!number || *number < low || *number > high) {
            throw CLI::ValidationError(name, "expected a whole number from " + std::to_string(low) +
                                                 " to " + std::to_string(high) + ", found " + text);
        }
        into = *number;
    };
    return app.add_option_function<std::string>(name, take, help)
        ->type_name("NUMBER")
        ->default_str(std::to_string(into));
}

}  // namespace confd::program
