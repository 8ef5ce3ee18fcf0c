// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/client/play.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "conformance/kit/model/registry.hpp"
#include "program/line_writer.hpp"
#include "protocol/bytes.hpp"
#include "simulator/cli/commands.hpp"
#include "simulator/library/library.hpp"
#include "simulator/server/server.hpp"

namespace confd::kit {
namespace {

std::string text_of(const std::vector<sim::Diagnostic>& diagnostics) {
    std::string out;
    for (const auto& diagnostic : diagnostics)
        out += to_string(diagnostic) + "\n";
    return out;
}

/// Only files that may hold the case are read: a server starts for each case.
std::expected<Case, std::string> read_case(const std::string& id) {
    for (const auto& file : case_files()) {
        if (!may_hold(file.path, id)) continue;
        auto cases = load_cases(file.text, std::string(file.path));
        if (!cases) return std::unexpected(text_of(cases.error()));
        const auto found = std::ranges::find(*cases, id, &Case::id);
        if (found == cases->end()) continue;
        if (!found->client) return std::unexpected(fmt::format("{} is no client's case", id));
        return std::move(*found);
    }
    return std::unexpected(fmt::format("there is no case '{}'", id));
}

int wrong(const std::string& text) {
    fmt::print("{}\n", text);
    return sim::cli::exit_usage;
}

}  // namespace

int exit_code(sim::Outcome outcome) {
    switch (outcome) {
        case sim::Outcome::fulfilled:
            return sim::cli::exit_fulfilled;
        case sim::Outcome::expectation_failed:
            return sim::cli::exit_expectation_failed;
        case sim::Outcome::nobody_connected:
            return sim::cli::exit_nobody_connected;
        case sim::Outcome::timed_out:
            return sim::cli::exit_timed_out;
    }
    return sim::cli::exit_internal;
}

int play(const PlayOptions& options) {
    auto test = read_case(options.id);
    if (!test) return wrong(test.error());
    if (!options.release.empty()) {
        test->client->release = parse_release(options.release).value_or(test->client->release);
    }
    if (!options.product.empty()) {
        test->client->product = parse_product(options.product).value_or(test->client->product);
    }
    const auto scenario = load_scenario_of(*test, options.seed);
    if (!scenario) return wrong(scenario.error());
    const auto endpoint = transport::parse_endpoint(options.endpoint);
    if (!endpoint) return wrong(endpoint.error());
    sim::ServerOptions server;
    server.listen = {*endpoint};
    server.log_file = options.log;
    program::LineWriter errors(STDERR_FILENO);
    server.log = [&](const std::string& line) {
        errors.write(line + '\n', program::dropped_line_of("confd-conformance"));
    };
    if (test->client->server_secret) {
        const auto secret = as_bytes(server_secret);
        server.secret = Bytes(secret.begin(), secret.end());
    }
    const auto result = sim::serve(*scenario, server);
    if (!result) return wrong(result.error());
    if (result->stopped) return exit_stopped;
    if (result->failure) fmt::print("{}\n", to_string(*result->failure));
    return exit_code(result->outcome);
}

std::span<const sim::BuiltInModule> case_modules() {
    static const auto modules = [] {
        auto out = sim::modules_among(module_files());
        const auto library = sim::library_modules();
        out.insert(out.end(), library.begin(), library.end());
        return out;
    }();
    return modules;
}

std::expected<sim::Scenario, std::string> load_scenario_of(const Case& test, std::uint64_t seed) {
    sim::LoadOptions options;
    options.release = test.client->release;
    options.product = test.client->product;
    options.seed = seed;
    options.built_in_modules = case_modules();
    options.read = [](const std::string&) -> std::expected<std::string, std::string> {
        return std::unexpected("a case includes no files");
    };
    auto scenario = sim::load_scenario(test.played, test.file, options);
    if (!scenario) return std::unexpected(text_of(scenario.error()));
    return std::move(*scenario);
}

}  // namespace confd::kit
