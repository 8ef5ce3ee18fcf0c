// SPDX-License-Identifier: Apache-2.0
// confd-conformance: the command line.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <sstream>

#include "conformance/kit/client/play.hpp"
#include "conformance/kit/explain.hpp"
#include "conformance/kit/model/registry.hpp"
#include "conformance/kit/report/html.hpp"
#include "conformance/kit/report/json.hpp"
#include "conformance/kit/report/junit.hpp"
#include "conformance/kit/report/terminal.hpp"
#include "conformance/kit/run/interruption.hpp"
#include "conformance/kit/run/parts.hpp"
#include "conformance/kit/run/quote.hpp"
#include "program/about.hpp"
#include "program/command_line.hpp"
#include "program/line_writer.hpp"
#include "report/file.hpp"
#include "text/mask.hpp"

namespace {

using namespace confd;
using namespace confd::kit;

/// The command line as it was given.
struct Raw {
    Options options;
    ClientOptions client;
    ServerOptions server;
    CodecOptions codec;
    PlayOptions play;
    std::string features, mask, release, product;
    std::chrono::milliseconds total_timeout{};
    std::vector<std::string> reports;
    std::string id;
    bool has_features = false;
};

[[noreturn]] void wrong(const std::string& text) {
    throw CLI::ValidationError(text);
}

void add_filters(CLI::App& app, Options& options) {
    constexpr auto all = CLI::MultiOptionPolicy::TakeAll;
    app.add_option("--filter", options.filters, "Only cases whose ID fits: 'client/ack/*'")
        ->type_name("GLOB")
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(all);
    app.add_option("--exclude", options.exclusions, "No cases whose ID fits")
        ->type_name("GLOB")
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(all);
}

void add_run_options(CLI::App& app, Raw& raw) {
    auto& options = raw.options;
    add_filters(app, options);
    app.add_option("--features", raw.features, "What the peer does; other cases are skipped")
        ->type_name("NAME,..");
    app.add_flag("--strict", options.strict, "A SHOULD that is not kept is a failure too");
    program::add_count(app, "--jobs", options.jobs, 1, max_jobs, "Cases at the same time");
    program::add_seconds(app, "--timeout", options.timeout, "Seconds that a case may take [20]");
    program::add_seconds(app, "--total-timeout", raw.total_timeout,
                         "Seconds that the run may take");
    program::add_count(app, "--seed", options.seed, 0, UINT64_MAX, "Seed of everything random");
    app.add_option("--expect-fail", options.expect_fail,
                   "File with IDs of cases that are known to fail; one that passes fails the run")
        ->type_name("FILE");
    app.add_option("--name", options.name, "What to call the peer in reports")->type_name("NAME");
    app.add_option("--out", options.out, "Folder for what is known of failures")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_option("--junit", options.junit, "Write a report as JUnit XML")->type_name("FILE");
    app.add_option("--json", options.json, "Write a report as JSON")->type_name("FILE");
    app.add_option("--html", options.html, "Write a report as one page")->type_name("FILE");
}

void add_wire_options(CLI::App& app, Raw& raw) {
    app.add_option("--release", raw.release, "The release that the peer speaks, such as 7.8")
        ->type_name("RELEASE");
    app.add_option("--product", raw.product, "confd or nso")->type_name("PRODUCT");
}

void add_command(CLI::App& app, Options& options) {
    app.add_option("COMMAND", options.command, "The program under test and its arguments, after --")
        ->type_name("");
}

CLI::App* add_client(CLI::App& app, Raw& raw) {
    auto* command = app.add_subcommand("client", "Judge a client: the kit plays the server");
    add_run_options(*command, raw);
    add_wire_options(*command, raw);
    command->add_option("--mask", raw.mask, "What the client asks for, when it cannot be told")
        ->type_name("NAME,..");
    command->add_flag("--attach", raw.client.attach,
                      "The client runs already and connects to --port again and again");
    program::add_count(*command, "--port", raw.client.port, 0, UINT16_MAX,
                       "Where to listen; 0 for any free port")
        ->type_name("PORT");
    command->add_option("--host", raw.client.host, "Address to listen on [127.0.0.1]")
        ->type_name("ADDRESS");
    program::add_seconds(*command, "--grace", raw.client.grace,
                         "Seconds for the client to end by itself, and after SIGTERM [1]");
    add_command(*command, raw.options);
    return command;
}

CLI::App* add_server(CLI::App& app, Raw& raw) {
    auto* command = app.add_subcommand("server", "Judge a server: the kit is the client");
    add_run_options(*command, raw);
    add_wire_options(*command, raw);
    command
        ->add_option("--target", raw.server.target,
                     "HOST:PORT, or a UNIX socket: /PATH or unix:PATH")
        ->type_name("ADDRESS")
        ->required();
    command->add_option("--trigger", raw.server.trigger, "Shell command that causes {event}")
        ->type_name("COMMAND");
    command->add_option("--access-file", raw.server.access_file, "File with the access secret")
        ->type_name("FILE");
    command->add_flag("--maapi", raw.server.maapi,
                      "The server has MAAPI: refusing a socket for it is a failure");
    return command;
}

CLI::App* add_codec(CLI::App& app, Raw& raw) {
    auto* command = app.add_subcommand("codec", "Judge a decoder of payloads");
    add_run_options(*command, raw);
    add_wire_options(*command, raw);
    add_command(*command, raw.options);
    return command;
}

/// The kit's own server for one case: nobody needs to know of it.
CLI::App* add_play(CLI::App& app, PlayOptions& options) {
    auto* command = app.add_subcommand("play")->group("");
    command->add_option("ID", options.id)->required();
    command->add_option("--listen", options.endpoint)->required();
    command->add_option("--log", options.log)->required();
    command->add_option("--seed", options.seed);
    command->add_option("--release", options.release);
    command->add_option("--product", options.product);
    return command;
}

constexpr const char* features[] = {"mask",     "acks",      "output",    "streams",
                                    "releases", "products",  "intervals", "access",
                                    "unix",     "reconnect", "diffs"};

void read_features(Raw& raw) {
    if (!raw.has_features) return;
    raw.options.features.emplace();
    std::istringstream words(raw.features);
    for (std::string word; std::getline(words, word, ',');) {
        if (std::ranges::find(features, word) == std::end(features))
            wrong(fmt::format("--features: '{}' is none of {}", word, fmt::join(features, ", ")));
        raw.options.features->insert(word);
    }
}

void read_wire(Raw& raw) {
    if (!raw.release.empty()) {
        raw.client.release = parse_release(raw.release);
        if (!raw.client.release) wrong("--release: expected a release from 6.0 to 8.9");
        raw.server.release = raw.codec.release = *raw.client.release;
    }
    if (!raw.product.empty()) {
        raw.client.product = parse_product(raw.product);
        if (!raw.client.product) wrong("--product: expected confd or nso");
        raw.server.product = raw.codec.product = *raw.client.product;
    }
    if (raw.mask.empty()) return;
    const auto mask = parse_mask(raw.mask);
    if (!mask) wrong("--mask: " + mask.error());
    raw.client.mask = *mask;
}

void finish(Raw& raw, const CLI::App& command) {
    raw.has_features = command.count("--features") > 0;
    read_features(raw);
    read_wire(raw);
    if (raw.total_timeout.count() > 0) raw.options.total_timeout = raw.total_timeout;
    if (raw.options.name.empty()) {
        const std::filesystem::path program =
            raw.options.command.empty() ? "" : raw.options.command.front();
        raw.options.name = program.empty() ? raw.server.target : program.filename().string();
    }
}

/// The words of the command line that one case needs as well as all.
std::string rerun_words(int argc, char** argv) {
    constexpr std::string_view left_out[] = {"--filter", "--exclude", "--jobs",       "--junit",
                                             "--json",   "--html",    "--expect-fail"};
    std::string out = quote(argv[0]);
    for (int i = 1; i < argc; ++i) {
        const std::string_view word(argv[i]);
        if (word == "--") break;
        const auto name = word.substr(0, word.find('='));
        if (std::ranges::find(left_out, name) == std::end(left_out)) {
            out += " " + quote(word);
        } else if (name == word) {
            ++i;  // its value
        }
    }
    return out;
}

std::expected<Judge, std::string> judge_of(Part part, const Raw& raw) {
    switch (part) {
        case Part::client:
            return client_judge(raw.options, raw.client);
        case Part::server:
            return server_judge(raw.options, raw.server);
        case Part::codec:
            break;
    }
    return codec_judge(raw.options, raw.codec);
}

/// Says what is wrong, if anybody reads it.
void complain(const std::string& text) {
    program::LineWriter(STDERR_FILENO).write(fmt::format("confd-conformance: {}\n", text));
}

int usage(const std::string& text) {
    complain(text);
    return exit_usage;
}

bool write_report(const std::filesystem::path& path, const std::string& text) {
    const auto written = report::write_report(path, text);
    if (!written) complain(written.error());
    return written.has_value();
}

bool write_reports(const Run& run, const Options& options) {
    bool good = true;
    const Run* const runs[] = {&run};
    if (!options.junit.empty()) good = write_report(options.junit, to_junit(run)) && good;
    if (!options.json.empty()) good = write_report(options.json, to_json_text(run)) && good;
    if (!options.html.empty()) good = write_report(options.html, to_html(runs)) && good;
    return good;
}

int print(const std::string& text) {
    return program::print_output("confd-conformance", text);
}

/// What is said at the end stays readable in a pager: it has so long from one page to the next.
constexpr std::chrono::seconds last_words{10};

int run_part(Part part, const Raw& raw) {
    const auto judge = judge_of(part, raw);
    if (!judge) return usage(judge.error());
    const Interruption interruption;
    const auto style = terminal_style(STDOUT_FILENO);
    // Cases are judged whether or not this is read: the verdict is in the exit code and the
    // reports.
    program::LineWriter out(STDOUT_FILENO);
    const auto say = [&](std::string text) {
        out.write(std::move(text), program::dropped_line_of("confd-conformance"));
    };
    const auto outcome =
        run_cases(part, raw.options, *judge,
                  [&](const kit::Result& result, std::size_t done, std::size_t total) {
                      say(progress(result, done, total, style));
                  });
    if (!outcome) return usage(outcome.error());
    say(summary(outcome->run, style));
    const bool good = write_reports(outcome->run, raw.options);
    out.finish(last_words);
    if (outcome->unjudged > 0) {
        complain(fmt::format("{} ended the run: {} of {} cases were not judged", interrupted_by(),
                             outcome->unjudged, outcome->run.results.size()));
    }
    return good ? outcome->exit : exit_internal;
}

int list(const Options& options) {
    std::vector<const Case*> cases;
    for (const auto part : {Part::client, Part::server, Part::codec}) {
        const auto some = select(part, options.filters, options.exclusions);
        cases.insert(cases.end(), some.begin(), some.end());
    }
    if (cases.empty()) return usage("no case matches");
    return print(list_text(cases));
}

int explain(const std::string& id) {
    const auto* test = find_case(id);
    if (test == nullptr) return usage(fmt::format("there is no case '{}'; `list` names all", id));
    return print(explain_text(*test));
}

int merge(const std::vector<std::string>& files, const std::filesystem::path& html) {
    const std::vector<std::filesystem::path> paths(files.begin(), files.end());
    const auto page = html_of_reports(paths);
    if (!page) return usage(page.error());
    return write_report(html, *page) ? exit_passed : exit_internal;
}

constexpr program::Completed completed[] = {{"GLOB", "confd-conformance list"},
                                            {"ID", "confd-conformance list"}};

int dispatch(int argc, char** argv) {
    Raw raw;
    CLI::App app("Judges clients, servers and decoders of ConfD and NSO event notifications.",
                 "confd-conformance");
    app.require_subcommand(1);
    program::add_about(app, program::Libraries::simulator, completed);
    auto* client = add_client(app, raw);
    auto* server = add_server(app, raw);
    auto* codec = add_codec(app, raw);
    auto* list_command = app.add_subcommand("list", "Name the cases");
    add_filters(*list_command, raw.options);
    auto* explain_command = app.add_subcommand("explain", "Say all about a case");
    explain_command->add_option("ID", raw.id)->required();
    auto* report_command = app.add_subcommand("report", "Make one page of several JSON reports");
    report_command->add_option("FILE", raw.reports)->required();
    report_command->add_option("--html", raw.options.html)->required();
    auto* play_command = add_play(app, raw.play);
    try {
        app.parse(argc, argv);
        for (const auto* command : {client, server, codec})
            if (command->parsed()) finish(raw, *command);
    } catch (const CLI::ParseError& error) {
        return program::print_help(app, argc, argv, error, exit_usage);
    }
    raw.options.rerun = rerun_words(argc, argv);
    if (play_command->parsed()) return play(raw.play);
    if (list_command->parsed()) return list(raw.options);
    if (explain_command->parsed()) return explain(raw.id);
    if (report_command->parsed()) return merge(raw.reports, raw.options.html);
    const auto part = client->parsed()   ? Part::client
                      : server->parsed() ? Part::server
                                         : Part::codec;
    return run_part(part, raw);
}

}  // namespace

int main(int argc, char** argv) {
    // A reader of reports or of the output that goes away is a failed write; the run goes on.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return dispatch(argc, argv);
    } catch (const std::exception& error) {
        complain(fmt::format("internal error: {}", error.what()));
        return exit_internal;
    }
}
