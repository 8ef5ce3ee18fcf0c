// SPDX-License-Identifier: Apache-2.0
// confd-conformance client against clients that are right, and against mutants: clients that are
// wrong in exactly one way, each of which fails the cases that name it and none that are about
// others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "conformance/kit/client/fit.hpp"
#include "conformance/kit/client/folder.hpp"
#include "conformance/kit/client/play.hpp"
#include "conformance/kit/client/played.hpp"
#include "conformance/kit/model/registry.hpp"
#include "conformance/kit/run/command.hpp"
#include "conformance/kit/run/options.hpp"
#include "conformance/kit/run/parts.hpp"
#include "conformance/selftest/loop_play.hpp"
#include "conformance/selftest/mutant_client.hpp"
#include "conformance/selftest/mutants.hpp"
#include "conformance/selftest/mutations.hpp"
#include "conformance/selftest/vendor_client.hpp"
#include "files/read_file.hpp"
#include "protocol/mask.hpp"

namespace confd::kit {
namespace {

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

/// Every case, or those of some files, that a client like this is judged on.
test::Judged judged_of(const std::string& mutation, const ClientOptions& client = {},
                       const std::vector<std::string>& files = {}) {
    test::Judged out;
    for (const auto* known : select(Part::client, {}, {})) {
        if (!files.empty() && std::ranges::find(files, known->file) == files.end()) continue;
        const auto test = fitted(*known, client);
        if (why_not_for(test, client).empty()) test::note(out, test, judge(test, mutation));
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

TEST(ClientMutants, PassEveryCaseWithoutAMutation) {
    EXPECT_EQ(test::failures_among(judged_of("")), "");
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
    for (const auto* known : select(Part::client, {}, {})) {
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
    EXPECT_EQ(test::failures_among(judged_of("", GetParam().client)), "");
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

/// What no application on the vendor's library can do is no MUST, and the case says why. Each such
/// case names the stand-in.
class LikeTheVendor : public testing::TestWithParam<Product> {};

TEST_P(LikeTheVendor, AClientPassesEveryMust) {
    for (const auto& [test, why] : judged_of(test::like_the_vendor, as(GetParam()))) {
        const auto& named = test->catches;
        const bool known = std::ranges::find(named, test::like_the_vendor) != named.end();
        EXPECT_EQ(known, !why.empty()) << test->id << ": expected " << why;
        if (why.empty()) continue;
        EXPECT_EQ(test->strength, Strength::should) << test->id << ": expected " << why;
        EXPECT_FALSE(test->note.empty()) << test->id;
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

TEST(ClientMutants, AreNamedByTheCasesThatCatchThem) {
    EXPECT_EQ(test::wrong_names(Part::client, test::client_mutations), "");
}

class MutantClients : public testing::TestWithParam<std::string_view> {};

TEST_P(MutantClients, FailTheCasesMeantForThem) {
    const std::string name(GetParam());
    auto judged = judged_of(name);
    EXPECT_EQ(test::wrong_failures(Part::client, name, judged), "");
    // Schemas and diffs take their time, and are read in the same way from both products.
    const auto files = test::files_about(Part::client, name);
    const bool diffs_only = std::ranges::all_of(
        files, [](const std::string& file) { return file.starts_with("client/maapi."); });
    if (!diffs_only) {
        const auto of_nso = judged_of(name, as(Product::nso), files);
        EXPECT_EQ(test::wrong_failures(Part::client, name, of_nso), "");
        for (const auto& [test, why] : of_nso)
            if (!why.empty()) judged[test] = why;
    }
    EXPECT_EQ(test::idle_permissions(Part::client, name, judged), "");
}

INSTANTIATE_TEST_SUITE_P(All, MutantClients, testing::ValuesIn(test::client_mutations),
                         [](const auto& mutant) {
                             return test::test_name(std::string(mutant.param));
                         });

}  // namespace
}  // namespace confd::kit
