// SPDX-License-Identifier: Apache-2.0
#include "simulator/cli/commands.hpp"

#include <fmt/format.h>
#include <syslog.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "files/read_file.hpp"
#include "program/command_line.hpp"
#include "program/line_writer.hpp"
#include "protocol/limits.hpp"
#include "report/file.hpp"
#include "simulator/cli/dry_run.hpp"
#include "simulator/cli/random_scenario.hpp"
#include "simulator/library/library.hpp"
#include "simulator/scenario/json_schema.hpp"
#include "simulator/server/server.hpp"
#include "simulator/summary/run_summary.hpp"
#include "simulator/summary/step_report.hpp"
#include "transport/environment.hpp"

namespace confd::sim::cli {
namespace {

int print(std::string_view text) {
    return program::print_output("confd-sim", text);
}

int usage(const std::string& line) {
    say("confd-sim: " + line);
    return exit_usage;
}

int report(const std::vector<Diagnostic>& diagnostics) {
    for (const auto& diagnostic : diagnostics)
        say(to_string(diagnostic));
    return exit_usage;
}

/// Says what a scenario is warned of. False when that is an error.
bool accept_warnings(const Scenario& scenario, const Options& options) {
    report(scenario.warnings);
    return scenario.warnings.empty() || !options.werror;
}

std::expected<LoadOptions, std::string> load_options(const Options& options) {
    LoadOptions out;
    out.read = read_library;
    out.module_path = options.modules;
    out.built_in_modules = library_modules();
    if (!options.release.empty()) {
        out.release = parse_release(options.release);
        if (!out.release) return std::unexpected("--release: expected a release from 6.0 to 8.9");
    }
    if (!options.product.empty()) {
        out.product = parse_product(options.product);
        if (!out.product) return std::unexpected("--product: expected confd or nso");
    }
    if (!options.seed.empty()) {
        std::uint64_t seed = 0;
        const auto* end = options.seed.data() + options.seed.size();
        const auto [stop, code] = std::from_chars(options.seed.data(), end, seed);
        if (code != std::errc{} || stop != end) {
            return std::unexpected(fmt::format("--seed: expected a number from 0 to {}, found {}",
                                               UINT64_MAX, options.seed));
        }
        out.seed = seed;
    }
    return out;
}

std::expected<Bytes, std::string> read_secret(const std::string& path) {
    // Far more than is allowed, so that the message can say how much it is.
    constexpr std::size_t most = std::size_t{1} << 20;
    const auto file = read_file(path, most);
    if (!file) return std::unexpected("--ipc-access-file: " + file.error());
    Bytes secret(file->begin(), file->end());
    if (secret.empty() || secret.size() > max_access_secret) {
        return std::unexpected(fmt::format("--ipc-access-file: {} has {} bytes, expected 1 to {}",
                                           path, secret.size(), max_access_secret));
    }
    return secret;
}

std::expected<std::vector<transport::Endpoint>, std::string> endpoints(const Options& options,
                                                                       Product product) {
    std::vector<transport::Endpoint> out;
    for (const auto& text : options.listen) {
        const auto endpoint = transport::parse_endpoint(text);
        if (!endpoint) return std::unexpected(fmt::format("--listen: {}", endpoint.error()));
        out.push_back(*endpoint);
    }
    for (const auto& path : options.paths)
        out.push_back(transport::UnixEndpoint{path});
    if (!out.empty()) return out;
    // Where a client that is started beside us looks.
    auto usual = transport::endpoint_from_environment(product);
    if (!usual) return std::unexpected(std::move(usual.error()));
    out.push_back(std::move(*usual));
    return out;
}

/// The control interface has no access control: all who can reach it control the run.
std::expected<transport::Endpoint, std::string> control_endpoint(const Options& options) {
    const auto endpoint = transport::parse_endpoint(options.control);
    if (!endpoint) return std::unexpected("--control: " + endpoint.error());
    const auto* tcp = std::get_if<transport::TcpEndpoint>(&*endpoint);
    if (tcp == nullptr) return std::unexpected("--control: expected HOST:PORT");
    const bool loopback =
        tcp->host.starts_with("127.") || tcp->host == "::1" || tcp->host == "localhost";
    if (!loopback && !options.control_anywhere) {
        return std::unexpected(fmt::format(
            "--control: {} is no loopback address; --control-anywhere allows that", tcp->host));
    }
    return endpoint;
}

void to_syslog(int priority, const std::string& line) {
    static const bool opened = [] {
        openlog("confd-sim", LOG_PID, LOG_DAEMON);
        return true;
    }();
    static_cast<void>(opened);
    ::syslog(LOG_PRI(priority), "%s", line.c_str());
}

std::expected<ServerOptions, std::string> server_options(const Options& options, Product product) {
    auto out = options.server;
    auto where = endpoints(options, product);
    if (!where) return std::unexpected(where.error());
    out.listen = std::move(*where);
    if (out.queue.soft > out.queue.hard) {
        return std::unexpected("--queue-soft: expected at most --queue-hard");
    }
    out.step_results = !options.junit_file.empty();
    if (options.syslog) out.syslog = to_syslog;
    if (!options.control.empty()) {
        auto control = control_endpoint(options);
        if (!control) return std::unexpected(control.error());
        out.control = std::move(*control);
    }
    if (!options.access_file.empty()) {
        auto secret = read_secret(options.access_file);
        if (!secret) return std::unexpected(secret.error());
        out.secret = std::move(*secret);
    }
    return out;
}

int exit_code(Outcome outcome) {
    switch (outcome) {
        case Outcome::fulfilled:
            return exit_fulfilled;
        case Outcome::expectation_failed:
            return exit_expectation_failed;
        case Outcome::nobody_connected:
            return exit_nobody_connected;
        case Outcome::timed_out:
            return exit_timed_out;
    }
    return exit_internal;
}

std::string title(const Scenario& scenario) {
    return fmt::format("{} as {} {}, seed {}", scenario.name.empty() ? "scenario" : scenario.name,
                       to_string(scenario.product), to_string(scenario.release), scenario.seed);
}

std::string result_name(const RunResult& result) {
    if (result.stopped) return "stopped";
    switch (result.outcome) {
        case Outcome::fulfilled:
            return "fulfilled";
        case Outcome::expectation_failed:
            return "expectation failed";
        case Outcome::nobody_connected:
            return "nobody connected";
        case Outcome::timed_out:
            return "timed out";
    }
    return {};
}

RunFacts facts_of(const Scenario& scenario, const RunResult& result) {
    RunFacts out{.scenario = scenario.name,
                 .product = std::string(to_string(scenario.product)),
                 .release = to_string(scenario.release),
                 .seed = scenario.seed,
                 .result = result_name(result),
                 .failure = {},
                 .end = result.end};
    if (result.failure) out.failure = to_string(*result.failure);
    return out;
}

/// What could not be written, a sentence for each.
std::vector<std::string> write_reports(const Scenario& scenario, const Options& options,
                                       const RunResult& result) {
    std::vector<std::string> errors;
    const auto write = [&](const std::string& option, const std::string& path,
                           const std::string& text) {
        const auto written = report::write_report(path, text);
        if (!written) errors.push_back(fmt::format("confd-sim: {}: {}", option, written.error()));
    };
    if (!options.summary_file.empty()) {
        write("--summary", options.summary_file,
              to_json_text(facts_of(scenario, result), result.summary));
    }
    if (!options.junit_file.empty()) {
        write("--junit", options.junit_file,
              steps_to_junit(scenario, result.steps, result.failure, result.stopped));
    }
    return errors;
}

bool shows_colour() {
    const char* const without = std::getenv("NO_COLOR");
    return ::isatty(STDERR_FILENO) == 1 && (without == nullptr || *without == '\0');
}

int play(const Scenario& scenario, const Options& options) {
    auto server = server_options(options, scenario.product);
    if (!server) return usage(server.error());
    if (options.dry_run) {
        say(title(scenario));
        return dry_run(scenario);
    }
    // Subscribers are served whether or not standard error is read.
    program::LineWriter errors(STDERR_FILENO);
    server->log = [&](const std::string& line) {
        errors.write(line + '\n', program::dropped_line_of("confd-sim"));
    };
    if (::isatty(STDERR_FILENO) == 1) {
        server->live = [&](const std::string& text) {
            if (errors.idle()) errors.write(text);
        };
    }
    server->log(title(scenario));
    const auto result = serve(scenario, *server);
    if (!result) {
        server->log("confd-sim: " + result.error());
        return exit_usage;
    }
    for (const auto& line : to_lines(result->summary, shows_colour()))
        server->log(line);
    const auto unwritten = write_reports(scenario, options, *result);
    for (const auto& error : unwritten)
        server->log(error);
    server->log(result->failure   ? to_string(*result->failure)
                : result->stopped ? "stopped before the scenario's end"
                                  : "done");
    const auto code = exit_code(result->outcome);
    return code == exit_fulfilled && !unwritten.empty() ? exit_usage : code;
}

std::string library_path(const std::string& name) {
    return fmt::format("{}/{}.yaml", library_folder, name);
}

/// A file, or else a scenario of the library.
std::string path_of(const std::string& name) {
    if (std::filesystem::exists(name) || find_scenario(name) == nullptr) return name;
    return library_path(name);
}

/// The names of the library's scenarios; files in folders are parts of them.
std::vector<std::string_view> scenario_names() {
    std::vector<std::string_view> names;
    for (const auto& file : library_files()) {
        if (file.path.find('/') == std::string_view::npos) {
            names.push_back(file.path.substr(0, file.path.rfind('.')));
        }
    }
    return names;
}

}  // namespace

void say(const std::string& line) {
    // Not by fmt::print, which throws on a closed pipe: the run goes on.
    std::fputs((line + "\n").c_str(), stderr);
}

int run(const Options& options) {
    const auto load = load_options(options);
    if (!load) return usage(load.error());
    const auto path = path_of(options.files.front());
    if (path == options.files.front() && !std::filesystem::exists(path)) {
        return usage(fmt::format("{}: there is no such file, and no such scenario in the library{}",
                                 path, suggestion(path, scenario_names())));
    }
    const auto scenario = load_scenario_file(path, *load);
    if (!scenario) return report(scenario.error());
    return accept_warnings(*scenario, options) ? play(*scenario, options) : exit_usage;
}

int serve(const Options& options) {
    const auto load = load_options(options);
    if (!load) return usage(load.error());
    const auto scenario = load_scenario_file(library_path("serve"), *load);
    return scenario ? play(*scenario, options) : report(scenario.error());
}

int random(const Options& options) {
    const auto load = load_options(options);
    if (!load) return usage(load.error());
    const auto scenario = random_scenario(options, *load);
    if (!scenario) {
        for (const auto& error : scenario.error())
            usage(error);
        return exit_usage;
    }
    return play(*scenario, options);
}

int lint(const Options& options) {
    const auto load = load_options(options);
    if (!load) return usage(load.error());
    int code = exit_fulfilled;
    for (const auto& file : options.files) {
        const auto scenario = load_scenario_file(path_of(file), *load);
        if (!scenario) {
            code = report(scenario.error());
        } else if (!accept_warnings(*scenario, options)) {
            code = exit_usage;
        }
    }
    return code;
}

int list() {
    const auto names = scenario_names();
    std::size_t width = 0;
    for (const auto name : names)
        width = std::max(width, name.size());
    std::string text;
    for (const auto name : names)
        text += fmt::format("{:<{}}  {}\n", name, width, description_of(*find_scenario(name)));
    return print(text);
}

int show(const Options& options) {
    const auto& name = options.files.front();
    const auto* file = find_scenario(name);
    if (file == nullptr) {
        const auto names = scenario_names();
        return usage(fmt::format("there is no scenario '{}' in the library{}; there are {}", name,
                                 suggestion(name, names), fmt::join(names, ", ")));
    }
    return print(file->text);
}

int schema() {
    return print(scenario_schema_text());
}

}  // namespace confd::sim::cli
