// SPDX-License-Identifier: Apache-2.0
// The server part: what is right passes every case, what is wrong in one way fails the cases that
// are about it and no others.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "conformance/kit/model/names.hpp"
#include "conformance/kit/model/registry.hpp"
#include "conformance/kit/run/command.hpp"
#include "conformance/kit/run/options.hpp"
#include "conformance/kit/server/run.hpp"
#include "conformance/selftest/loop_reach.hpp"
#include "conformance/selftest/mutant_server.hpp"
#include "conformance/selftest/mutants.hpp"
#include "conformance/selftest/mutations.hpp"
#include "conformance/selftest/triggered_sim.hpp"
#include "simulator/library/library.hpp"

namespace confd::kit::server {
namespace {

using confd::testing::Loopback;
using test::LoopReach;
using test::TriggeredSim;

const std::string folder = std::string(CONFD_SOURCE_DIR) + "/conformance/selftest/";

Bytes to_bytes(std::string_view text) {
    const auto bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

std::vector<const Case*> server_cases() {
    return select(Part::server, {}, {});
}

std::string told(const Result& result) {
    std::string out = fmt::format("{}: {}: expected {}; {}\n", result.test->id,
                                  to_string(result.status), result.expected, result.reason);
    for (const auto& detail : result.details)
        out += "  " + detail + "\n";
    return out + result.output;
}

TEST(ServerCases, EveryScriptCanBeRun) {
    EXPECT_GE(server_cases().size(), 40U);
    for (const auto* test : server_cases())
        EXPECT_EQ(script_fault(*test), "") << test->id;
}

/// A case that triggers events says so: it is skipped without a trigger, and runs alone.
TEST(ServerCases, TriggersAreDeclared) {
    for (const auto* test : server_cases()) {
        const bool triggers = test->script.find("- trigger:") != std::string::npos;
        EXPECT_EQ(triggers, test->needs("trigger")) << test->id;
    }
}

TEST(ServerCases, AreSkippedWithoutATrigger) {
    const auto judge = judge_of(Target{.path = "/nonexistent", .product = Product::nso});
    for (const auto* test : server_cases()) {
        const auto verdict = judge(*test);
        const bool skipped = verdict.result.status == Status::skipped;
        EXPECT_TRUE(skipped || !test->needs("trigger")) << test->id;
        EXPECT_TRUE(skipped || !verdict.reached) << test->id;
    }
}

Target target_of(std::optional<Bytes> secret) {
    Target target{
        .product = Product::nso, .secret = std::move(secret), .trigger = "{event} {count}"};
    target.maapi = true;
    return target;
}

/// Judges a case against a server of its own, in virtual time.
template <class Server>
Result judge_on(Loopback& net, Server& server, const Case& test, const Target& target) {
    LoopReach reach(net, [&server](std::string_view event, int count) {
        const auto job = server.start_job(event, count);
        return [&server, job] { return server.is_done(job); };
    });
    return judge_case(test, target, reach).result;
}

void expect_all_pass(const std::optional<Bytes>& secret) {
    sim::LoadOptions options;
    options.product = Product::nso;
    options.built_in_modules = sim::library_modules();
    const auto scenario = sim::load_scenario_file(folder + "server.yaml", options);
    ASSERT_TRUE(scenario.has_value());
    std::size_t passed = 0;
    for (const auto* test : server_cases()) {
        Loopback net;
        TriggeredSim server(net, *scenario, secret);
        const auto result = judge_on(net, server, *test, target_of(secret));
        passed += result.status == Status::passed ? 1 : 0;
        const bool fine = result.status == Status::passed || result.status == Status::skipped;
        EXPECT_TRUE(fine) << told(result);
    }
    EXPECT_GE(passed, 130U);
}

TEST(Simulator, PassesEveryCase) {
    expect_all_pass(std::nullopt);
}

TEST(Simulator, PassesEveryCaseWithASecret) {
    expect_all_pass(to_bytes("s3cret\n"));
}

/// The number after these words, once the program has printed them; 0 when it does not.
std::string number_after(Command& command, std::string_view words) {
    while (true) {
        const bool ended = command.wait_until(Command::Clock::now() + std::chrono::milliseconds(5));
        const auto text = command.output() + command.errors();
        const auto at = text.find(words);
        const auto end = text.find_first_not_of("0123456789", at + words.size());
        if (at != std::string::npos && end != std::string::npos)
            return text.substr(at + words.size(), end - at - words.size());
        if (!ended) continue;
        ADD_FAILURE() << "no '" << words << "' in: " << text;
        return {};
    }
}

Command start(const std::vector<std::string>& arguments) {
    auto command = Command::start({.arguments = arguments, .input = {}, .variables = {}});
    EXPECT_TRUE(command.has_value());
    return std::move(*command);
}

/// What only processes and sockets show: both programs as their users run them, with cases that
/// need no events and some that do.
TEST(Processes, TheSimulatorPassesOverSockets) {
    auto simulator = start({CONFD_SIM, "run", folder + "server.yaml", "--product", "nso",
                            "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"});
    const auto control = number_after(simulator, "control on http://127.0.0.1:");
    const auto port = number_after(simulator, "listening on 127.0.0.1:");
    std::vector<std::string> kit{
        CONFD_CONFORMANCE, "server",
        "--target",        "127.0.0.1:" + port,
        "--product",       "nso",
        "--trigger",       fmt::format("exec {} {} {{event}} {{count}}", MAKE_EVENT, control),
        "--out",           ::testing::TempDir() + "confd-kit-server"};
    for (const auto* cases : {"access/*", "framing/*", "handshake/*", "sync/audit-held",
                              "sync/ha-held", "sync/commit-held", "filter/audit", "maapi/load-*"})
        kit.insert(kit.end(), {"--filter", std::string("server/") + cases});
    auto run = start(kit);
    EXPECT_TRUE(run.wait_until(Command::Clock::now() + std::chrono::seconds(280)));
    EXPECT_EQ(run.exit_code(), exit_passed) << run.output() << run.errors();
}

Result judge_mutant(const std::string& mutation, const Target& target, const Case& test) {
    Loopback net;
    test::MutantServer server(net, mutation, target.secret);
    return judge_on(net, server, test, target);
}

/// A server without MAAPI is not judged on it, unless it is said to have it.
TEST(ServerWithoutMaapi, IsNotJudgedOnIt) {
    constexpr auto mutation = "has-no-maapi";
    auto target = target_of({});
    target.maapi = false;
    for (const auto* test : select(Part::server, std::vector<std::string>{"server/maapi/*"}, {})) {
        const auto status = judge_mutant(mutation, target, *test).status;
        EXPECT_EQ(status, Status::skipped) << test->id;
    }
}

test::Judged judged_of(const std::string& mutation, const Target& target) {
    test::Judged out;
    for (const auto* test : server_cases())
        test::note(out, *test, judge_mutant(mutation, target, *test));
    return out;
}

TEST(ServerMutants, PassEveryCaseWithoutAMutation) {
    EXPECT_EQ(test::failures_among(judged_of("", target_of({}))), "");
    EXPECT_EQ(test::failures_among(judged_of("", target_of(to_bytes("s3cret")))), "");
}

TEST(ServerMutants, AreNamedByTheCasesThatCatchThem) {
    EXPECT_EQ(test::wrong_names(Part::server, test::server_mutations), "");
}

class MutantServers : public ::testing::TestWithParam<std::string_view> {};

TEST_P(MutantServers, FailTheCasesMeantForThem) {
    const std::string name(GetParam());
    const bool secret = std::ranges::any_of(test::cases_for(Part::server, name),
                                            [](const Case* test) { return test->needs("secret"); });
    const auto judged =
        judged_of(name, target_of(secret ? std::optional(to_bytes("s3cret")) : std::nullopt));
    EXPECT_EQ(test::wrong_failures(Part::server, name, judged), "");
    EXPECT_EQ(test::idle_permissions(Part::server, name, judged), "");
}

INSTANTIATE_TEST_SUITE_P(All, MutantServers, ::testing::ValuesIn(test::server_mutations),
                         [](const auto& mutant) {
                             return test::test_name(std::string(mutant.param));
                         });

}  // namespace
}  // namespace confd::kit::server
