// confd-listen as a process, against the test server.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "client/tests/process.hpp"
#include "client/tests/test_server.hpp"

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
    std::vector<std::string> args{CONFD_LISTEN, "--host", "127.0.0.1", "-p", std::to_string(port)};
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
    "--product", "nso",    "-i",
    "-a",        "-y",     "-h",
    "-Y",        "--mask", "NCS_NOTIF_AUDIT_NETWORK,NCS_NOTIF_AUDIT_NETWORK_SYNC"};

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

TEST(ConfdListen, PrintsTextAndTheAcknowledgementsItSends) {
    TestServer server(sending(test::events_to_acknowledge()));
    Process listen(
        listen_args(server, ask_for_all_acks + std::vector<std::string>{"--count", "4"}));
    EXPECT_EQ(listen.wait(), 0) << listen.errors;
    EXPECT_EQ(server.wait_for_acks(4), test::acks_expected());
    EXPECT_THAT(listen.output, AllOf(StartsWith("NOTIF_COMMIT_DIFF "), HasSubstr("\nNOTIF_AUDIT "),
                                     HasSubstr("\n  -> sync_audit_notification(18)\n"),
                                     HasSubstr("\n  -> sync_audit_network_notification(19)\n")));
    EXPECT_EQ(std::ranges::count(listen.output, '\n'), 8);
    EXPECT_EQ(listen.errors, "");
}

TEST(ConfdListen, PrintsJsonLines) {
    TestServer server(sending(test::events_to_acknowledge()));
    Process listen(listen_args(
        server, ask_for_all_acks + std::vector<std::string>{"--count", "4", "--format", "json"}));
    EXPECT_EQ(listen.wait(), 0) << listen.errors;
    const auto lines = json_lines(listen.output);
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_EQ(lines[1].at("name").as_string(), "NOTIF_AUDIT");
    EXPECT_EQ(lines[1].at("audit").at("usid").as_int64(), 18);
    EXPECT_EQ(server.wait_for_acks(4), test::acks_expected());
}

TEST(ConfdListen, AcknowledgesNothingWhenTold) {
    TestServer server(sending({audit(1)}));
    Process listen(listen_args(server, {"-a", "-y", "--no-ack", "--count", "1"}));
    EXPECT_EQ(listen.wait(), 0);
    server.wait_until_all_left();
    EXPECT_TRUE(server.wait_for_acks(0).empty());
    EXPECT_THAT(listen.output, testing::Not(HasSubstr("->")));
}

TEST(ConfdListen, AsksBeforeItAcknowledges) {
    TestServer server(sending({audit(1), audit(2)}));
    Process listen(listen_args(server, {"-a", "-y", "-r", "--count", "2"}));
    listen.read_until("sync_audit_notification(1): acknowledge? [Enter] ");
    EXPECT_TRUE(server.wait_for_acks(0).empty());
    listen.write("\n");
    listen.read_until("sync_audit_notification(2): acknowledge?");
    EXPECT_EQ(server.wait_for_acks(1), (std::vector<Ack>{{AckKind::audit_synced, 1}}));
    listen.write("\n");
    EXPECT_EQ(listen.wait(), 0);
    EXPECT_EQ(server.wait_for_acks(2).size(), 2U);
}

TEST(ConfdListen, EndsWhenTheServerCloses) {
    auto script = sending({audit(1)});
    script.close_after = true;
    const TestServer server(std::move(script));
    Process listen(listen_args(server, {"-a"}));
    EXPECT_EQ(listen.wait(), 0) << listen.errors;
    EXPECT_THAT(listen.output, StartsWith("NOTIF_AUDIT "));
}

TEST(ConfdListen, ReportsAMalformedEventAndGoesOn) {
    const TestServer server({.on_subscribed = [](ServerSession& session) {
        session.send_payload(test::malformed_payload());
        EXPECT_TRUE(session.send(audit(2)));
    }});
    Process listen(listen_args(server, {"-a", "--format", "json", "--count", "2"}));
    EXPECT_EQ(listen.wait(), 1);
    const auto lines = json_lines(listen.output);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].at("error").at("code").as_string(), "wrong_arity");
    EXPECT_EQ(lines[1].at("audit").at("usid").as_int64(), 2);
}

TEST(ConfdListen, ReportsAnEndInTheMiddleOfAnEvent) {
    const TestServer server(
        {.on_subscribed = [](ServerSession& s) { s.send_raw(Bytes{0, 0, 0, 9, 131}); },
         .close_after = true});
    Process listen(listen_args(server, {"-a", "--format", "json"}));
    EXPECT_EQ(listen.wait(), 1);
    EXPECT_EQ(json_lines(listen.output).at(0).at("error").at("code").as_string(), "truncated");
}

TEST(ConfdListen, RejectsWrongUsage) {
    Process misspelt({CONFD_LISTEN, "--mask", "NOTIF_AUDITT"});
    EXPECT_EQ(misspelt.wait(), 2);
    EXPECT_THAT(misspelt.errors, HasSubstr("did you mean NOTIF_AUDIT?"));
    EXPECT_EQ(misspelt.output, "");
    Process help({CONFD_LISTEN, "--help"});
    EXPECT_EQ(help.wait(), 0);
    EXPECT_THAT(help.output, HasSubstr("--ha-info"));
}

TEST(ConfdListen, SaysWhyItCannotConnect) {
    Process nobody({CONFD_LISTEN, "-a", "--path", "/nonexistent/socket"});
    EXPECT_EQ(nobody.wait(), 3);
    EXPECT_EQ(nobody.errors,
              "confd-listen: cannot connect to /nonexistent/socket: No such file or directory\n");

    const TestServer refusing({.refusal = PeerError{ERR_XPATH, "syntax error"}});
    Process refused(listen_args(refusing, {"-a"}));
    EXPECT_EQ(refused.wait(), 3);
    EXPECT_THAT(refused.errors, AllOf(HasSubstr("syntax error"), HasSubstr("ERR_XPATH 50")));

    const TestServer silent({.silent = true});
    Process waiting(listen_args(silent, {"-a", "--timeout", "0.05"}));
    EXPECT_EQ(waiting.wait(), 3);
    EXPECT_THAT(waiting.errors, HasSubstr("did not answer"));
}

TEST(ConfdListen, GivesUpWhenNoEventComes) {
    const TestServer server(sending({audit(1)}));
    Process listen(listen_args(server, {"-a", "--timeout", "0.2"}));
    EXPECT_EQ(listen.wait(), 4);
    EXPECT_THAT(listen.output, StartsWith("NOTIF_AUDIT "));
}

TEST(ConfdListen, StopsOnSignals) {
    for (const int signal : {SIGINT, SIGTERM}) {
        const TestServer server(sending({audit(1)}));
        Process listen(listen_args(server, {"-a"}));
        listen.read_until("NOTIF_AUDIT");
        listen.signal(signal);
        EXPECT_EQ(listen.wait(), 0);
    }
}

TEST(ConfdListen, EndsQuietlyWhenNobodyReadsItsOutput) {
    TestServer server;
    Process listen(listen_args(server, {"-a"}));
    listen.close_output();
    server.wait_for_subscription();
    // Whichever event comes after the acceptance: each is written, and fails.
    server.send({audit(1)});
    EXPECT_EQ(listen.wait(), 0);
    EXPECT_EQ(listen.errors, "");
}

TEST(ConfdListen, TakesAddressAndSecretFromTheEnvironment) {
    const std::string path = testing::TempDir() + "confd-listen-secret";
    std::ofstream(path) << "secret\n";
    auto script = sending({audit(1)});
    script.config.product = Product::confd;
    script.config.secret = Bytes{'s', 'e', 'c', 'r', 'e', 't', '\n'};
    const TestServer server(std::move(script));
    ::setenv("CONFD_IPC_ADDR", "127.0.0.1", 1);
    const auto port = std::get<transport::TcpEndpoint>(server.endpoint()).port;
    ::setenv("CONFD_IPC_PORT", std::to_string(port).c_str(), 1);
    Process without({CONFD_LISTEN, "-a", "--count", "1"});
    EXPECT_EQ(without.wait(), 3);
    Process with({CONFD_LISTEN, "-a", "--count", "1", "--access-file", path});
    EXPECT_EQ(with.wait(), 0) << with.errors;
    ::setenv("CONFD_IPC_ACCESS_FILE", path.c_str(), 1);
    Process environment({CONFD_LISTEN, "-a", "--count", "1"});
    EXPECT_EQ(environment.wait(), 0) << environment.errors;
    for (const char* name : {"CONFD_IPC_ADDR", "CONFD_IPC_PORT", "CONFD_IPC_ACCESS_FILE"}) {
        ::unsetenv(name);
    }
}

}  // namespace
}  // namespace confd
