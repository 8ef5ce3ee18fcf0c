// confd-sim: the command line.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "protocol/limits.hpp"
#include "simulator/server/server.hpp"

namespace {

using namespace confd;

/// What scripts can tell apart. See README.md.
enum Exit : int {
    exit_fulfilled = 0,
    exit_expectation_failed = 1,
    exit_usage = 2,
    exit_nobody_connected = 3,
    exit_timed_out = 4,
    exit_internal = 70,
};

struct Options {
    std::vector<std::string> files;
    std::vector<std::string> listen;
    std::vector<std::string> paths;
    std::string release;
    std::string product;
    std::string access_file;
    std::uint64_t seed = 0;
    bool seed_given = false;
    std::size_t max_subscribers = 0;
};

void say(const std::string& line) {
    fmt::print(stderr, "{}\n", line);
}

int usage(const std::string& line) {
    say("confd-sim: " + line);
    return exit_usage;
}

std::expected<sim::LoadOptions, std::string> load_options(const Options& options) {
    sim::LoadOptions out;
    if (!options.release.empty()) {
        out.release = parse_release(options.release);
        if (!out.release) return std::unexpected("--release: expected a release from 6.0 to 8.9");
    }
    if (!options.product.empty()) {
        out.product = parse_product(options.product);
        if (!out.product) return std::unexpected("--product: expected confd or nso");
    }
    if (options.seed_given) out.seed = options.seed;
    return out;
}

std::expected<Bytes, std::string> read_secret(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    Bytes secret{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) {
        return std::unexpected(fmt::format("--ipc-access-file: cannot read {}", path));
    }
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
    if (out.empty()) {
        out.push_back(transport::TcpEndpoint{"127.0.0.1", default_port(product)});
    }
    return out;
}

int lint(const Options& options) {
    const auto load = load_options(options);
    if (!load) return usage(load.error());
    int code = exit_fulfilled;
    for (const auto& file : options.files) {
        const auto scenario = sim::load_scenario_file(file, *load);
        if (scenario) continue;
        code = exit_usage;
        for (const auto& diagnostic : scenario.error())
            say(to_string(diagnostic));
    }
    return code;
}

int exit_code(sim::Outcome outcome) {
    switch (outcome) {
        case sim::Outcome::fulfilled:
            return exit_fulfilled;
        case sim::Outcome::expectation_failed:
            return exit_expectation_failed;
        case sim::Outcome::nobody_connected:
            return exit_nobody_connected;
        case sim::Outcome::timed_out:
            return exit_timed_out;
    }
    return exit_internal;
}

int play(const sim::Scenario& scenario, const sim::ServerOptions& server) {
    say(fmt::format("{} as {} {}, seed {}", scenario.name.empty() ? "scenario" : scenario.name,
                    to_string(scenario.product), to_string(scenario.release), scenario.seed));
    const auto result = sim::serve(scenario, server);
    if (!result) return usage(result.error());
    if (result->failure) {
        say(to_string(*result->failure));
    } else {
        say(result->stopped ? "stopped before the scenario's end" : "done");
    }
    return exit_code(result->outcome);
}

int run(const Options& options) {
    const auto load = load_options(options);
    if (!load) return usage(load.error());
    const auto scenario = sim::load_scenario_file(options.files.front(), *load);
    if (!scenario) {
        for (const auto& diagnostic : scenario.error())
            say(to_string(diagnostic));
        return exit_usage;
    }
    const auto where = endpoints(options, scenario->product);
    if (!where) return usage(where.error());
    sim::ServerOptions server{
        .listen = *where, .secret = {}, .max_subscribers = options.max_subscribers, .log = say};
    if (!options.access_file.empty()) {
        auto secret = read_secret(options.access_file);
        if (!secret) return usage(secret.error());
        server.secret = std::move(*secret);
    }
    return play(*scenario, server);
}

/// Options that change what a scenario means.
void add_scenario_options(CLI::App& app, Options& options) {
    app.add_option("--release", options.release, "Release to play, such as 7.8; wins over the file")
        ->type_name("RELEASE");
    app.add_option("--product", options.product, "confd or nso; wins over the file")
        ->type_name("PRODUCT");
}

CLI::App* add_run(CLI::App& app, Options& options) {
    auto* run = app.add_subcommand("run", "Serve a scenario to whoever subscribes");
    run->add_option("SCENARIO", options.files, "Scenario file")->required()->expected(1);
    run->add_option("--listen", options.listen,
                    "Where to listen; port 0 takes any free one. Can be given several times "
                    "[127.0.0.1:4565, for NSO 127.0.0.1:4569]")
        ->type_name("HOST:PORT")
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    run->add_option("--path", options.paths, "UNIX socket to listen on")
        ->type_name("PATH")
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    add_scenario_options(*run, options);
    run->add_option("--seed", options.seed, "Seed of everything random; wins over the file")
        ->type_name("NUMBER");
    run->add_option("--ipc-access-file", options.access_file,
                    "File with the secret that clients must know")
        ->type_name("FILE");
    run->add_option("--max-subscribers", options.max_subscribers, "Refuse more than so many")
        ->type_name("NUMBER");
    return run;
}

int dispatch(int argc, char** argv) {
    Options options;
    CLI::App app("Plays a ConfD or NSO server of event notifications from a scenario file.",
                 "confd-sim");
    app.require_subcommand(1);
    auto* run_command = add_run(app, options);
    auto* lint_command =
        app.add_subcommand("lint", "Check scenario files and say all that is wrong");
    lint_command->add_option("FILE", options.files, "Scenario files")->required();
    add_scenario_options(*lint_command, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exit_fulfilled : exit_usage;
    }
    options.seed_given = run_command->count("--seed") > 0;
    return run_command->parsed() ? run(options) : lint(options);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return dispatch(argc, argv);
    } catch (const std::exception& error) {
        say(fmt::format("confd-sim: internal error: {}", error.what()));
        return exit_internal;
    }
}
