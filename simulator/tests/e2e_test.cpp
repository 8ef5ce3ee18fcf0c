// confd-sim as people run it: a process, real sockets, exit codes.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "simulator/scenario/event_fields.hpp"
#include "simulator/tests/process.hpp"
#include "simulator/tests/support.hpp"

namespace confd::sim {
namespace {

using test::Client;
using test::client_config;
using test::Simulator;
using test::TempFile;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string scenario(const std::string& name) {
    return CONFD_SOURCE_DIR "/scenarios/" + name + ".yaml";
}

Simulator run(const std::string& file) {
    return Simulator({"run", file, "--listen", "127.0.0.1:0"});
}

constexpr std::uint32_t audit_sync = NOTIF_AUDIT | NOTIF_AUDIT_SYNC;

struct Played {
    const char* release;
    Product product;
};
void PrintTo(const Played& played, std::ostream* os) {
    *os << to_string(played.product) << " " << played.release;
}

struct Tour : testing::TestWithParam<Played> {};

TEST_P(Tour, SendsEveryEventTypeOfItsReleaseAndProduct) {
    const auto release = *parse_release(GetParam().release);
    Simulator sim({"run", scenario("tour"), "--listen", "127.0.0.1:0", "--release",
                   GetParam().release, "--product", std::string(to_string(GetParam().product))});
    auto config = client_config(0x7fffffffU & ~NOTIF_TAKEOVER_SYSLOG);
    config.release = release;
    config.product = GetParam().product;
    config.strict = true;
    Client client(sim.port(), config);

    std::set<std::uint32_t> seen;
    for (const auto& event : client.listen())
        seen.insert(event.type);
    std::set<std::uint32_t> expected;
    for (const auto type : event_types()) {
        if (why_unavailable(type, {release.dialect(), GetParam().product}).empty()) {
            expected.insert(type);
        }
    }
    EXPECT_EQ(seen, expected);
    EXPECT_EQ(client.failure().kind, SessionFailure::Kind::closed);
    EXPECT_FALSE(client.reset());
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
}

INSTANTIATE_TEST_SUITE_P(Releases, Tour,
                         testing::Values(Played{"6.6", Product::confd}, Played{"6.6", Product::nso},
                                         Played{"7.8", Product::confd}, Played{"7.8", Product::nso},
                                         Played{"8.2", Product::confd},
                                         Played{"8.2", Product::nso}),
                         [](const auto& test) {
                             return fmt::format("{}_{}", to_string(test.param.product),
                                                test.param.release[0]);
                         });

TEST(EndToEnd, EachAuditEventWaitsForItsAcknowledgement) {
    auto sim = run(scenario("audit-sync"));
    Client client(sim.port(), client_config(audit_sync));
    EXPECT_THAT(client.listen(), SizeIs(3));
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
    EXPECT_THAT(sim.text(), HasSubstr("subscriber 1 (auditor) connected from 127.0.0.1:"));
    EXPECT_THAT(sim.text(), HasSubstr(": 7.8, mask NOTIF_AUDIT|NOTIF_AUDIT_SYNC\n"));
}

TEST(EndToEnd, ACommitWaitsForTwoSubscribersUntilOneLeaves) {
    auto sim = run(scenario("commit-diff-two-subscribers"));
    const auto port = sim.port();
    Client one(port, client_config(NOTIF_COMMIT_DIFF | NOTIF_COMMIT_SIMPLE));
    Client two(port, client_config(NOTIF_COMMIT_DIFF));
    ASSERT_TRUE(one.subscribe());
    ASSERT_TRUE(two.subscribe());
    const auto diff = one.next();
    ASSERT_TRUE(diff);
    one.send(*ack_owed(*diff, NOTIF_COMMIT_DIFF));
    ASSERT_TRUE(two.next());
    two.disconnect();
    const auto commit = one.next();
    ASSERT_TRUE(commit);
    EXPECT_EQ(commit->type, NOTIF_COMMIT_SIMPLE);
    EXPECT_FALSE(one.next());
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
}

TEST(EndToEnd, AFailoverGoesOnOnlyWhenAcknowledged) {
    auto sim = run(scenario("ha-sync"));
    Client client(sim.port(), client_config(NOTIF_HA_INFO | NOTIF_HA_INFO_SYNC));
    EXPECT_THAT(client.listen(), SizeIs(3));
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
}

TEST(EndToEnd, HeartbeatsComeByThemselves) {
    auto sim = run(scenario("heartbeat"));
    Client client(sim.port(), client_config(NOTIF_HEARTBEAT));
    EXPECT_THAT(client.listen(), SizeIs(2));
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
}

TEST(EndToEnd, ListensOnSeveralAddressesAndAUnixSocket) {
    const TempFile file("format: 1\nsteps: [{await: 3}]");
    const auto path = file.path() + ".sock";
    Simulator sim({"run", file.path(), "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0",
                   "--path", path, "--seed", "42"});
    EXPECT_EQ(sim.line_after("listening on " + path), "");
    EXPECT_THAT(sim.text(), HasSubstr("seed 42\n"));
    const auto first = sim.port();
    Client one(first, client_config(NOTIF_AUDIT));
    Client two(first, client_config(NOTIF_AUDIT));
    Client three(path, client_config(NOTIF_AUDIT));
    EXPECT_TRUE(one.subscribe());
    EXPECT_TRUE(two.subscribe());
    EXPECT_TRUE(three.subscribe());
    for (auto* client : {&one, &two, &three})
        client->disconnect();
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
    EXPECT_NE(::access(path.c_str(), F_OK), 0) << "the socket file is removed";
}

TEST(EndToEnd, LosesNothingWhenItEndsWhileAClientIsSlow) {
    // More than the sockets hold, and answers nobody asked for on their way.
    const TempFile file(
        "format: 1\n"
        "vars: {line: " +
        std::string(2000, 'x') +
        "}\n"
        "steps:\n"
        "  - await: 1\n"
        "  - repeat: {times: 10000, steps: [{send: {event: NOTIF_AUDIT, fields: {usid: $i, msg: "
        "$line}}}]}\n");
    auto sim = run(file.path());
    Client client(sim.port(), client_config(NOTIF_AUDIT));
    std::int64_t last = 0;
    while (const auto event = client.next()) {
        const auto* audit = event->get<AuditNotification>();
        ASSERT_NE(audit, nullptr);
        ASSERT_EQ(audit->usid, last + 1);
        last = audit->usid;
        if (last % 100 == 0) client.send({AckKind::audit_synced, last});
    }
    EXPECT_EQ(last, 10000);
    EXPECT_FALSE(client.reset());
    EXPECT_EQ(client.failure().kind, SessionFailure::Kind::closed);
    EXPECT_EQ(sim.exit_code(), 0) << sim.text().substr(0, 1000);
}

TEST(EndToEnd, ChecksTheAccessSecret) {
    const TempFile file("format: 1\nsteps: [{await: 1}]");
    const TempFile secret("s3cret\n", ".secret");
    Simulator sim(
        {"run", file.path(), "--listen", "127.0.0.1:0", "--ipc-access-file", secret.path()});
    const auto port = sim.port();
    auto wrong = client_config(NOTIF_AUDIT);
    wrong.secret = Bytes{'s', '3', 'c', 'r', 'e', 't'};
    Client stranger(port, wrong);
    EXPECT_FALSE(stranger.subscribe());
    EXPECT_EQ(stranger.failure().peer.text, "Access denied");
    Client unaware(port, client_config(NOTIF_AUDIT));
    EXPECT_FALSE(unaware.subscribe());
    stranger.disconnect();
    unaware.disconnect();
    auto right = client_config(NOTIF_AUDIT);
    right.secret = Bytes{'s', '3', 'c', 'r', 'e', 't', '\n'};
    Client friend_(port, right);
    EXPECT_TRUE(friend_.subscribe());
    EXPECT_THAT(friend_.listen(), IsEmpty());
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
    EXPECT_THAT(sim.text(),
                HasSubstr("was turned down: the client does not know the access secret"));
}

TEST(EndToEnd, RefusesTooManySubscribersAndForeignVersions) {
    const TempFile file("format: 1\nsteps: [{await: 2}]");
    Simulator sim({"run", file.path(), "--listen", "127.0.0.1:0", "--max-subscribers", "1"});
    const auto port = sim.port();
    auto ancient = client_config(NOTIF_AUDIT);
    ancient.release = Release{5, 4, 0};
    Client old(port, ancient);
    EXPECT_FALSE(old.subscribe());
    EXPECT_THAT(to_string(old.failure()), HasSubstr("not compatible"));
    Client one(port, client_config(NOTIF_AUDIT));
    EXPECT_TRUE(one.subscribe());
    Client two(port, client_config(NOTIF_AUDIT));
    EXPECT_FALSE(two.subscribe());
    EXPECT_EQ(two.failure().peer.code, ERR_PROTOUSAGE);
    sim.signal(SIGTERM);
    EXPECT_THAT(one.listen(), IsEmpty());
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
}

TEST(EndToEnd, StopsCleanlyOnASignal) {
    for (const int number : {SIGINT, SIGTERM}) {
        const TempFile file(
            "format: 1\nsteps: [{await: 1}, {send: {event: NOTIF_AUDIT}}, {delay: 10m}]");
        auto sim = run(file.path());
        Client client(sim.port(), client_config(NOTIF_AUDIT));
        ASSERT_TRUE(client.next());
        sim.signal(number);
        EXPECT_FALSE(client.next());
        EXPECT_FALSE(client.reset());
        client.disconnect();
        EXPECT_EQ(sim.exit_code(), 0) << sim.text();
        EXPECT_THAT(sim.text(), HasSubstr("stopped before the scenario's end"));
    }
}

TEST(ExitCode, OneForAnExpectationThatFails) {
    const TempFile file("format: 1\nsteps: [{await: 1}, {expect: {ack: {}, within: 50ms}}]");
    auto sim = run(file.path());
    Client client(sim.port(), client_config(NOTIF_AUDIT));
    EXPECT_THAT(client.listen(), IsEmpty());
    EXPECT_EQ(sim.exit_code(), 1);
    EXPECT_THAT(sim.text(), HasSubstr(file.path() + ":2:22: expect: expected an acknowledgement "
                                                    "within 50ms"));
}

TEST(ExitCode, TwoForBadScenariosAndUsage) {
    const TempFile bad("format: 1\nstepz: []");
    for (const auto* command : {"run", "lint"}) {
        Simulator sim({command, bad.path()});
        EXPECT_EQ(sim.exit_code(), 2);
        EXPECT_THAT(sim.text(), HasSubstr(bad.path() + ":2:1: 'stepz' is not among"));
        EXPECT_THAT(sim.text(), HasSubstr("did you mean 'steps'?"));
    }
    const TempFile good("format: 1\nsteps: []");
    const std::vector<std::vector<std::string>> usages{
        {},
        {"run"},
        {"run", good.path(), "--nonsense"},
        {"run", good.path(), "--release", "9.9"},
        {"run", good.path(), "--product", "junos"},
        {"run", good.path(), "--listen", "nonsense"},
        {"run", good.path(), "--ipc-access-file", "/nonexistent"},
        {"run", good.path(), "--path", "/nonexistent/folder/socket"},
        {"lint", "/nonexistent.yaml"},
    };
    for (const auto& arguments : usages) {
        Simulator sim(arguments);
        EXPECT_EQ(sim.exit_code(), 2) << testing::PrintToString(arguments) << sim.text();
    }
}

TEST(ExitCode, TwoForAnAddressThatIsTaken) {
    const TempFile file("format: 1\nsteps: [{delay: 10m}]");
    auto first = run(file.path());
    Simulator second({"run", file.path(), "--listen", fmt::format("127.0.0.1:{}", first.port())});
    EXPECT_EQ(second.exit_code(), 2) << second.text();
}

TEST(ExitCode, ThreeWhenNobodyConnects) {
    const TempFile file("format: 1\nsteps: [{await: {within: 50ms}}]");
    auto sim = run(file.path());
    EXPECT_EQ(sim.exit_code(), 3) << sim.text();
}

TEST(ExitCode, FourWhenAnAcknowledgementDoesNotCome) {
    const TempFile file(
        "format: 1\n"
        "steps: [{await: 1}, {send: {event: NOTIF_AUDIT, fields: {usid: 17}, id: a}},\n"
        "        {barrier: {of: a, within: 50ms}}]");
    auto sim = run(file.path());
    Client client(sim.port(), client_config(audit_sync));
    EXPECT_THAT(client.listen(false), SizeIs(1));
    EXPECT_EQ(sim.exit_code(), 4);
    EXPECT_THAT(sim.text(), HasSubstr("missing subscriber 1: sync_audit_notification(17)"));
}

TEST(ExitCode, ZeroForHelpAndGoodFiles) {
    EXPECT_EQ(Simulator({"--help"}).exit_code(), 0);
    EXPECT_EQ(Simulator({"run", "--help"}).exit_code(), 0);
    EXPECT_EQ(Simulator({"lint", scenario("tour"), scenario("ha-sync")}).exit_code(), 0);
}

}  // namespace
}  // namespace confd::sim
