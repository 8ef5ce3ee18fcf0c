// SPDX-License-Identifier: Apache-2.0
#include "program/command_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>
#include <vector>

#include "text/nearest.hpp"
#include "text/units.hpp"

namespace confd::program {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A month: far beyond any use, and far below what the types hold.
constexpr double most_seconds = 31 * 86400;

[[noreturn]] void wrong(const std::string& name, std::string_view expected,
                        const std::string& found) {
    throw CLI::ValidationError(name, fmt::format("expected {}, found {}", expected, found));
}

CLI::Option* add(CLI::App& app, const std::string& name, const std::string& help,
                 const std::string& type, const std::string& standard,
                 const std::function<void(const std::string&)>& take) {
    return app.add_option_function<std::string>(name, take, help)
        ->type_name(type)
        ->default_str(standard);
}

/// The kernel counts these in seconds.
CLI::Option* add_whole(CLI::App& app, const std::string& name, seconds& into, seconds least,
                       const std::string& help) {
    const auto take = [name, &into, least](const std::string& text) {
        const auto span = parse_timespan(text);
        if (!span || *span % seconds(1) != milliseconds(0) || *span < least ||
            *span > transport::max_keepalive) {
            wrong(name,
                  fmt::format("whole seconds from {} to {} such as 30s", timespan_text(least),
                              timespan_text(transport::max_keepalive)),
                  text);
        }
        into = std::chrono::floor<seconds>(*span);
    };
    return add(app, name, help, "DURATION", timespan_text(into), take);
}

std::string unknown(std::string_view kind, std::string_view name,
                    const std::vector<std::string>& known) {
    const std::vector<std::string_view> names(known.begin(), known.end());
    const auto near = nearest(name, names);
    return near.empty() ? fmt::format("unknown {} {}", kind, name)
                        : fmt::format("unknown {} {}; did you mean {}?", kind, name, near);
}

std::vector<std::string> long_options(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* option : app.get_options()) {
        for (const auto& name : option->get_lnames())
            names.push_back("--" + name);
    }
    return names;
}

std::vector<std::string> commands(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(command->get_name());
    return names;
}

std::optional<std::string> misspelt(const CLI::App& app, int argc, const char* const* argv) {
    const auto* command = &app;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--") break;
        if (word.starts_with("--")) {
            const auto name = word.substr(0, word.find('='));
            const auto known = long_options(*command);
            if (std::ranges::find(known, name) == known.end())
                return unknown("option", name, known);
        } else if (const auto known = commands(*command);
                   !known.empty() && !word.starts_with('-')) {
            const auto found = std::ranges::find(known, word);
            if (found == known.end()) return unknown("command", word, known);
            command = app.get_subcommand(*found);
        }
    }
    return std::nullopt;
}

}  // namespace

std::string usage_text(const CLI::App& app, int argc, const char* const* argv,
                       const CLI::ParseError& error) {
    // A value that is wrong says itself where.
    const bool bad_value =
        error.get_name() == "ValidationError" || error.get_name() == "ConversionError";
    const auto name = bad_value ? std::nullopt : misspelt(app, argc, argv);
    return name.value_or(error.what());
}

int print_help(const CLI::App& app, int argc, const char* const* argv, const CLI::ParseError& error,
               int usage) {
    if (error.get_exit_code() == 0) {
        std::ostringstream help;
        app.exit(error, help, help);
        return print_output(app.get_name(), help.str());
    }
    std::cerr << fmt::format("{}: {}\nRun with --help for more information.\n", app.get_name(),
                             usage_text(app, argc, argv, error));
    return usage;
}

int print_output(std::string_view program, std::string_view text) {
    while (!text.empty()) {
        const auto size = ::write(STDOUT_FILENO, text.data(), text.size());
        if (size >= 0) {
            text.remove_prefix(static_cast<std::size_t>(size));
        } else if (errno == EPIPE) {
            return 0;
        } else if (errno != EINTR) {
            std::cerr << fmt::format("{}: standard output: {}\n", program,
                                     std::generic_category().message(errno));
            return exit_unwritten;
        }
    }
    return 0;
}

CLI::Option* add_number(CLI::App& app, const std::string& name, double& into, double low,
                        double high, const std::string& help) {
    const auto take = [=, &into](const std::string& text) {
        const auto number = parse_number<double>(text);
        // Nothing is true of NaN.
        if (!number || !(*number >= low && *number <= high))
            wrong(name, fmt::format("a number from {} to {}", low, high), text);
        into = *number;
    };
    return add(app, name, help, "NUMBER", fmt::format("{}", into), take);
}

CLI::Option* add_seconds(CLI::App& app, const std::string& name, milliseconds& into,
                         const std::string& help) {
    const auto take = [name, &into](const std::string& text) {
        const auto number = parse_number<double>(text);
        // Nothing is true of NaN.
        if (!number || !(*number > 0 && *number <= most_seconds))
            wrong(name, fmt::format("seconds above 0, at most {}", most_seconds), text);
        into = std::chrono::ceil<milliseconds>(std::chrono::duration<double>(*number));
    };
    return app.add_option_function<std::string>(name, take, help)->type_name("S");
}

CLI::Option* add_timespan(CLI::App& app, const std::string& name, milliseconds& into,
                          const std::string& help) {
    const auto take = [name, &into](const std::string& text) {
        const auto span = parse_timespan(text);
        if (!span) wrong(name, timespan_expected, text);
        into = *span;
    };
    return add(app, name, help, "DURATION", timespan_text(into), take);
}

CLI::Option* add_size(CLI::App& app, const std::string& name, std::size_t& into,
                      const std::string& help) {
    const auto take = [name, &into](const std::string& text) {
        const auto size = parse_size(text);
        if (!size) wrong(name, size_expected, text);
        into = *size;
    };
    return add(app, name, help, "SIZE", size_text(into), take);
}

void add_socket_options(CLI::App& app, transport::SocketOptions& into) {
    add_whole(app, "--keepalive", into.keepalive_idle, seconds(0),
              "Probe a TCP peer that has been silent for so long; 0s for never");
    add_whole(app, "--keepalive-interval", into.keepalive_interval, seconds(1),
              "Time between probes that are not answered");
    add_count(app, "--keepalive-count", into.keepalive_count, 1, transport::max_keepalive_count,
              "Unanswered probes after which the peer is gone");
    add_timespan(app, "--user-timeout", into.user_timeout,
                 "A TCP peer that acknowledges or takes nothing for so long is gone; 0s for as "
                 "long as the kernel tries");
}

}  // namespace confd::program
