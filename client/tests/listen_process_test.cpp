// SPDX-License-Identifier: Apache-2.0
// confd-listen as a process, against the test server.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "client/tests/test_server.hpp"
#include "protocol/tests/maapi_util.hpp"
#include "testing/process.hpp"
#include "testing/temp_file.hpp"

namespace confd {
namespace {

using test::audit;
using test::Process;
using test::TestServer;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<std::string> listen_args(const TestServer& server, std::vector<std::string> more) {
    const auto port = std::get<transport::TcpEndpoint>(server.endpoint()).port;
    std::vector<std::string> args{"--host", "127.0.0.1", "-p", std::to_string(port)};
    args.insert(args.end(), more.begin(), more.end());
    return args;
}

std::vector<boost::json::value> json_lines(const std::string& output) {
    std::vector<boost::json::value> values;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);)
        values.push_back(boost::json::parse(line));
    return values;
}

TestServer::Script sending(std::vector<Notification> events) {
    return {.config = {.product = Product::nso},
            .on_subscribed = [events = std::move(events)](ServerSession& session) {
                for (const auto& event : events)
                    EXPECT_TRUE(session.send(event));
            }};
}

const std::vector<std::string> ask_for_all_acks{
    "--product", "nso", "-i", "--no-diff", "-a",
    "-y",        "-h",  "-Y", "--mask",    "NCS_NOTIF_AUDIT_NETWORK,NCS_NOTIF_AUDIT_NETWORK_SYNC"};

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

TEST(ConfdListen, PrintsTextAndTheAcknowledgementsItSends) {
    TestServer server(sending(test::events_to_acknowledge()));
    Process listen(CONFD_LISTEN, listen_args(server, ask_for_all_acks +
                                                         std::vector<std::string>{"--count", "4"}));
    EXPECT_EQ(listen.exit_code(), 0) << listen.errors();
    EXPECT_EQ(server.wait_for_acks(4), test::acks_expected());
    EXPECT_THAT(listen.output(),
                AllOf(StartsWith("NOTIF_COMMIT_DIFF "), HasSubstr("\nNOTIF_AUDIT "),
                      HasSubstr("\n  -> sync_audit_notification(18)\n"),
                      HasSubstr("\n  -> sync_audit_network_notification(19)\n")));
    EXPECT_EQ(std::ranges::count(listen.output(), '\n'), 8);
    EXPECT_EQ(listen.errors(), "");
}

TEST(ConfdListen, PrintsJsonLines) {
    TestServer server(sending(test::events_to_acknowledge()));
    Process listen(CONFD_LISTEN,
                   listen_args(server, ask_for_all_acks + std::vector<std::string>{
                                                              "--count", "4", "--format", "json"}));
    EXPECT_EQ(listen.exit_code(), 0) << listen.errors();
    const auto lines = json_lines(listen.output());
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_EQ(lines[1].at("name").as_string(), "NOTIF_AUDIT");
    EXPECT_EQ(lines[1].at("audit").at("usid").as_int64(), 18);
    EXPECT_EQ(server.wait_for_acks(4), test::acks_expected());
}

// ---- Diffs ----

/// A commit whose diff a daemon with MAAPI has.
TestServer::Script committing(const std::vector<DiffChange>& changes) {
    CommitDiffNotification commit;
    commit.tctx.th = 17;
    auto script = sending({{NOTIF_COMMIT_DIFF, commit}});
    script.config = {};
    test::Maapi daemon;
    daemon.schema = test::interface_schema();
    for (const auto* const name : {"interfaces", "interface", "name", "mtu"})
        daemon.hashes.push_back({name, name_hash(name)});
    daemon.changes = changes;
    script.on_request = daemon.handler();
    return script;
}

std::vector<DiffChange> every_change() {
    auto set = test::mtu_set(1500);
    set.old_value = Value{ValueType::uint16, std::int64_t{1400}};
    DiffChange created;
    created.path.steps = {set.path.steps.begin() + 1, set.path.steps.end()};
    auto moved = created;
    moved.op = MOP_MOVED_AFTER;
    moved.new_value = MovedAfter{test::keys({Value::buf("eth 1")})};
    auto first = moved;
    first.new_value = MovedAfter{};
    auto noted = created;
    noted.op = MOP_ATTR_SET;
    noted.new_value = AttrSet{ATTR_ANNOTATION, Value::buf("up\x1b link")};
    return {created, set, moved, first, noted};
}

TEST(ConfdListen, PrintsTheDiffBeforeItAcknowledges) {
    TestServer server(committing(every_change()));
    Process listen(CONFD_LISTEN, listen_args(server, {"-i", "--count", "1"}));
    EXPECT_EQ(listen.exit_code(), 0) << listen.errors();
    const auto lines = listen.output().substr(listen.output().find('\n') + 1);
    EXPECT_EQ(lines,
              "  created /interfaces/interface{eth0}\n"
              "  value_set /interfaces/interface{eth0}/mtu 1500 (was 1400)\n"
              "  moved_after /interfaces/interface{eth0} {\"eth 1\"}\n"
              "  moved_after /interfaces/interface{eth0} first\n"
              "  attr_set /interfaces/interface{eth0} annotation \"up\\x1b link\"\n"
              "  -> diff_notification_done(17)\n");
    EXPECT_EQ(listen.errors(), "");
}

TEST(ConfdListen, JsonHasTheDiffInTheEvent) {
    TestServer server(committing(every_change()));
    Process listen(CONFD_LISTEN, listen_args(server, {"-i", "--count", "1", "--format", "json"}));
    EXPECT_EQ(listen.exit_code(), 0) << listen.errors();
    const auto lines = json_lines(listen.output());
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].at("diff"), boost::json::parse(R"([
        {"path": "/interfaces/interface{eth0}", "op": "created"},
        {"path": "/interfaces/interface{eth0}/mtu", "op": "value_set",
         "value": {"type": "uint16", "value": 1500}, "old": {"type": "uint16", "value": 1400}},
        {"path": "/interfaces/interface{eth0}", "op": "moved_after",
         "after": [{"type": "buf", "value": "eth 1"}]},
        {"path": "/interfaces/interface{eth0}", "op": "moved_after", "after": []},
        {"path": "/interfaces/interface{eth0}", "op": "attr_set", "attr": "annotation",
         "value": {"type": "buf", "value": "up\u001b link"}}])"));
    EXPECT_EQ(server.wait_for_acks(1), (std::vector<Ack>{{AckKind::diff_done, 17}}));
}

TEST(ConfdListen, AServerWithoutMaapiIsNotedOnce) {
    CommitDiffNotification commit;
    commit.tctx.th = 17;
    TestServer server(sending({{NOTIF_COMMIT_DIFF, commit}, {NOTIF_COMMIT_DIFF, commit}}));
    Process listen(CONFD_LISTEN, listen_args(server, {"-i", "--count", "2", "--format", "json"}));
    EXPECT_EQ(listen.exit_code(), 0) << listen.errors();
    EXPECT_EQ(server.wait_for_acks(2).size(), 2U);
    EXPECT_EQ(std::ranges::count(listen.errors(), '\n'), 1);
    EXPECT_THAT(listen.errors(), HasSubstr("MAAPI"));
    EXPECT_FALSE(json_lines(listen.output()).at(0).as_object().contains("diff"));
}

TEST(ConfdListen, AFailedDiffIsNotedAndAcknowledged) {
    for (const auto& [handle, breaks, note] :
         {std::tuple{18, false, "ERR_NOTRANS 61"}, {17, true, "closed the connection"}}) {
        CommitDiffNotification commit;
        commit.tctx.th = handle;
        auto script = sending({{NOTIF_COMMIT_DIFF, commit}});
        test::Maapi daemon;
        daemon.changes = every_change();
        if (breaks) daemon.breaks_at.emplace(2, Bytes{});
        script.on_request = daemon.handler();
        TestServer server(script);
        Process listen(CONFD_LISTEN,
                       listen_args(server, {"-i", "--count", "1", "--format", "json"}));
        EXPECT_EQ(listen.exit_code(), 0) << listen.errors();
        EXPECT_EQ(server.wait_for_acks(1).size(), 1U);
        EXPECT_THAT(listen.errors(), HasSubstr(note));
        const auto event = json_lines(listen.output()).at(0);
        EXPECT_EQ(event.at("diff").as_array().size(), breaks ? 2U : 0U);
        EXPECT_THAT(std::string(event.at("diff_error").as_string()), HasSubstr(note));
    }
}

TEST(ConfdListen, NoDiffMeansNoMaapi) {
    TestServer server(committing(every_change()));
    Process listen(CONFD_LISTEN, listen_args(server, {"-i", "--no-diff", "--count", "1"}));
    EXPECT_EQ(listen.exit_code(), 0) << listen.errors();
    EXPECT_EQ(std::ranges::count(listen.output(), '\n'), 2);
    EXPECT_EQ(server.connections(), 1U);
}

TEST(ConfdListen, StreamEventsHaveTheNamesThatWereLoaded) {
    StreamNotification stream;
    stream.type = STREAM_NOTIFICATION_EVENT;
    stream.values.push_back(
        {test::if_ns, name_hash("mtu"), TagMarker::value, {ValueType::uint16, std::int64_t{1500}}});
    auto script = committing({});
    script.on_subscribed = sending({{NOTIF_STREAM_EVENT, stream}}).on_subscribed;
    TestServer server(script);
    for (const auto* const format : {"json", "text"}) {
        Process listen(CONFD_LISTEN, listen_args(server, {"-n", "s", "--load-schemas", "--count",
                                                          "1", "--format", format}));
        EXPECT_EQ(listen.exit_code(), 0) << listen.errors();
        EXPECT_THAT(listen.output(),
                    testing::AnyOf(HasSubstr(R"("name":"mtu")"), HasSubstr(R"(name="mtu")")));
    }
}

TEST(ConfdListen, AcknowledgesNothingWhenTold) {
    TestServer server(sending({audit(1)}));
    Process listen(CONFD_LISTEN, listen_args(server, {"-a", "-y", "--no-ack", "--count", "1"}));
    EXPECT_EQ(listen.exit_code(), 0);
    server.wait_until_all_left();
    EXPECT_TRUE(server.wait_for_acks(0).empty());
    EXPECT_THAT(listen.output(), testing::Not(HasSubstr("->")));
}

TEST(ConfdListen, AsksBeforeItAcknowledges) {
    TestServer server(sending({audit(1), audit(2)}));
    Process listen(CONFD_LISTEN, listen_args(server, {"-a", "-y", "-r", "--count", "2"}));
    listen.read_until("sync_audit_notification(1): acknowledge? [Enter] ");
    EXPECT_TRUE(server.wait_for_acks(0).empty());
    listen.write("\n");
    listen.read_until("sync_audit_notification(2): acknowledge?");
    EXPECT_EQ(server.wait_for_acks(1), (std::vector<Ack>{{AckKind::audit_synced, 1}}));
    listen.write("\n");
    EXPECT_EQ(listen.exit_code(), 0);
    EXPECT_EQ(server.wait_for_acks(2).size(), 2U);
}

TEST(ConfdListen, EndsWhenTheServerCloses) {
    auto script = sending({audit(1)});
    script.close_after = true;
    const TestServer server(std::move(script));
    Process listen(CONFD_LISTEN, listen_args(server, {"-a"}));
    EXPECT_EQ(listen.exit_code(), 0) << listen.errors();
    EXPECT_THAT(listen.output(), StartsWith("NOTIF_AUDIT "));
}

TEST(ConfdListen, ReportsAMalformedEventAndGoesOn) {
    const TestServer server({.on_subscribed = [](ServerSession& session) {
        session.send_payload(test::malformed_payload());
        EXPECT_TRUE(session.send(audit(2)));
    }});
    Process listen(CONFD_LISTEN, listen_args(server, {"-a", "--format", "json", "--count", "2"}));
    EXPECT_EQ(listen.exit_code(), 1);
    const auto lines = json_lines(listen.output());
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].at("error").at("code").as_string(), "wrong_arity");
    EXPECT_EQ(lines[1].at("audit").at("usid").as_int64(), 2);
}

TEST(ConfdListen, ReportsAnEndInTheMiddleOfAnEvent) {
    const TestServer server(
        {.on_subscribed = [](ServerSession& s) { s.send_raw(Bytes{0, 0, 0, 9, 131}); },
         .close_after = true});
    Process listen(CONFD_LISTEN, listen_args(server, {"-a", "--format", "json"}));
    EXPECT_EQ(listen.exit_code(), 1);
    EXPECT_EQ(json_lines(listen.output()).at(0).at("error").at("code").as_string(), "truncated");
}

TEST(ConfdListen, RejectsWrongUsage) {
    Process misspelt(CONFD_LISTEN, {"--mask", "NOTIF_AUDITT"});
    EXPECT_EQ(misspelt.exit_code(), 2);
    EXPECT_THAT(misspelt.errors(), HasSubstr("did you mean 'NOTIF_AUDIT'?"));
    EXPECT_EQ(misspelt.output(), "");
    Process help(CONFD_LISTEN, {"--help"});
    EXPECT_EQ(help.exit_code(), 0);
    EXPECT_THAT(help.output(), HasSubstr("--ha-info"));
}

TEST(ConfdListen, SaysWhyItCannotConnect) {
    Process nobody(CONFD_LISTEN, {"-a", "--path", "/nonexistent/socket"});
    EXPECT_EQ(nobody.exit_code(), 3);
    EXPECT_EQ(nobody.errors(),
              "confd-listen: cannot connect to /nonexistent/socket: No such file or directory\n");

    const TestServer refusing({.refusal = PeerError{ERR_XPATH, "syntax error"}});
    Process refused(CONFD_LISTEN, listen_args(refusing, {"-a"}));
    EXPECT_EQ(refused.exit_code(), 3);
    EXPECT_THAT(refused.errors(), AllOf(HasSubstr("syntax error"), HasSubstr("ERR_XPATH 50")));

    const TestServer silent({.silent = true});
    Process waiting(CONFD_LISTEN, listen_args(silent, {"-a", "--timeout", "0.05"}));
    EXPECT_EQ(waiting.exit_code(), 3);
    EXPECT_THAT(waiting.errors(), HasSubstr("did not answer"));
}

TEST(ConfdListen, GivesUpWhenNoEventComes) {
    const TestServer server(sending({audit(1)}));
    Process listen(CONFD_LISTEN, listen_args(server, {"-a", "--timeout", "0.2"}));
    EXPECT_EQ(listen.exit_code(), 4);
    EXPECT_THAT(listen.output(), StartsWith("NOTIF_AUDIT "));
}

TEST(ConfdListen, StopsOnSignals) {
    for (const int signal : {SIGINT, SIGTERM}) {
        const TestServer server(sending({audit(1)}));
        Process listen(CONFD_LISTEN, listen_args(server, {"-a"}));
        listen.read_until("NOTIF_AUDIT");
        listen.signal(signal);
        EXPECT_EQ(listen.exit_code(), 0);
    }
}

TEST(ConfdListen, EndsQuietlyWhenNobodyReadsItsOutput) {
    TestServer server;
    Process listen(CONFD_LISTEN, listen_args(server, {"-a"}));
    listen.close_output();
    server.wait_for_subscription();
    // Whichever event comes after the acceptance: each is written, and fails.
    server.send({audit(1)});
    EXPECT_EQ(listen.exit_code(), 0);
    EXPECT_EQ(listen.errors(), "");
}

TEST(ConfdListen, TakesAddressAndSecretFromTheEnvironment) {
    const test::TempFile secret("secret\n", "");
    const auto& path = secret.path();
    auto script = sending({audit(1)});
    script.config.product = Product::confd;
    script.config.secret = Bytes{'s', 'e', 'c', 'r', 'e', 't', '\n'};
    const TestServer server(std::move(script));
    ::setenv("CONFD_IPC_ADDR", "127.0.0.1", 1);
    const auto port = std::get<transport::TcpEndpoint>(server.endpoint()).port;
    ::setenv("CONFD_IPC_PORT", std::to_string(port).c_str(), 1);
    Process without(CONFD_LISTEN, {"-a", "--count", "1"});
    EXPECT_EQ(without.exit_code(), 3);
    Process with(CONFD_LISTEN, {"-a", "--count", "1", "--access-file", path});
    EXPECT_EQ(with.exit_code(), 0) << with.errors();
    ::setenv("CONFD_IPC_ACCESS_FILE", path.c_str(), 1);
    Process environment(CONFD_LISTEN, {"-a", "--count", "1"});
    EXPECT_EQ(environment.exit_code(), 0) << environment.errors();
    for (const char* name : {"CONFD_IPC_ADDR", "CONFD_IPC_PORT", "CONFD_IPC_ACCESS_FILE"}) {
        ::unsetenv(name);
    }
}

}  // namespace
}  // namespace confd
