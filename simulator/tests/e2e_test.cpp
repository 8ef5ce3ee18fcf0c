// SPDX-License-Identifier: Apache-2.0
// confd-sim as people run it: a process, real sockets, exit codes.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "simulator/scenario/event_fields.hpp"
#include "simulator/scenario/json_schema.hpp"
#include "simulator/tests/process.hpp"
#include "simulator/tests/support.hpp"

namespace confd::sim {
namespace {

using test::Client;
using test::client_config;
using test::Process;
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
    auto config = client_config(0xffffffffU & ~NOTIF_TAKEOVER_SYSLOG);
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
        "allow: acks\n"
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

/// Whatever an application asks for, and however it leaves.
TEST(EndToEnd, ServesUntilItIsStopped) {
    Simulator sim({"serve", "--listen", "127.0.0.1:0"});
    auto config = client_config(NOTIF_STREAM_EVENT | NOTIF_HEARTBEAT);
    config.subscription.stream->name = "any-stream";
    config.subscription.stream->usid = 4711;
    {
        Client gone(sim.port(), config);
        ASSERT_TRUE(gone.subscribe());
    }
    Client client(sim.port(), config);
    const auto beat = client.next();
    ASSERT_TRUE(beat);
    EXPECT_EQ(beat->type, NOTIF_HEARTBEAT);
    sim.signal(SIGTERM);
    EXPECT_FALSE(client.next());
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
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

// ---- Commands ----

TEST(Commands, DryRunPrintsTheTimelineAndServesNothing) {
    const TempFile file(
        "format: 1\n"
        "steps:\n"
        "  - await: 2\n"
        "  - delay: 1500ms\n"
        "  - send: {event: NOTIF_AUDIT, fields: {usid: 17, user: admin, msg: hi}, id: a}\n"
        "  - barrier: a\n"
        "  - delay: 1h\n"
        "  - log: over\n");
    Simulator sim({"run", file.path(), "--dry-run", "--seed", "42"});
    EXPECT_EQ(sim.exit_code(), 0);
    EXPECT_THAT(sim.text(), HasSubstr("seed 42\n"));
    EXPECT_THAT(sim.text(), testing::Not(HasSubstr("listening")));
    EXPECT_THAT(sim.text(), HasSubstr("    +0.000s  3:5  await 2 subscribers within 1m\n"));
    EXPECT_THAT(sim.text(), HasSubstr("    +1.500s  5:5  send NOTIF_AUDIT"));
    EXPECT_THAT(sim.text(), HasSubstr(" +3601.500s  8:5  log: over\n"));
}

TEST(Commands, ListShowAndSchema) {
    Simulator list({"list"});
    EXPECT_EQ(list.exit_code(), 0);
    EXPECT_THAT(list.text(), HasSubstr("\nha-sync "));
    EXPECT_THAT(list.text(), testing::Not(HasSubstr("parts")));
    Simulator show({"show", "ha-sync"});
    EXPECT_EQ(show.exit_code(), 0);
    EXPECT_THAT(show.text(), HasSubstr("\nname: ha-sync\n"));
    Simulator unknown({"show", "ha-snyc"});
    EXPECT_EQ(unknown.exit_code(), 2);
    EXPECT_THAT(unknown.text(), HasSubstr("did you mean 'ha-sync'?"));
    Simulator schema({"schema"});
    EXPECT_EQ(schema.exit_code(), 0);
    EXPECT_EQ(schema.text(), scenario_schema_text());
}

TEST(Commands, RunTakesANameOfTheLibrary) {
    // It includes another file, which is in the library too.
    Simulator sim({"run", "commit-simple", "--listen", "127.0.0.1:0"});
    Client client(sim.port(), client_config(NOTIF_COMMIT_SIMPLE));
    EXPECT_THAT(client.listen(), SizeIs(3));
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
}

TEST(Commands, RandomSendsWhatIsAskedFor) {
    Simulator sim({"random", "--mix", "audit=3,daemon=1", "--rate", "1000/s", "--count", "200",
                   "--seed", "7", "--listen", "127.0.0.1:0"});
    Client client(sim.port(), client_config(audit_sync | NOTIF_DAEMON));
    std::map<std::uint32_t, int> seen;
    for (const auto& event : client.listen())
        ++seen[event.type];
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
    EXPECT_THAT(seen, SizeIs(2));
    EXPECT_EQ(seen[NOTIF_AUDIT] + seen[NOTIF_DAEMON], 200);
    EXPECT_GT(seen[NOTIF_AUDIT], seen[NOTIF_DAEMON]);
}

TEST(Commands, RandomLastsAsLongAsIsAskedFor) {
    Simulator sim({"random", "--mix", "daemon=1", "--rate", "100/s", "--duration", "10s",
                   "--time-scale", "0.02", "--listen", "127.0.0.1:0"});
    Client client(sim.port(), client_config(NOTIF_DAEMON));
    const auto count = client.listen().size();
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
    EXPECT_GT(count, 0U);
    EXPECT_LE(count, 1000U);
}

TEST(Commands, TimeScaleMakesEveryWaitShorter) {
    const TempFile file(
        "format: 1\n"
        "steps: [{await: {within: 10h}}, {delay: 100s}, {send: {event: NOTIF_DAEMON}}]");
    const auto begin = std::chrono::steady_clock::now();
    Simulator sim({"run", file.path(), "--listen", "127.0.0.1:0", "--time-scale", "0.001"});
    Client client(sim.port(), client_config(NOTIF_DAEMON | NOTIF_HEARTBEAT));
    // A heartbeat comes each second of the run's time.
    EXPECT_THAT(client.listen(), SizeIs(testing::Gt(1U)));
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(50));
}

// ---- --log, and what a seed decides ----

std::vector<std::string> lines_of(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);)
        lines.push_back(line);
    return lines;
}

TEST(Log, HasEveryMessageInBothDirections) {
    const TempFile log("", ".jsonl");
    Simulator sim({"run", scenario("audit-sync"), "--listen", "127.0.0.1:0", "--log", log.path()});
    Client client(sim.port(), client_config(audit_sync));
    EXPECT_THAT(client.listen(), SizeIs(3));
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
    const auto lines = lines_of(log.path());
    const auto count = [&](const std::string& what) {
        return std::ranges::count_if(
            lines, [&](const auto& line) { return line.find(what) != std::string::npos; });
    };
    EXPECT_EQ(count(R"("dir":"in","kind":"hello")"), 1);
    EXPECT_EQ(count(R"("dir":"in","kind":"subscribe")"), 1);
    EXPECT_EQ(count(R"("dir":"out","kind":"subscribe_reply")"), 1);
    EXPECT_EQ(count(R"("dir":"out","kind":"event","peer":1,"role":"auditor")"), 3);
    EXPECT_EQ(count(R"("ack":{"call":"sync_audit_notification","id":17})"), 6)
        << "three that came, three that barriers wait for";
    EXPECT_EQ(count(R"("barrier":"released")"), 3);
    EXPECT_EQ(count(R"("kind":"disconnect")"), 1);
}

/// A log without what differs between runs: times, ports, and how records of different kinds lie
/// between each other, which depends on when the operating system lets whom run.
std::map<std::string, std::vector<std::string>> comparable(const std::string& path) {
    static const std::regex times(R"("t":[0-9.]+,"wall":"[^"]*",)");
    static const std::regex ports(R"(127\.0\.0\.1:[0-9]+)");
    static const std::regex kind(R"("dir":"[a-z]+","kind":"[a-z_]+")");
    std::map<std::string, std::vector<std::string>> out;
    for (auto line : lines_of(path)) {
        line = std::regex_replace(std::regex_replace(line, times, ""), ports, "ADDRESS");
        std::smatch found;
        EXPECT_TRUE(std::regex_search(line, found, kind)) << line;
        out[found.str()].push_back(line);
    }
    // Lines for people tell of several kinds at once.
    std::ranges::sort(out[R"("dir":"none","kind":"log")"]);
    return out;
}

TEST(Log, OfTwoRunsWithOneSeedIsTheSame) {
    const TempFile file(
        "format: 1\n"
        "clock: 2026-11-22T10:00:00Z\n"
        "allow: disconnects\n"
        "steps:\n"
        "  - await: 1\n"
        "  - fault: {kind: drop, probability: 0.1}\n"
        "  - fault: {kind: duplicate, probability: 0.1}\n"
        "  - fault: {kind: corrupt, probability: 0.1}\n"
        "  - fault: {kind: wrong_type, probability: 0.1}\n"
        "  - mix: {events: {audit: 3, commit_diff: 1, daemon: 2, snmpa: 1}, count: 300,\n"
        "          rate: 5000/s, acks: ignore}\n");
    const auto play = [&](const char* seed) {
        const TempFile log("", ".jsonl");
        Simulator sim(
            {"run", file.path(), "--listen", "127.0.0.1:0", "--log", log.path(), "--seed", seed});
        Process client(CONFD_LISTEN, {"-p", std::to_string(sim.port()), "--audit", "--commit-diff",
                                      "--daemon", "--snmpa", "--no-ack", "--no-diff"});
        EXPECT_EQ(client.exit_code(), 1);
        EXPECT_EQ(sim.exit_code(), 0) << sim.text();
        return comparable(log.path());
    };
    const auto first = play("1");
    EXPECT_EQ(first, play("1"));
    EXPECT_GT(first.at(R"("dir":"none","kind":"fault")").size(), 50U);
    EXPECT_NE(first, play("2"));
}

// ---- what a run reports ----

std::string content(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Reports, SayWhatEachSubscriberGotAndWhatBecameOfTheSteps) {
    const TempFile summary("", ".json");
    const TempFile junit("", ".xml");
    Simulator sim({"run", scenario("audit-sync"), "--listen", "127.0.0.1:0", "--summary",
                   summary.path(), "--junit", junit.path()});
    Client client(sim.port(), client_config(audit_sync));
    EXPECT_THAT(client.listen(), SizeIs(3));
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
    const auto json = content(summary.path());
    EXPECT_THAT(json, HasSubstr(R"("scenario":"audit-sync")"));
    EXPECT_THAT(json, HasSubstr(R"("left":"end","reason":"","events":{"NOTIF_AUDIT":3},)"
                                R"("acks":{"known":3,"duplicate":0,"late":0,"unknown":0})"));
    EXPECT_THAT(sim.text(), HasSubstr("\nsubscriber 1 (auditor): 3 events (3 NOTIF_AUDIT), "
                                      "3 acknowledgements (3 known) after p50 "));
    EXPECT_THAT(sim.text(), testing::EndsWith("; stayed to the end\ndone\n"));
    EXPECT_THAT(content(junit.path()), HasSubstr(R"(<testsuite name="audit-sync" tests=")"));
    EXPECT_THAT(content(junit.path()), HasSubstr(R"( failures="0")"));
}

TEST(Reports, ThatCannotBeWrittenAreAnError) {
    const TempFile file("format: 1\nsteps: []");
    Simulator sim(
        {"run", file.path(), "--listen", "127.0.0.1:0", "--summary", "/proc/no/summary.json"});
    EXPECT_EQ(sim.exit_code(), 2);
    EXPECT_THAT(sim.text(), HasSubstr("confd-sim: --summary: /proc/no: "));
}

// ---- --control ----

/// The answer to one HTTP request, with its header.
std::string ask(std::uint16_t port, const std::string& request, const std::string& body = {}) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const auto text = fmt::format(
        "{} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{}",
        request, body.size(), body);
    EXPECT_EQ(::send(socket, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
    const test::Deadline deadline;
    std::string answer;
    std::array<char, 4096> buffer{};
    while (deadline.wait(socket, POLLIN)) {
        const auto size = ::read(socket, buffer.data(), buffer.size());
        if (size <= 0) break;
        answer.append(buffer.data(), static_cast<std::size_t>(size));
    }
    ::close(socket);
    return answer;
}

TEST(Control, SteersARun) {
    const TempFile file(
        "format: 1\n"
        "name: steered\n"
        "allow: disconnects\n"
        "steps: [{await: 1}, {expect: {ack: {}, within: 60s}},\n"
        "        {send: {event: NOTIF_AUDIT, fields: {usid: 18}}}]");
    Simulator sim({"run", file.path(), "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"});
    const auto control = sim.control_port();
    Client client(sim.port(), client_config(audit_sync));
    ASSERT_TRUE(client.subscribe());

    const auto state = ask(control, "GET /api/state");
    EXPECT_THAT(state, testing::StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(state, HasSubstr(R"("scenario":"steered")"));
    EXPECT_THAT(state, HasSubstr(R"("status":"running")"));

    EXPECT_THAT(ask(control, "POST /api/send", "{event: NOTIF_AUDIT, fields: {usid: 17}}"),
                HasSubstr(R"("recipients":1,"owed":1)"));
    EXPECT_THAT(ask(control, "POST /api/send", "{event: NOTIF_ADUIT}"),
                HasSubstr("did you mean 'NOTIF_AUDIT'?"));
    const auto event = client.next();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->get<AuditNotification>()->usid, 17);
    EXPECT_THAT(ask(control, "GET /metrics"), HasSubstr("confd_sim_"));

    // While it is paused the scenario does not see the acknowledgement.
    EXPECT_THAT(ask(control, "POST /api/pause"), HasSubstr(R"("status":"paused")"));
    client.send({AckKind::audit_synced, 17});
    std::string barriers;
    const test::Deadline deadline;
    while (deadline.remaining() > 0 && !barriers.ends_with("[]"))
        barriers = ask(control, "GET /api/barriers");
    EXPECT_THAT(ask(control, "GET /api/state"), HasSubstr(R"("status":"paused")"));
    EXPECT_THAT(ask(control, "POST /api/resume"), HasSubstr(R"("status")"));
    const auto last = client.next();
    ASSERT_TRUE(last);
    EXPECT_EQ(last->get<AuditNotification>()->usid, 18);
    EXPECT_FALSE(client.next());
    EXPECT_EQ(sim.exit_code(), 0) << sim.text();
}

TEST(Control, IsForThisMachineOnly) {
    const TempFile file("format: 1\nsteps: []");
    Simulator sim({"run", file.path(), "--listen", "127.0.0.1:0", "--control", "0.0.0.0:0"});
    EXPECT_EQ(sim.exit_code(), 2);
    EXPECT_THAT(sim.text(), HasSubstr("--control-anywhere"));
}

}  // namespace
}  // namespace confd::sim
