// confd-conformance client against clients that are right, and against mutants: clients that are
// wrong in exactly one way, each of which fails the cases meant for it and no others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "conformance/kit/client/folder.hpp"
#include "conformance/kit/client/play.hpp"
#include "conformance/kit/client/played.hpp"
#include "conformance/kit/command.hpp"
#include "conformance/kit/options.hpp"
#include "conformance/kit/registry.hpp"
#include "conformance/selftest/loop_play.hpp"
#include "conformance/selftest/mutant_client.hpp"

namespace confd::kit {
namespace {

/// What failed, and why.
using Failures = std::map<std::string, std::string>;

std::set<std::string> ids_of(const Failures& failures) {
    std::set<std::string> out;
    for (const auto& [id, reason] : failures)
        out.insert(id);
    return out;
}

/// What is said when other cases failed than those that should: why, of each that should not.
std::string reasons_beside(const Failures& failures, const std::set<std::string>& meant) {
    std::string out;
    for (const auto& [id, reason] : failures)
        if (!meant.contains(id)) out += "\n" + id + ": expected " + reason;
    return out;
}

std::vector<const Case*> cases_of(const std::vector<std::string>& groups) {
    std::vector<std::string> filters;
    for (const auto& group : groups)
        filters.push_back("client/" + group + "/*");
    return select(Part::client, filters, {});
}

/// The scenario of a case, read once.
const sim::Scenario& scenario_of(const Case& test) {
    static std::map<std::string, sim::Scenario> scenarios;
    const auto found = scenarios.find(test.id);
    if (found != scenarios.end()) return found->second;
    return scenarios.emplace(test.id, load_scenario_of(test, 0).value()).first->second;
}

Result judge(const Case& test, const std::string& mutation, Options options = {}) {
    options.timeout = std::chrono::seconds(10);
    const auto played = test::play_on_loop(test, scenario_of(test), options, [&](test::Host& host) {
        test::run_mutant_client(mutation, host);
    });
    return judge_played(test, options, played).result;
}

Failures failures_of(const std::string& mutation, const std::vector<std::string>& groups = {}) {
    Failures out;
    for (const auto* test : cases_of(groups)) {
        const auto result = judge(*test, mutation);
        if (result.status == Status::passed) continue;
        out[test->id] = result.expected + "; " + result.reason;
    }
    return out;
}

/// The kit as its users run it.
Command run_kit(std::vector<std::string> options, const std::vector<std::string>& client) {
    options.insert(options.begin(), CONFD_CONFORMANCE);
    options.emplace_back("--");
    options.insert(options.end(), client.begin(), client.end());
    auto command = Command::start(
        {.arguments = options, .input = {}, .variables = {"CONFD_LISTEN=" CONFD_LISTEN}});
    EXPECT_TRUE(command.has_value());
    EXPECT_TRUE(command->wait_until(Command::Clock::now() + std::chrono::seconds(600)));
    return std::move(*command);
}

TEST(ClientCases, AreSixtyAndTheirScenariosAreRight) {
    const auto cases = select(Part::client, {}, {});
    EXPECT_GE(cases.size(), 60U);
    for (const auto* test : cases) {
        const auto scenario = load_scenario_of(*test, 0);
        EXPECT_TRUE(scenario.has_value()) << (scenario ? "" : scenario.error());
        EXPECT_FALSE(test->requirements.empty()) << test->id;
        // One that runs on by itself would pass a client that has not started yet.
        EXPECT_THAT(test->script, testing::ContainsRegex("(await|expect):")) << test->id;
    }
}

TEST(Globs, StarsStandForAnything) {
    EXPECT_TRUE(matches("client/ack/*", "client/ack/diff-once"));
    EXPECT_TRUE(matches("*once", "client/ack/diff-once"));
    EXPECT_TRUE(matches("*/ack/*-?nce", "client/ack/diff-once"));
    EXPECT_FALSE(matches("client/ack", "client/ack/diff-once"));
    EXPECT_FALSE(matches("*twice", "client/ack/diff-once"));
}

/// A run that judges nothing has no verdict, and must not look like a pass.
TEST(Runs, InWhichEveryCaseIsSkippedAreNoPass) {
    const TemporaryFolder folder;
    auto command = Command::start(
        {.arguments = {CONFD_CONFORMANCE, "server", "--target", (folder.path() / "nobody").string(),
                       "--filter", "server/sync/*", "--out", folder.path().string()},
         .input = {},
         .variables = {}});
    ASSERT_TRUE(command.has_value());
    ASSERT_TRUE(command->wait_until(Command::Clock::now() + std::chrono::seconds(20)));
    EXPECT_EQ(command->exit_code(), exit_nothing);
    EXPECT_NE(command->output().find("nothing was judged"), std::string::npos) << command->output();
}

TEST(MutantClient, PassesEveryCaseWithoutAMutation) {
    const auto failures = failures_of("");
    EXPECT_EQ(ids_of(failures), std::set<std::string>{}) << reasons_beside(failures, {});
}

/// Diffs are not everybody's business: a client that opens no MAAPI socket is not judged on them.
TEST(ClientWithoutMaapi, IsNotJudgedOnDiffs) {
    for (const auto* test : cases_of({"maapi"}))
        EXPECT_EQ(judge(*test, "no-maapi").status, Status::skipped) << test->id;
}

/// Unless it is said to read them.
TEST(ClientWithoutMaapi, IsJudgedOnDiffsWhenItClaimsToReadThem) {
    Options options;
    options.features = {"mask", "acks", "diffs"};
    const auto* test = find_case("client/maapi/read-before-done");
    ASSERT_NE(test, nullptr);
    EXPECT_EQ(judge(*test, "no-maapi", options).status, Status::failed);
}

// What only processes and sockets show: one client that is right, and one for each way to end.

TEST(Processes, TheReferenceClientPassesEveryCase) {
    const TemporaryFolder folder;
    const auto report = (folder.path() / "report.json").string();
    const auto kit = run_kit({"client", "--strict", "--jobs", "4", "--timeout", "120", "--out",
                              folder.path().string(), "--json", report},
                             {REFERENCE_CLIENT});
    EXPECT_EQ(kit.exit_code(), exit_passed) << kit.output() << kit.errors();
}

struct Way {
    const char* mutation;
    const char* test;
    const char* reason;
};

TEST(Processes, TheirEndsAreTold) {
    const Way ways[] = {
        {"crashes-when-refused", "client/refused/no-stream", "was killed by signal 6"},
        {"hangs-when-refused", "client/refused/no-stream", "kept the connection open"},
        {"acks-twice", "client/ack/audit-sync-once", "sync_audit_notification(17)"},
    };
    for (const auto& way : ways) {
        const TemporaryFolder folder;
        const auto kit = run_kit({"client", "--strict", "--timeout", "120", "--filter", way.test,
                                  "--out", folder.path().string()},
                                 {MUTANT_CLIENT, way.mutation});
        EXPECT_EQ(kit.exit_code(), exit_failed) << way.mutation;
        EXPECT_THAT(kit.output(), testing::HasSubstr(way.reason)) << way.mutation;
    }
}

struct Mutant {
    std::string name;
    std::vector<std::string> groups;
    std::set<std::string> fails;
};
void PrintTo(const Mutant& mutant, std::ostream* out) {
    *out << mutant.name;
}

/// conformance/selftest/client_mutants.txt: a mutation, the groups it is run against, and the cases
/// that fail it.
std::vector<Mutant> read_mutants() {
    std::vector<Mutant> out;
    std::ifstream file(CONFD_SOURCE_DIR "/conformance/selftest/client_mutants.txt");
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.starts_with('#')) continue;
        std::istringstream words(line);
        Mutant mutant;
        words >> mutant.name;
        for (std::string group; !group.ends_with(':') && words >> group;)
            mutant.groups.push_back(group.substr(0, group.find(':')));
        for (std::string id; words >> id;)
            mutant.fails.insert("client/" + id);
        out.push_back(std::move(mutant));
    }
    return out;
}

class MutantClients : public testing::TestWithParam<Mutant> {};

TEST_P(MutantClients, FailTheCasesMeantForThem) {
    const auto failures = failures_of(GetParam().name, GetParam().groups);
    // Says which cases differ, however many there are.
    EXPECT_THAT(ids_of(failures), testing::ContainerEq(GetParam().fails))
        << reasons_beside(failures, GetParam().fails);
}

INSTANTIATE_TEST_SUITE_P(All, MutantClients, testing::ValuesIn(read_mutants()),
                         [](const auto& mutant) {
                             auto name = mutant.param.name;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

}  // namespace
}  // namespace confd::kit
