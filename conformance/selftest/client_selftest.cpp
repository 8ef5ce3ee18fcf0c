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
#include "conformance/kit/command.hpp"
#include "conformance/kit/options.hpp"
#include "conformance/kit/registry.hpp"
#include "conformance/kit/report/json.hpp"
#include "conformance/kit/report/summary.hpp"

namespace confd::kit {
namespace {

/// Why each of them failed, of those that the last run returned.
std::map<std::string, std::string> reasons;

/// What is said when other cases failed than those that should: why, of each that should not.
std::string reasons_beside(const std::set<std::string>& meant) {
    std::string out;
    for (const auto& [id, reason] : reasons)
        if (!meant.contains(id)) out += "\n" + id + ": expected " + reason;
    return out;
}

/// Runs the kit and returns what failed; `exit` is its exit code.
std::set<std::string> failures_of(const std::vector<std::string>& client, int& exit,
                                  const std::vector<std::string>& groups = {},
                                  const std::vector<std::string>& options = {}) {
    reasons.clear();
    const TemporaryFolder folder;
    const auto report = (folder.path() / "report.json").string();
    std::vector<std::string> words{
        CONFD_CONFORMANCE,      "client", "--strict", "--jobs", "24", "--timeout", "10", "--out",
        folder.path().string(), "--json", report};
    // Not at 127.0.0.1: these tests make more connections than there are ports, and those that are
    // over keep theirs for a minute.
    words.insert(words.end(), {"--host", "127.0.0.2"});
    words.insert(words.end(), options.begin(), options.end());
    for (const auto& group : groups)
        words.insert(words.end(), {"--filter", "client/" + group + "/*"});
    // Whether the bytes before a reset arrive is chance, and some mutants depend on them.
    if (!groups.empty()) words.insert(words.end(), {"--exclude", "client/frames/cut-off-reset"});
    words.emplace_back("--");
    words.insert(words.end(), client.begin(), client.end());
    auto command = Command::start(
        {.arguments = words, .input = {}, .variables = {"CONFD_LISTEN=" CONFD_LISTEN}});
    EXPECT_TRUE(command.has_value());
    if (!command) return {};
    EXPECT_TRUE(command->wait_until(Command::Clock::now() + std::chrono::seconds(100)));
    exit = command->exit_code().value_or(-1);
    const auto loaded = read_run_file(report);
    EXPECT_TRUE(loaded.has_value()) << command->output() << command->errors();
    std::set<std::string> out;
    if (!loaded) return out;
    for (const auto& result : loaded->run.results) {
        if (!is_failure(result.status)) continue;
        out.insert(result.test->id);
        reasons[result.test->id] = result.expected + "; " + result.reason;
    }
    return out;
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

TEST(ReferenceClient, PassesEveryCase) {
    int exit = -1;
    EXPECT_EQ(failures_of({REFERENCE_CLIENT}, exit), std::set<std::string>{}) << reasons_beside({});
    EXPECT_EQ(exit, 0);
}

TEST(MutantClient, PassesEveryCaseWithoutAMutation) {
    int exit = -1;
    EXPECT_EQ(failures_of({MUTANT_CLIENT}, exit), std::set<std::string>{}) << reasons_beside({});
    EXPECT_EQ(exit, 0);
}

/// Diffs are not everybody's business: a client that opens no MAAPI socket is not judged on them,
/// and a run of nothing else has no verdict.
TEST(ClientWithoutMaapi, IsNotJudgedOnDiffs) {
    int exit = -1;
    EXPECT_EQ(failures_of({MUTANT_CLIENT, "no-maapi"}, exit, {"maapi"}), std::set<std::string>{});
    EXPECT_EQ(exit, exit_nothing);
}

/// Unless it is said to read them.
TEST(ClientWithoutMaapi, IsJudgedOnDiffsWhenItClaimsToReadThem) {
    int exit = -1;
    const std::vector<std::string> claims{"--features", "mask,acks,diffs", "--filter",
                                          "client/maapi/read-before-done"};
    EXPECT_EQ(failures_of({MUTANT_CLIENT, "no-maapi"}, exit, {}, claims),
              std::set<std::string>{"client/maapi/read-before-done"});
    EXPECT_EQ(exit, exit_failed);
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
    int exit = -1;
    // Says which cases differ, however many there are.
    EXPECT_THAT(failures_of({MUTANT_CLIENT, GetParam().name}, exit, GetParam().groups),
                testing::ContainerEq(GetParam().fails))
        << reasons_beside(GetParam().fails);
    EXPECT_EQ(exit, 1);
}

INSTANTIATE_TEST_SUITE_P(All, MutantClients, testing::ValuesIn(read_mutants()),
                         [](const auto& mutant) {
                             auto name = mutant.param.name;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

}  // namespace
}  // namespace confd::kit
