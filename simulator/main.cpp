// SPDX-License-Identifier: Apache-2.0
// confd-sim: the command line.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>

#include "program/about.hpp"
#include "program/command_line.hpp"
#include "simulator/cli/commands.hpp"
#include "simulator/cli/limit_options.hpp"

namespace {

using namespace confd::sim::cli;

void add_list_option(CLI::App& app, const std::string& name, std::vector<std::string>& into,
                     const std::string& doc, const std::string& type) {
    app.add_option(name, into, doc)
        ->type_name(type)
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

/// Options that change what a scenario means.
void add_scenario_options(CLI::App& app, Options& options) {
    app.add_option("--release", options.release, "Release to play, such as 7.8; wins over the file")
        ->type_name("RELEASE");
    app.add_option("--product", options.product, "confd or nso; wins over the file")
        ->type_name("PRODUCT");
    add_list_option(app, "--module-path", options.modules, "Folder with YANG modules", "FOLDER");
}

void add_werror(CLI::App& app, Options& options) {
    app.add_flag("--werror", options.werror, "Treat warnings as errors");
}

void add_server_options(CLI::App& app, Options& options) {
    add_list_option(
        app, "--listen", options.listen,
        "Where to listen: HOST:PORT, where port 0 takes any free one, or the path of a "
        "UNIX socket (/PATH, unix:PATH). Can be given several times [CONFD_IPC_PATH, or "
        "CONFD_IPC_ADDR and CONFD_IPC_PORT, or 127.0.0.1:4565; for NSO NCS_IPC_.. and "
        "4569]",
        "WHERE");
    add_list_option(app, "--path", options.paths, "UNIX socket to listen on", "PATH");
    app.add_option("--seed", options.seed, "Seed of everything random; wins over the file")
        ->type_name("NUMBER");
    app.add_option("--ipc-access-file", options.access_file,
                   "File with the secret that clients must know")
        ->type_name("FILE");
    confd::program::add_number(app, "--time-scale", options.server.time_scale, 0.001, 1000,
                               "Every wait and deadline takes so many times as long")
        ->type_name("FACTOR");
    app.add_option("--log", options.server.log_file,
                   "Write every message to this file, as JSON Lines")
        ->type_name("FILE");
    app.add_option("--control", options.control, "Serve the control page and API here, by HTTP")
        ->type_name("HOST:PORT");
    app.add_flag("--control-anywhere", options.control_anywhere,
                 "Allow --control on an address that is not loopback");
    app.add_flag("--syslog", options.syslog,
                 "Write daemon log lines to syslog too, unless a subscriber has taken it over");
    auto* summary = app.add_option("--summary", options.summary_file,
                                   "Write what each subscriber got and gave to this file, as JSON")
                        ->type_name("FILE");
    auto* junit =
        app.add_option("--junit", options.junit_file,
                       "Write the steps of the scenario to this file as test cases, as JUnit XML")
            ->type_name("FILE");
    app.add_flag("--dry-run", options.dry_run, "Print the timeline and serve nothing")
        ->excludes(summary)
        ->excludes(junit);
    add_limit_options(app, options);
}

CLI::App* add_run(CLI::App& app, Options& options) {
    auto* command = app.add_subcommand("run", "Serve a scenario to whoever subscribes");
    command->add_option("SCENARIO", options.files, "Scenario file, or a name that `list` shows")
        ->required()
        ->expected(1);
    add_werror(*command, options);
    add_scenario_options(*command, options);
    add_server_options(*command, options);
    return command;
}

/// The library's scenario of that name, which an application is pointed at first.
CLI::App* add_serve(CLI::App& app, Options& options) {
    auto* command = app.add_subcommand(
        "serve", "Serve until stopped: every stream and session, events through --control alone");
    add_scenario_options(*command, options);
    add_server_options(*command, options);
    return command;
}

CLI::App* add_random(CLI::App& app, Options& options) {
    auto* command = app.add_subcommand("random", "Serve random events without a scenario file");
    command->add_option("--mix", options.mix, "Events and weights: audit=6,commit_diff=1")
        ->required()
        ->type_name("EVENT=WEIGHT,..");
    command->add_option("--rate", options.rate, "Events a second, such as 1000/s [10/s]")
        ->type_name("RATE");
    command->add_option("--count", options.count, "End after so many")->type_name("NUMBER");
    command->add_option("--duration", options.duration, "End after so long, such as 30s")
        ->type_name("DURATION");
    command
        ->add_option("--acks", options.acks,
                     "await acknowledgements as the product does, or ignore them [await]")
        ->type_name("await|ignore");
    confd::program::add_count(*command, "--subscribers", options.subscribers, 1, 100'000,
                              "Begin when so many are there");
    add_scenario_options(*command, options);
    add_server_options(*command, options);
    return command;
}

constexpr confd::program::Completed completed[] = {{"SCENARIO", "confd-sim list"},
                                                   {"NAME", "confd-sim list"}};

int dispatch(int argc, char** argv) {
    Options options;
    CLI::App app("Plays a ConfD or NSO server of event notifications from a scenario file.",
                 "confd-sim");
    app.require_subcommand(1);
    confd::program::add_about(app, confd::program::Libraries::simulator, completed);
    auto* run_command = add_run(app, options);
    auto* serve_command = add_serve(app, options);
    auto* random_command = add_random(app, options);
    auto* lint_command =
        app.add_subcommand("lint", "Check scenario files and say all that is wrong");
    lint_command->add_option("FILE", options.files, "Scenario files")->required();
    add_werror(*lint_command, options);
    add_scenario_options(*lint_command, options);
    auto* list_command = app.add_subcommand("list", "Name the scenarios that are compiled in");
    auto* show_command = app.add_subcommand("show", "Print a scenario that is compiled in");
    show_command->add_option("NAME", options.files, "The scenario's name")->required()->expected(1);
    app.add_subcommand("schema", "Print the JSON Schema of scenario files, for editors");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return confd::program::print_help(app, argc, argv, error, exit_usage);
    }
    if (run_command->parsed()) return run(options);
    if (serve_command->parsed()) return serve(options);
    if (random_command->parsed()) return random(options);
    if (lint_command->parsed()) return lint(options);
    if (list_command->parsed()) return list();
    return show_command->parsed() ? show(options) : schema();
}

}  // namespace

int main(int argc, char** argv) {
    // Whoever reads our log or standard output may go away, and a file may grow as far as it is
    // allowed to: those are failed writes, not our death.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    try {
        return dispatch(argc, argv);
    } catch (const std::exception& error) {
        say(fmt::format("confd-sim: internal error: {}", error.what()));
        return exit_internal;
    }
}
