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
#include <tuple>
#include <vector>

#include "conformance/kit/client/fit.hpp"
#include "conformance/kit/client/folder.hpp"
#include "conformance/kit/client/play.hpp"
#include "conformance/kit/client/played.hpp"
#include "conformance/kit/command.hpp"
#include "conformance/kit/options.hpp"
#include "conformance/kit/parts.hpp"
#include "conformance/kit/registry.hpp"
#include "conformance/selftest/loop_play.hpp"
#include "conformance/selftest/mutant_client.hpp"
#include "conformance/selftest/vendor_client.hpp"
#include "files/read_file.hpp"
#include "protocol/mask.hpp"

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

/// What a client is, as --release and --product say it.
ClientOptions as(std::optional<Product> product, std::optional<Release> release = {}) {
    ClientOptions out;
    out.product = product;
    out.release = release;
    return out;
}

/// The scenario of a case as a client plays it, read once.
const sim::Scenario& scenario_of(const Case& test) {
    using Key = std::tuple<std::string, std::string, Product>;
    static std::map<Key, sim::Scenario> scenarios;
    const Key key{test.id, to_string(test.client->release), test.client->product};
    const auto found = scenarios.find(key);
    if (found != scenarios.end()) return found->second;
    return scenarios.emplace(key, load_scenario_of(test, 0).value()).first->second;
}

Played play(const Case& test, const std::string& mutation, Options& options) {
    options.timeout = std::chrono::seconds(10);
    return test::play_on_loop(test, scenario_of(test), options,
                              [&](test::Host& host) { test::run_mutant_client(mutation, host); });
}

Result judge(const Case& test, const std::string& mutation, Options options = {}) {
    const auto played = play(test, mutation, options);
    return judge_played(test, options, played).result;
}

Failures failures_of(const std::string& mutation, const std::vector<std::string>& groups = {},
                     const ClientOptions& client = {}) {
    Failures out;
    for (const auto* known : cases_of(groups)) {
        const auto test = fitted(*known, client);
        if (!why_not_for(test, client).empty()) continue;
        const auto result = judge(test, mutation);
        if (result.status == Status::passed) continue;
        out[test.id] = result.expected + "; " + result.reason;
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
        // Something that is warned of may not be sent.
        if (scenario && !scenario->warnings.empty()) {
            ADD_FAILURE() << test->id << ": " << to_string(scenario->warnings.front());
        }
        EXPECT_FALSE(test->requirements.empty()) << test->id;
        // One that runs on by itself would pass a client that has not started yet.
        EXPECT_THAT(test->script, testing::ContainsRegex("(await|expect):")) << test->id;
    }
}

TEST(ProtocolPage, HasEachRequirementOnce) {
    constexpr std::string_view begin = "<a id=\"REQ-";
    std::set<std::string_view> ids;
    for (auto page = protocol_page(); page.contains(begin);) {
        page.remove_prefix(page.find(begin) + begin.size());
        EXPECT_TRUE(ids.insert(page.substr(0, page.find('"'))).second)
            << page.substr(0, page.find('"'));
    }
    EXPECT_GT(ids.size(), 100U);
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

struct Peer {
    const char* name;
    ClientOptions client;
};
void PrintTo(const Peer& peer, std::ostream* out) {
    *out << peer.name;
}

class Peers : public testing::TestWithParam<Peer> {};

/// A case that is about no product and no release is played to clients of all.
TEST_P(Peers, ArePlayedWhatIsNotAboutOthers) {
    const auto& peer = GetParam();
    for (const auto* known : cases_of({})) {
        const auto test = fitted(*known, peer.client);
        const auto why = why_not_for(test, peer.client);
        if (!why.empty()) {
            const auto& client = *known->client;
            const auto bits =
                client.mask & ~known_bits({test.client->release.dialect(), test.client->product});
            EXPECT_TRUE(client.about_release || client.about_product || bits != 0)
                << known->id << ": " << why;
            continue;
        }
        const auto& setup = *test.client;
        if (peer.client.product) EXPECT_EQ(setup.product, *peer.client.product) << known->id;
        if (peer.client.release) EXPECT_EQ(setup.release, *peer.client.release) << known->id;
    }
}

TEST_P(Peers, PassEveryCaseWithoutAMutation) {
    const auto failures = failures_of("", {}, GetParam().client);
    EXPECT_EQ(ids_of(failures), std::set<std::string>{}) << reasons_beside(failures, {});
}

INSTANTIATE_TEST_SUITE_P(All, Peers,
                         testing::Values(Peer{"nso", as(Product::nso)},
                                         Peer{"confd_6", as({}, Release{6, 6, 0})},
                                         Peer{"nso_7_7", as(Product::nso, Release{7, 7, 0})},
                                         Peer{"confd_8", as(Product::confd, Release{8, 2, 0})}),
                         [](const auto& peer) { return std::string(peer.param.name); });

TEST(Fit, LeavesToOthersWhatIsAboutThem) {
    const auto why = [](const char* id, const ClientOptions& client) {
        return why_not_for(fitted(*find_case(id), client), client);
    };
    EXPECT_EQ(why("client/events/progress-7x-confd", as(Product::nso)), "the case is about confd");
    EXPECT_EQ(why("client/events/packages", as(Product::confd)), "the case is about nso");
    EXPECT_EQ(why("client/events/logs-6x", as({}, Release{7, 8, 2})),
              "the case is about release 6.6");
    EXPECT_EQ(why("client/events/web-logs", as({}, Release{6, 6, 0})),
              "confd 6.6 has no NOTIF_JSONRPC|NOTIF_WEBUI");
    EXPECT_EQ(why("client/events/logs-7x", as(Product::nso, Release{7, 7, 0})), "");
    auto fixed = as({});
    fixed.mask = NOTIF_AUDIT;
    EXPECT_EQ(why("client/events/ha", fixed), "--mask does not have NOTIF_HA_INFO");
    fixed.attach = true;
    EXPECT_EQ(why("client/access/wrong", fixed),
              "an attached client cannot be given an access file");
}

/// What no application on the vendor's library can do is no MUST, and the case says why.
class LikeTheVendor : public testing::TestWithParam<Product> {};

TEST_P(LikeTheVendor, AClientPassesEveryMust) {
    const auto failures = failures_of(test::like_the_vendor, {}, as(GetParam()));
    for (const auto& [id, reason] : failures) {
        const auto* test = find_case(id);
        EXPECT_EQ(test->strength, Strength::should) << id << ": expected " << reason;
        EXPECT_FALSE(test->note.empty()) << id;
    }
}

INSTANTIATE_TEST_SUITE_P(All, LikeTheVendor, testing::Values(Product::confd, Product::nso),
                         [](const auto& info) { return std::string(to_string(info.param)); });

/// Diffs are not everybody's business: one look tells, before any of the cases.
TEST(ClientWithoutMaapi, IsSeenToReadNoDiffs) {
    const auto* test = find_case(diff_probe);
    ASSERT_NE(test, nullptr);
    Options options;
    EXPECT_TRUE(reads_no_diffs(options, play(*test, "no-maapi", options)));
    EXPECT_FALSE(reads_no_diffs(options, play(*test, "", options)));
    EXPECT_FALSE(reads_no_diffs(options, play(*test, "reads-no-diff", options)));
    EXPECT_EQ(judge(*test, "no-maapi").status, Status::failed);
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

/// Nothing is started for a case that the client is not judged on: neither a server nor a client.
TEST(Processes, AClientWithoutMaapiIsTriedOnceForAllCasesAboutDiffs) {
    const TemporaryFolder folder;
    const auto starts = (folder.path() / "starts").string();
    const auto report = (folder.path() / "report.xml").string();
    const auto kit =
        run_kit({"client", "--timeout", "120", "--jobs", "2", "--filter", "client/maapi/*", "--out",
                 folder.path().string(), "--junit", report},
                {"/bin/sh", "-c", "echo >> " + starts + "; exec \"$0\" no-maapi", MUTANT_CLIENT});
    EXPECT_EQ(kit.exit_code(), exit_nothing) << kit.output() << kit.errors();
    EXPECT_EQ(read_file(starts, 100).value_or(""), "\n");
    const auto xml = read_file(report, 1 << 20).value_or("");
    EXPECT_THAT(xml, testing::HasSubstr("the client opens no MAAPI socket"));
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
    std::vector<ClientOptions> clients{as({})};
    // Schemas and diffs take their time, and are read in the same way from both products.
    if (GetParam().groups != std::vector<std::string>{"maapi"}) clients.push_back(as(Product::nso));
    for (const auto& client : clients) {
        auto meant = GetParam().fails;
        std::erase_if(meant, [&](const std::string& id) {
            return !why_not_for(fitted(*find_case(id), client), client).empty();
        });
        const auto failures = failures_of(GetParam().name, GetParam().groups, client);
        // Says which cases differ, however many there are.
        EXPECT_THAT(ids_of(failures), testing::ContainerEq(meant))
            << reasons_beside(failures, meant);
    }
}

INSTANTIATE_TEST_SUITE_P(All, MutantClients, testing::ValuesIn(read_mutants()),
                         [](const auto& mutant) {
                             auto name = mutant.param.name;
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

}  // namespace
}  // namespace confd::kit
