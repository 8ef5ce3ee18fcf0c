// SPDX-License-Identifier: Apache-2.0
// The scenarios of scenarios/, each played over real sockets by the command lines that it names,
// and what is said about them elsewhere.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "simulator/faults/fault.hpp"
#include "simulator/library/library.hpp"
#include "simulator/scenario/json_schema.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/tests/process.hpp"
#include "simulator/tests/support.hpp"

namespace confd::sim {
namespace {

using test::Client;
using test::client_config;
using test::Deadline;
using test::Process;
using test::Simulator;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::uint32_t audit_sync = NOTIF_AUDIT | NOTIF_AUDIT_SYNC;

std::string contents(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_TRUE(file.is_open()) << path;
    return text.str();
}

const std::filesystem::path& folder() {
    static const std::filesystem::path path(CONFD_SOURCE_DIR "/scenarios");
    return path;
}

std::string path_of(const std::string& name) {
    return (folder() / (name + ".yaml")).string();
}

/// The names of all files in scenarios/.
std::vector<std::string> names() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
        if (entry.path().extension() == ".yaml") out.push_back(entry.path().stem());
    }
    std::ranges::sort(out);
    return out;
}

bool has_key(const std::string& text, std::string_view key) {
    return text.find(fmt::format("\n{}:", key)) != std::string::npos;
}

std::vector<std::string> playable() {
    auto out = names();
    std::erase_if(out, [](const auto& name) { return !has_key(contents(path_of(name)), "try"); });
    return out;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
    auto name = info.param;
    std::ranges::replace(name, '-', '_');
    return name;
}

// ---- Playing ----

/// What `try` says of the server's command line, or `confd-sim run NAME` and exit code 0.
TryIt server_of(const Scenario& scenario) {
    const auto& tries = scenario.tries;
    const auto found = std::ranges::find_if(
        tries, [](const auto& one) { return one.run.starts_with("confd-sim "); });
    return found == tries.end() ? TryIt{.run = "confd-sim run " + scenario.name} : *found;
}

/// Its arguments, with the file and a free port.
std::vector<std::string> arguments_of(const std::string& run, const std::string& name) {
    std::istringstream words(run);
    std::vector<std::string> out;
    for (std::string word; words >> word;)
        out.push_back(word == name ? path_of(name) : word);
    out.erase(out.begin());
    out.insert(out.end(), {"--listen", "127.0.0.1:0"});
    return out;
}

/// A command line of `try`, with confd-listen found and the address in the environment.
Process start(const TryIt& one, std::uint16_t port) {
    const auto folder = std::filesystem::path(CONFD_LISTEN).parent_path().string();
    const char* path = std::getenv("PATH");
    const auto number = std::to_string(port);
    return {
        "/bin/sh",
        {"-c", one.run},
        {fmt::format("PATH={}:{}", folder, path == nullptr ? "" : path), "CONFD_IPC_ADDR=127.0.0.1",
         "NCS_IPC_ADDR=127.0.0.1", "CONFD_IPC_PORT=" + number, "NCS_IPC_PORT=" + number}};
}

std::size_t occurrences(const std::string& text, std::string_view what) {
    std::size_t count = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++count;
    return count;
}

/// Connections that were answered one way or the other.
std::size_t served(const Simulator& sim) {
    return occurrences(sim.text(), " connected from ") + occurrences(sim.text(), " turned down");
}

/// Waits until the simulator has answered so many, or the client has ended: only then does the next
/// one start, so that they come in the order in which they are written.
void wait_until_served(Simulator& sim, std::size_t count, Process& client) {
    const Deadline deadline;
    while (served(sim) < count) {
        // The one prints on standard error, the other on standard output.
        std::array<pollfd, 2> entries{pollfd{sim.errors_fd(), POLLIN, 0},
                                      pollfd{client.output_fd(), POLLIN, 0}};
        ASSERT_GT(::poll(entries.data(), entries.size(), deadline.remaining()), 0) << sim.text();
        sim.drain();
        client.drain();
        if (sim.errors_fd() < 0 || client.output_fd() < 0) return;
    }
}

std::size_t events_in(const std::string& output) {
    std::istringstream lines(output);
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);)
        if (!line.starts_with("  ")) ++count;
    return count;
}

struct Library : testing::TestWithParam<std::string> {};

TEST_P(Library, IsPlayedByTheCommandLinesItNames) {
    const auto& name = GetParam();
    const auto scenario = load_scenario_file(path_of(name));
    ASSERT_TRUE(scenario);
    const auto server = server_of(*scenario);
    auto tries = scenario->tries;
    std::erase_if(tries, [&](const auto& one) { return one.run == server.run; });
    Simulator sim(arguments_of(server.run, name));
    const auto port = sim.port();
    std::vector<std::unique_ptr<Process>> clients;
    for (const auto& one : tries) {
        clients.emplace_back(new Process(start(one, port)));
        wait_until_served(sim, clients.size(), *clients.back());
    }
    for (std::size_t i = 0; i < clients.size(); ++i) {
        const auto& one = tries[i];
        auto& client = *clients[i];
        EXPECT_EQ(client.exit_code(), one.exits) << one.run << "\n" << client.text();
        if (one.prints) EXPECT_EQ(events_in(client.text()), *one.prints) << one.run;
    }
    EXPECT_EQ(sim.exit_code(), server.exits) << sim.text();
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Library, testing::ValuesIn(playable()), test_name);

// ---- Clients that confd-listen cannot be ----

TEST(LibraryByHand, AckWrong) {
    Simulator sim({"run", path_of("ack-wrong"), "--listen", "127.0.0.1:0"});
    Client client(sim.port(), client_config(audit_sync));
    ASSERT_TRUE(client.next());
    client.send({AckKind::audit_synced, 99});
    client.send({AckKind::audit_synced, 17});
    client.send({AckKind::audit_synced, 17});
    ASSERT_TRUE(client.next());
    const auto third = client.next();
    ASSERT_TRUE(third);
    EXPECT_THAT(third->get<AuditNotification>()->msg, HasSubstr("has waited enough"));
    client.send({AckKind::audit_synced, 18});
    EXPECT_FALSE(client.next());
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
    EXPECT_THAT(sim.text(), HasSubstr("gave sync_audit_notification(99), for which nothing waits"));
    EXPECT_THAT(sim.text(), HasSubstr("gave sync_audit_notification(17) again"));
    EXPECT_THAT(sim.text(), HasSubstr("gave sync_audit_notification(18) too late"));
}

TEST(LibraryByHand, SlowConsumer) {
    Simulator sim({"run", path_of("slow-consumer"), "--listen", "127.0.0.1:0"});
    const auto port = sim.port();
    Client sleeper(port, client_config(NOTIF_AUDIT | NOTIF_DEVEL));
    ASSERT_TRUE(sleeper.subscribe());
    Client watcher(port, client_config(NOTIF_AUDIT | NOTIF_DAEMON));
    std::vector<std::string> lines;
    for (const auto& event : watcher.listen()) {
        const auto* line = event.get<SyslogNotification>();
        lines.push_back(line == nullptr ? event.get<AuditNotification>()->msg : line->msg);
    }
    sleeper.disconnect();
    EXPECT_EQ(sim.exit_code(), 0) << sim.text().substr(0, 1000);
    ASSERT_THAT(lines, SizeIs(3)) << "the events before and after, and the daemon's line";
    EXPECT_EQ(lines.front(), "before");
    EXPECT_EQ(lines.back(), "after");
}

TEST(LibraryByHand, AuditSyncSessionsGoOnWhileOneIsHeldBack) {
    Simulator sim({"run", path_of("audit-sync-sessions"), "--listen", "127.0.0.1:0"});
    Client client(sim.port(), client_config(audit_sync));
    int others = 0;
    while (others < 3) {
        const auto event = client.next();
        ASSERT_TRUE(event);
        if (event->get<AuditNotification>()->usid == 17) continue;
        ++others;
        client.send({AckKind::audit_synced, 18});
    }
    EXPECT_EQ(sim.line_after("session 18 is through"), "");
    EXPECT_THAT(sim.text(), testing::Not(HasSubstr("session 17 goes on")));
    client.send({AckKind::audit_synced, 17});
    EXPECT_FALSE(client.next());
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
}

TEST(LibraryByHand, TheDeadlineNamesWhoDidNotAnswer) {
    Simulator sim({"run", path_of("ack-deadline"), "--listen", "127.0.0.1:0"});
    const auto port = sim.port();
    Client careful(port, client_config(NOTIF_COMMIT_DIFF | NOTIF_COMMIT_SIMPLE));
    Client forgetful(port, client_config(NOTIF_COMMIT_DIFF));
    ASSERT_TRUE(careful.subscribe());
    ASSERT_TRUE(forgetful.subscribe());
    EXPECT_THAT(careful.listen(), SizeIs(1));
    EXPECT_THAT(forgetful.listen(false), SizeIs(1));
    EXPECT_EQ(sim.exit_code(), 4);
    EXPECT_THAT(sim.text(),
                testing::ContainsRegex("ack-deadline.yaml:26:5: barrier: expected every "
                                       "acknowledgement of 'commit' within 500ms, "
                                       "missing subscriber [12] \\(forgetful\\): "
                                       "diff_notification_done\\(1042\\)\n"));
}

// ---- The files ----

TEST(LibraryFiles, OnlyThoseWithATestByHandHaveNoTry) {
    std::set<std::string> without;
    for (const auto& name : names()) {
        if (!has_key(contents(path_of(name)), "try")) without.insert(name);
    }
    // The reader that dies is in simulator/maapi/tests.
    EXPECT_THAT(without, testing::ElementsAre("ack-wrong", "commit-diff-reader-dies", "serve",
                                              "slow-consumer"));
}

TEST(LibraryFiles, LoadForEveryReleaseAndProductThatTheyAreFor) {
    for (const auto& name : names()) {
        const auto text = contents(path_of(name));
        for (const auto* release : {"6.6", "7.8", "8.2"}) {
            for (const auto product : {Product::confd, Product::nso}) {
                LoadOptions options;
                if (!has_key(text, "release")) options.release = parse_release(release);
                if (!has_key(text, "product")) options.product = product;
                const auto scenario = load_scenario_file(path_of(name), options);
                ASSERT_TRUE(scenario) << to_string(scenario.error().front());
            }
        }
    }
}

TEST(LibraryFiles, AreNamedAfterThemselvesAndListed) {
    Simulator list({"list"});
    ASSERT_EQ(list.exit_code(), 0);
    for (const auto& name : names()) {
        const auto scenario = load_scenario_file(path_of(name));
        ASSERT_TRUE(scenario) << name;
        EXPECT_EQ(scenario->name, name);
        EXPECT_THAT(contents(path_of(name)), HasSubstr(fmt::format("\nname: {}\ndescription: {}\n",
                                                                   name, scenario->description)));
        const std::regex line(fmt::format("(^|\n){} +", name));
        std::smatch found;
        ASSERT_TRUE(std::regex_search(list.text(), found, line)) << name;
        EXPECT_TRUE(found.suffix().str().starts_with(scenario->description + "\n")) << name;
        const auto* file = find_scenario(name);
        ASSERT_NE(file, nullptr) << name;
        EXPECT_EQ(file->text, contents(path_of(name))) << "configure again";
    }
}

TEST(LibraryFiles, ShowEveryKindOfFault) {
    std::string all;
    for (const auto& name : names())
        all += contents(path_of(name));
    for (const auto& kind : fault_kinds())
        EXPECT_THAT(all, testing::ContainsRegex(fmt::format("kind: {}[,}}]", kind.name)));
}

TEST(LibraryFiles, AreAllInTheReadme) {
    std::string table = "| file | what |\n| --- | --- |\n";
    for (const auto& name : names()) {
        const auto scenario = load_scenario_file(path_of(name));
        ASSERT_TRUE(scenario) << name;
        table += fmt::format("| [{0}]({0}.yaml) | {1} |\n", name, scenario->description);
    }
    EXPECT_THAT(contents(folder() / "README.md"), HasSubstr(table)) << table;
}

// ---- The schema ----

TEST(ScenarioSchema, DocumentIsUpToDate) {
    EXPECT_EQ(contents(folder() / "scenario.schema.json"), scenario_schema_text())
        << "run: confd-sim schema > scenarios/scenario.schema.json";
}

constexpr const char* validate = R"(
import glob, json, sys
import jsonschema, yaml

class Loader(yaml.SafeLoader):
    """Times stay texts, as confd-sim has them."""
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != 'tag:yaml.org,2002:timestamp']
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}

folder = sys.argv[1]
schema = json.load(open(folder + '/scenario.schema.json'))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
bad = 0
files = sorted(glob.glob(folder + '/*.yaml'))
for path in files:
    for error in validator.iter_errors(yaml.load(open(path), Loader)):
        bad += 1
        print(path, list(error.absolute_path), error.message[:300])
broken = [
    'steps: []',
    'format: 2\nsteps: []',
    'format: 1',
    'format: 1\nstepz: []\nsteps: []',
    'format: 1\nsteps: [{sned: {event: NOTIF_AUDIT}}]',
    'format: 1\nsteps: [{await: {rolle: a}}]',
    'format: 1\nsteps: [{delay: soon}]',
    'format: 1\nsteps: [{fault: {kind: earthquake}}]',
    'format: 1\nsteps: [{expect: {ack: {verdict: perhaps}}}]',
    'format: 1\nsteps: [{repeat: {times: 0, steps: []}}]',
    'format: 1\nsteps: [{close: {how: gently}}]',
    'format: 1\nstreams: [{log: []}]\nsteps: []',
]
for text in broken:
    if validator.is_valid(yaml.load(text, Loader)):
        bad += 1
        print('wrongly accepted:', text)
sys.exit(1 if bad or len(files) < 40 else 0)
)";

TEST(ScenarioSchema, AllScenariosObeyItAndBrokenOnesDoNot) {
    const test::TempFile script(validate, ".py");
    Process python("/usr/bin/python3", {script.path(), folder().string()});
    EXPECT_EQ(python.exit_code(), 0) << python.text();
}

// ---- The examples in docs/scenarios.md ----

struct Example {
    std::size_t line = 0;
    std::string text;
};

std::vector<Example> examples() {
    std::istringstream lines(contents(CONFD_SOURCE_DIR "/docs/scenarios.md"));
    std::vector<Example> out;
    bool inside = false;
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (line == "```yaml") {
            inside = true;
            out.push_back({number, {}});
        } else if (line == "```") {
            inside = false;
        } else if (inside) {
            out.back().text += line + "\n";
        }
    }
    return out;
}

/// Steps and parts of a scenario become one, with what examples take for granted.
std::string whole(const Example& example) {
    if (example.text.starts_with("format:")) return example.text;
    std::string out =
        "format: 1\n"
        "include: [parts/people.yaml, parts/interfaces.yaml]\n";
    if (!example.text.starts_with("- ")) return out + example.text + "steps: []\n";
    out +=
        "subscribers: [{role: auditor, must: [NOTIF_AUDIT]}, {role: differ}]\nsteps:\n"
        "  - send: {event: NOTIF_AUDIT, id: login}\n"
        "  - send: {event: NOTIF_COMMIT_DIFF, id: commit}\n";
    std::istringstream lines(example.text);
    for (std::string line; std::getline(lines, line);)
        out += "  " + line + "\n";
    return out;
}

TEST(ScenarioDocs, ExamplesAreGood) {
    const auto all = examples();
    EXPECT_GE(all.size(), 15U);
    for (const auto& example : all) {
        const auto scenario = load_scenario(whole(example), path_of("example"));
        EXPECT_TRUE(scenario) << "docs/scenarios.md:" << example.line << "\n"
                              << to_string(scenario.error().front()) << "\n"
                              << whole(example);
    }
}

}  // namespace
}  // namespace confd::sim
