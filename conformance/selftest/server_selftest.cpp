// The server part: what is right passes every case, what is wrong in one way fails the cases that
// are about it and no others.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "conformance/kit/command.hpp"
#include "conformance/kit/names.hpp"
#include "conformance/kit/options.hpp"
#include "conformance/kit/registry.hpp"
#include "conformance/kit/server/run.hpp"
#include "conformance/selftest/loop_reach.hpp"
#include "conformance/selftest/mutant_server.hpp"
#include "conformance/selftest/triggered_sim.hpp"
#include "simulator/library/library.hpp"

namespace confd::kit::server {
namespace {

using confd::testing::Loopback;
using test::LoopReach;
using test::TriggeredSim;
using ::testing::ElementsAreArray;

const std::string folder = std::string(CONFD_SOURCE_DIR) + "/conformance/selftest/";

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

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
        const bool triggers = test->script.find("trigger ") != std::string::npos;
        const bool declared = std::ranges::find(test->features, "trigger") != test->features.end();
        EXPECT_EQ(triggers, declared) << test->id;
    }
}

TEST(ServerCases, AreSkippedWithoutATrigger) {
    const auto judge = judge_of(Target{.path = "/nonexistent", .product = Product::nso});
    for (const auto* test : server_cases()) {
        const auto verdict = judge(*test);
        const bool triggers = test->script.find("trigger ") != std::string::npos;
        const bool skipped = verdict.result.status == Status::skipped;
        EXPECT_TRUE(skipped || !triggers) << test->id;
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
    const auto scenario =
        sim::load_scenario(read_file(folder + "server.yaml"), "server.yaml", options);
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

/// What a server fails whose namespaces are wrong in themselves.
const std::set<std::string> namespace_cases{"maapi/diff-has-nodes", "maapi/load-in-order",
                                            "maapi/load-namespaces"};

struct Mutant {
    const char* name;
    bool secret;
    std::set<std::string> fails;
};

void PrintTo(const Mutant& mutant, std::ostream* out) {
    *out << mutant.name;
}

Result judge_mutant(const Mutant& mutant, const Case& test, bool maapi = true) {
    const auto secret = mutant.secret ? std::optional(to_bytes("s3cret")) : std::nullopt;
    auto target = target_of(secret);
    target.maapi = maapi;
    Loopback net;
    test::MutantServer server(net, mutant.name, secret);
    return judge_on(net, server, test, target);
}

/// A server without MAAPI is not judged on it, unless it is said to have it.
TEST(ServerWithoutMaapi, IsNotJudgedOnIt) {
    const Mutant mutant{"has-no-maapi", false, {}};
    for (const auto* test : select(Part::server, std::vector<std::string>{"server/maapi/*"}, {})) {
        const auto status = judge_mutant(mutant, *test, false).status;
        EXPECT_EQ(status, Status::skipped) << test->id;
    }
    const auto* test = find_case("server/maapi/hello");
    ASSERT_NE(test, nullptr);
    EXPECT_EQ(judge_mutant(mutant, *test).status, Status::failed);
}

class MutantServer : public ::testing::TestWithParam<Mutant> {};

TEST_P(MutantServer, FailsTheCasesThatAreAboutIt) {
    std::set<std::string> failed;
    std::string why;
    for (const auto* test : server_cases()) {
        const auto result = judge_mutant(GetParam(), *test);
        if (result.status == Status::passed || result.status == Status::skipped) continue;
        failed.insert(test->id.substr(std::string("server/").size()));
        why += told(result);
    }
    EXPECT_THAT(failed, ElementsAreArray(GetParam().fails)) << why;
}

/// Each is wrong in the way that its name says: mutant_server.cpp.
const Mutant mutants[] = {
    Mutant{"none", false, {}},
    Mutant{"none", true, {}},
    Mutant{"confuses-statuses",
           false,
           {"handshake/depth-too-small", "handshake/key-length-too-small"}},
    Mutant{"echoes-the-version", false, {"handshake/own-version"}},
    Mutant{"accepts-small-arrays",
           false,
           {"handshake/depth-too-small", "handshake/key-length-too-small"}},
    Mutant{"needs-arrays", false, {"handshake/no-arrays"}},
    Mutant{"takes-any-version", false, {"handshake/version-highest", "handshake/version-zero"}},
    Mutant{"knows-one-dialect",
           false,
           {"filter/dialects", "handshake/dialect-boundary", "handshake/version-6x",
            "subscribe/every-bit-6x", "subscribe/five-elements-6x"}},
    Mutant{"serves-every-client-id",
           false,
           {"handshake/client-id-0",
            "handshake/client-id-127",
            "handshake/client-id-17",
            "handshake/client-id-3",
            "handshake/client-id-5",
            "handshake/client-id-7",
            "handshake/client-id-8",
            "maapi/attach",
            "maapi/attach-again",
            "maapi/attach-other-session",
            "maapi/attach-unknown",
            "maapi/attach-without-session",
            "maapi/bad-answer",
            "maapi/bad-requests",
            "maapi/byte-by-byte",
            "maapi/detach-unattached",
            "maapi/diff",
            "maapi/diff-again",
            "maapi/diff-continue",
            "maapi/diff-detached",
            "maapi/diff-has-nodes",
            "maapi/diff-stop",
            "maapi/diff-unattached",
            "maapi/diff-up",
            "maapi/diff-waits",
            "maapi/gone-after-done",
            "maapi/gone-midway",
            "maapi/gone-while-attached",
            "maapi/held-by-another",
            "maapi/hello-versions",
            "maapi/huge-length",
            "maapi/in-order",
            "maapi/load-hashes",
            "maapi/load-in-order",
            "maapi/load-mount-points",
            "maapi/load-namespaces",
            "maapi/no-events",
            "maapi/reader-closes",
            "maapi/reader-resets",
            "maapi/subscriber-leaves",
            "maapi/two-sockets",
            "maapi/unknown-operation"}},
    Mutant{"stays-after-a-refusal",
           false,
           {"handshake/depth-too-small", "handshake/key-length-too-small",
            "handshake/version-highest", "handshake/version-zero"}},
    Mutant{"talks-unasked", false, {"handshake/nothing-unasked"}},
    Mutant{"waits-for-each-hello", false, {"handshake/stalled-hello"}},
    Mutant{"reads-a-hello-at-once",
           false,
           {"framing/cut-everywhere", "handshake/slow-hello", "maapi/byte-by-byte"}},
    Mutant{"reads-a-frame-at-once",
           false,
           {"framing/byte-by-byte", "framing/cut-everywhere", "maapi/byte-by-byte"}},
    Mutant{"loses-what-follows-the-hello",
           false,
           {"framing/cut-everywhere", "handshake/eager-client"}},
    Mutant{"waits-for-any-length",
           false,
           {"framing/huge-length", "framing/huge-length-later", "maapi/huge-length"}},
    Mutant{"dies-of-garbage",
           false,
           {"framing/garbage-later", "framing/huge-length-later", "framing/unknown-frame",
            "maapi/empty-frame", "maapi/huge-length", "subscribe/twice"}},
    Mutant{"closes-without-a-word",
           false,
           {"subscribe/compressed",
            "subscribe/empty-tuple",
            "subscribe/five-elements-6x",
            "subscribe/four-elements",
            "subscribe/health-check-list",
            "subscribe/heartbeat-binary",
            "subscribe/list",
            "subscribe/mask-atom",
            "subscribe/mask-below-32-bits",
            "subscribe/mask-too-wide",
            "subscribe/no-term",
            "subscribe/no-tuple",
            "subscribe/six-elements",
            "subscribe/stop-without-start",
            "subscribe/stream-filter-integer",
            "subscribe/stream-five-elements",
            "subscribe/stream-integer",
            "subscribe/stream-missing",
            "subscribe/stream-start-text",
            "subscribe/stream-usid-atom",
            "subscribe/trailing-byte",
            "subscribe/verbosity-atom"}},
    Mutant{"has-every-stream", false, {"subscribe/unknown-stream"}},
    Mutant{"confuses-codes", false, {"subscribe/unknown-session"}},
    Mutant{"takes-any-filter", false, {"subscribe/bad-filter"}},
    Mutant{"refuses-unknown-bits", false, {"subscribe/mask-signed", "subscribe/unknown-bits"}},
    Mutant{"ignores-the-mask", false, {"filter/audit",          "filter/audit-network",
                                       "filter/call-home-info", "filter/commit-diff",
                                       "filter/commit-failed",  "filter/commit-progress",
                                       "filter/commit-simple",  "filter/confirmed-commit",
                                       "filter/cq-progress",    "filter/daemon",
                                       "filter/devel",          "filter/flags-alone",
                                       "filter/forward-info",   "filter/ha-info",
                                       "filter/jsonrpc",        "filter/netconf",
                                       "filter/no-bit",         "filter/package-reload",
                                       "filter/progress",       "filter/reopen-logs",
                                       "filter/snmpa",          "filter/stream-event",
                                       "filter/subagent-info",  "filter/upgrade-event",
                                       "filter/user-session",   "filter/webui",
                                       "sync/audit-flag-alone"}},
    Mutant{"takes-netconf-for-devel", false, {"filter/netconf"}},
    Mutant{"has-no-ha",
           false,
           {"filter/ha-info", "sync/ha-all-processing", "sync/ha-disconnect", "sync/ha-held",
            "sync/ha-without-flag"}},
    Mutant{"sends-audit-for-its-flag", false, {"sync/audit-flag-alone"}},
    Mutant{"sends-one-shape", false, {"filter/dialects"}},
    Mutant{"counts-the-length-in", false, {"filter/commit-progress", "filter/dialects"}},
    Mutant{"waits-for-nobody",
           false,
           {"load/twenty-acknowledgements",
            "maapi/attach",
            "maapi/attach-again",
            "maapi/attach-other-session",
            "maapi/attach-without-session",
            "maapi/bad-answer",
            "maapi/byte-by-byte",
            "maapi/detach-unattached",
            "maapi/diff",
            "maapi/diff-again",
            "maapi/diff-continue",
            "maapi/diff-detached",
            "maapi/diff-has-nodes",
            "maapi/diff-stop",
            "maapi/diff-unattached",
            "maapi/diff-up",
            "maapi/diff-waits",
            "maapi/gone-midway",
            "maapi/gone-while-attached",
            "maapi/held-by-another",
            "maapi/reader-closes",
            "maapi/reader-resets",
            "maapi/subscriber-leaves",
            "maapi/two-sockets",
            "sync/audit-all",
            "sync/audit-disconnect",
            "sync/audit-duplicate",
            "sync/audit-held",
            "sync/audit-mixed",
            "sync/audit-next-event",
            "sync/audit-other-session",
            "sync/audit-reset",
            "sync/audit-unknown",
            "sync/commit-all",
            "sync/commit-disconnect",
            "sync/commit-duplicate",
            "sync/commit-held",
            "sync/commit-late-subscriber",
            "sync/ha-all-processing",
            "sync/ha-disconnect",
            "sync/ha-held",
            "sync/network-held"}},
    Mutant{"waits-without-the-flag",
           false,
           {"load/slow-reader", "sync/audit-flag-alone", "sync/audit-mixed",
            "sync/audit-without-flag", "sync/ha-without-flag", "sync/network-without-flag"}},
    Mutant{
        "waits-for-who-has-left",
        false,
        {"maapi/subscriber-leaves", "sync/audit-disconnect", "sync/audit-other-session",
         "sync/audit-reset", "sync/audit-unknown", "sync/commit-disconnect", "sync/ha-disconnect"}},
    Mutant{"counts-answers", false, {"sync/audit-duplicate", "sync/commit-duplicate"}},
    Mutant{"needs-one-answer",
           false,
           {"load/twenty-acknowledgements", "maapi/held-by-another", "sync/audit-all",
            "sync/audit-duplicate", "sync/commit-all", "sync/commit-disconnect",
            "sync/commit-duplicate"}},
    Mutant{"takes-any-id", false, {"sync/audit-other-session", "sync/audit-unknown"}},
    Mutant{"asks-late-subscribers", false, {"sync/commit-late-subscriber"}},
    Mutant{"lets-all-sessions-wait", false, {"sync/audit-other-session"}},
    Mutant{"lets-ha-go-on", false, {"sync/ha-all-processing"}},
    Mutant{"lets-a-session-go-on", false, {"sync/audit-next-event"}},
    Mutant{"beats-as-asked", false, {"interval/health-check-raised", "interval/heartbeat-raised"}},
    Mutant{"beats-every-second", false, {"interval/own-interval"}},
    Mutant{"beats-without-the-bit", false, {"subscribe/interval-without-bit"}},
    Mutant{"has-no-heartbeat",
           false,
           {"interval/heartbeat", "interval/heartbeat-raised", "interval/own-interval"}},
    Mutant{"blocks-on-a-slow-reader", false, {"load/slow-reader"}},
    Mutant{"has-room-for-sixty",
           false,
           {"load/come-and-go", "load/hundred-recipients", "load/hundred-subscribers"}},
    // Over MAAPI: mutant_maapi.cpp.
    Mutant{"wrong-namespace-hash", false, namespace_cases},
    Mutant{"type-from-nowhere", false, namespace_cases},
    Mutant{"list-without-keys", false, namespace_cases},
    Mutant{"key-of-no-child", false, namespace_cases},
    Mutant{"leaf-without-node", false, {"maapi/diff-has-nodes"}},
    Mutant{"mtu-is-a-text", false, {"maapi/diff-has-nodes"}},
    Mutant{"parents-before-children", false, namespace_cases},
    Mutant{"root-without-node", false, namespace_cases},
    Mutant{"parents-elsewhere", false, namespace_cases},
    Mutant{"leaf-without-type", false, namespace_cases},
    Mutant{"namespace-without-end", false, namespace_cases},
    Mutant{"hash-of-another-name", false, {"maapi/load-hashes", "maapi/load-in-order"}},
    Mutant{"nameless-tag", false, {"maapi/load-in-order"}},
    Mutant{"one-name-too-few", false, {"maapi/load-hashes", "maapi/load-in-order"}},
    Mutant{"no-mount-points",
           false,
           {"maapi/attach-unknown", "maapi/byte-by-byte", "maapi/diff-detached",
            "maapi/gone-midway", "maapi/gone-while-attached", "maapi/hello-versions",
            "maapi/in-order", "maapi/load-in-order", "maapi/load-mount-points", "maapi/no-events",
            "maapi/unknown-operation"}},
    Mutant{"keeps-transactions", false, {"maapi/gone-after-done", "maapi/gone-while-attached"}},
    Mutant{"goes-on-after-stop", false, {"maapi/diff-stop"}},
    Mutant{"failure-text-without-nul",
           false,
           {"maapi/attach-other-session", "maapi/attach-unknown", "maapi/detach-unattached",
            "maapi/gone-after-done", "maapi/in-order", "maapi/unknown-operation"}},
    Mutant{"returns-after-stop", false, {"maapi/diff-stop"}},
    Mutant{"fails-a-diff-by-reply",
           false,
           {"maapi/diff-detached", "maapi/diff-unattached", "maapi/gone-midway",
            "maapi/gone-while-attached"}},
    Mutant{"continue-recurses", false, {"maapi/diff-continue"}},
    Mutant{"up-continues", false, {"maapi/diff-up"}},
    Mutant{"continue-goes-up", false, {"maapi/diff-continue"}},
    Mutant{"up-stops", false, {"maapi/diff-up"}},
    Mutant{"takes-any-answer", false, {"maapi/bad-answer"}},
    Mutant{"attaches-in-any-session", false, {"maapi/attach-other-session"}},
    Mutant{"needs-a-session", false, {"maapi/attach-without-session"}},
    Mutant{"one-reader-at-a-time",
           false,
           {"maapi/attach-other-session", "maapi/diff-again", "maapi/held-by-another",
            "maapi/two-sockets"}},
    Mutant{
        "another-code", false, {"maapi/attach-unknown", "maapi/gone-after-done", "maapi/in-order"}},
    Mutant{"failure-without-its-bit",
           false,
           {"maapi/attach-other-session", "maapi/attach-unknown", "maapi/bad-requests",
            "maapi/detach-unattached", "maapi/gone-after-done", "maapi/in-order",
            "maapi/unknown-operation"}},
    Mutant{"ends-a-diff-with-ok",
           false,
           {"maapi/attach-again", "maapi/attach-without-session", "maapi/bad-answer",
            "maapi/byte-by-byte", "maapi/diff", "maapi/diff-again", "maapi/diff-continue",
            "maapi/diff-detached", "maapi/diff-has-nodes", "maapi/diff-stop",
            "maapi/diff-unattached", "maapi/diff-up", "maapi/diff-waits", "maapi/gone-midway",
            "maapi/gone-while-attached", "maapi/held-by-another", "maapi/reader-closes",
            "maapi/reader-resets", "maapi/two-sockets"}},
    Mutant{"dies-of-a-bad-request", false, {"maapi/bad-requests"}},
    Mutant{"dies-of-a-bad-answer", false, {"maapi/bad-answer"}},
    Mutant{"ignores-bad-requests", false, {"maapi/bad-requests"}},
    Mutant{"closes-on-the-unknown", false, {"maapi/unknown-operation"}},
    Mutant{"does-the-unknown", false, {"maapi/unknown-operation"}},
    Mutant{"lets-go-on-detach",
           false,
           {"maapi/attach", "maapi/attach-again", "maapi/detach-unattached"}},
    Mutant{"iterates-the-unattached", false, {"maapi/diff-unattached"}},
    Mutant{"does-not-wait",
           false,
           {"maapi/bad-answer", "maapi/byte-by-byte", "maapi/diff-again", "maapi/diff-continue",
            "maapi/diff-stop", "maapi/diff-up", "maapi/diff-waits", "maapi/gone-midway",
            "maapi/two-sockets"}},
    Mutant{"hangs-with-its-reader", false, {"maapi/reader-closes", "maapi/reader-resets"}},
    Mutant{"goes-with-its-reader", false, {"maapi/reader-closes", "maapi/reader-resets"}},
    Mutant{"sends-events-to-maapi", false, {"maapi/no-events"}},
    Mutant{"accepts-any-digest",
           true,
           {"access/not-offered", "access/wrong-byte", "access/wrong-secret"}},
    Mutant{"repeats-its-challenge", true, {"access/random-challenge"}},
};

INSTANTIATE_TEST_SUITE_P(Each, MutantServer, ::testing::ValuesIn(mutants), [](const auto& test) {
    std::string name = std::string(test.param.name) + (test.param.secret ? "_with_a_secret" : "");
    std::ranges::replace(name, '-', '_');
    return name;
});

}  // namespace
}  // namespace confd::kit::server
