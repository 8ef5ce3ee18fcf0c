// SPDX-License-Identifier: Apache-2.0
// confd-listen --reconnect, and the limits that its options set.
#include <gmock/gmock.h>

#include <array>

#include "client/confd_listen/options.hpp"
#include "client/tests/test_server.hpp"
#include "testing/process.hpp"
#include "testing/temp_file.hpp"

namespace confd {
namespace {

using namespace std::chrono_literals;
using test::audit;
using test::Process;
using test::TestServer;
using testing::AllOf;
using testing::HasSubstr;

std::vector<std::string> arguments(const transport::Endpoint& endpoint,
                                   std::vector<std::string> more) {
    const auto port = std::get<transport::TcpEndpoint>(endpoint).port;
    std::vector<std::string> out{"--host", "127.0.0.1", "-p", std::to_string(port), "-a"};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

std::vector<std::string> reconnecting(const transport::Endpoint& endpoint,
                                      std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--reconnect", "--backoff", "1ms", "--backoff-max", "20ms"});
    return arguments(endpoint, more);
}

/// Sends one event to each subscriber, and closes.
TestServer::Script one_event_each() {
    return {.on_subscribed = [](ServerSession& session) { EXPECT_TRUE(session.send(audit(1))); },
            .close_after = true};
}

TEST(Reconnect, GoesOnWhereTheServerClosed) {
    TestServer server(one_event_each());
    Process listen(CONFD_LISTEN, reconnecting(server.endpoint(), {"--count", "3"}));
    EXPECT_EQ(listen.exit_code(), 0) << listen.errors();
    EXPECT_EQ(server.connections(), 3U);
    EXPECT_EQ(std::ranges::count(listen.output(), '\n'), 3);
    EXPECT_THAT(listen.errors(), AllOf(HasSubstr("the server closed the connection"),
                                       HasSubstr("connecting again in ")));
}

TEST(Reconnect, WaitsForAServerThatIsNotThereYet) {
    auto gone = std::make_unique<TestServer>();
    const auto endpoint = gone->endpoint();
    gone.reset();
    Process listen(CONFD_LISTEN, reconnecting(endpoint, {"--count", "1"}));
    listen.read_until("connecting again in ");
    auto script = one_event_each();
    script.listen = endpoint;
    TestServer server(std::move(script));
    EXPECT_EQ(listen.exit_code(), 0) << listen.errors();
    EXPECT_THAT(listen.errors(), HasSubstr("Connection refused"));
}

TEST(Reconnect, AConnectionThatBreaksOffInTheMiddleShowsInTheExitCode) {
    auto script = one_event_each();
    script.on_subscribed = [](ServerSession& session) {
        EXPECT_TRUE(session.send(audit(1)));
        session.send_raw(Bytes{0, 0, 0, 9, 131});
    };
    TestServer server(std::move(script));
    Process listen(CONFD_LISTEN, reconnecting(server.endpoint(), {"--count", "2"}));
    EXPECT_EQ(listen.exit_code(), 1) << listen.errors();
    EXPECT_EQ(server.connections(), 2U);
}

TEST(Reconnect, DoesNotAskTwiceWhatTheServerRefused) {
    TestServer server({.refusal = PeerError{ERR_NOEXISTS, "No such stream"}});
    Process listen(CONFD_LISTEN, reconnecting(server.endpoint()));
    EXPECT_EQ(listen.exit_code(), 3);
    EXPECT_EQ(server.connections(), 1U);
}

TEST(Reconnect, SignalsEndTheWait) {
    auto gone = std::make_unique<TestServer>();
    const auto endpoint = gone->endpoint();
    gone.reset();
    Process listen(CONFD_LISTEN, arguments(endpoint, {"--reconnect", "--backoff", "24h",
                                                      "--backoff-max", "24h"}));
    listen.read_until("connecting again in ");
    listen.signal(SIGTERM);
    EXPECT_EQ(listen.exit_code(), 0) << listen.errors();
}

TEST(Reconnect, TimeoutEndsTheAttempts) {
    auto gone = std::make_unique<TestServer>();
    const auto endpoint = gone->endpoint();
    gone.reset();
    Process listen(CONFD_LISTEN, reconnecting(endpoint, {"--timeout", "0.3"}));
    EXPECT_EQ(listen.exit_code(), 4) << listen.errors();
}

TEST(ClientLimits, FramesAreBoundedByTheOption) {
    TestServer server({.on_subscribed = [](ServerSession& session) {
        EXPECT_TRUE(session.send(audit(1)));
        EXPECT_TRUE(session.send({NOTIF_AUDIT, AuditNotification{.user = std::string(200, 'x')}}));
    }});
    Process listen(CONFD_LISTEN, arguments(server.endpoint(), {"--max-frame", "200"}));
    EXPECT_EQ(listen.exit_code(), 1);
    EXPECT_THAT(listen.output(), HasSubstr("at most 200 are read"));
    Process content(CONFD_LISTEN,
                    arguments(server.endpoint(), {"--max-frame", "300", "--count", "2"}));
    EXPECT_EQ(content.exit_code(), 0) << content.output();
}

TEST(ClientLimits, DefaultTo16MiBWithoutAllocatingIt) {
    TestServer server(
        {.on_subscribed = [](ServerSession& session) { session.send_raw(Bytes{1, 0, 0, 1}); }});
    Process listen(CONFD_LISTEN, arguments(server.endpoint(), {}));
    EXPECT_EQ(listen.exit_code(), 1);
    EXPECT_THAT(listen.output(), HasSubstr("a frame of 16777217 bytes, at most 16777216 are read"));
}

std::expected<listen::Options, listen::Stop> parse(std::vector<const char*> more) {
    more.insert(more.begin(), {"confd-listen", "-a"});
    return listen::parse_options(static_cast<int>(more.size()), more.data());
}

TEST(ClientLimits, HaveDefaults) {
    const auto options = parse({});
    ASSERT_TRUE(options) << options.error().text;
    EXPECT_FALSE(options->reconnect);
    EXPECT_EQ(options->backoff.first, 100ms);
    EXPECT_EQ(options->backoff.longest, 30s);
    EXPECT_EQ(options->connect.limits.payload, std::size_t{16} << 20);
    EXPECT_EQ(options->connect.socket, transport::SocketOptions{});
}

TEST(ClientLimits, AreTakenFromOptions) {
    const auto options = parse({"--reconnect", "--backoff", "1s", "--backoff-max", "1m",
                                "--max-frame", "1MiB", "--keepalive", "10s", "--keepalive-interval",
                                "2s", "--keepalive-count", "5", "--user-timeout", "1500ms"});
    ASSERT_TRUE(options) << options.error().text;
    EXPECT_TRUE(options->reconnect);
    EXPECT_EQ(options->backoff.first, 1s);
    EXPECT_EQ(options->backoff.longest, 60s);
    EXPECT_EQ(options->connect.limits.payload, std::size_t{1} << 20);
    EXPECT_EQ(options->connect.socket, (transport::SocketOptions{10s, 2s, 5, 1500ms}));
}

TEST(ClientLimits, BadOnesAreAnsweredWithWhatWasExpected) {
    struct Bad {
        std::vector<const char*> arguments;
        const char* answer;
    };
    for (const auto& [arguments, answer] : {
             Bad{{"--reconnect", "--backoff", "5"}, "expected a duration of at most 24h"},
             Bad{{"--backoff", "5s"}, "--backoff and --backoff-max are about --reconnect"},
             Bad{{"--reconnect", "--backoff", "1m"}, "--backoff 1m is above --backoff-max 30s"},
             Bad{{"--max-frame", "0"}, "expected a number of bytes from 1 to 4GiB"},
             Bad{{"--keepalive", "1500ms"}, "expected whole seconds from 0s"},
             Bad{{"--keepalive-interval", "0s"}, "expected whole seconds from 1s"},
             Bad{{"--keepalive-count", "200"}, "1 to 127"},
             Bad{{"--user-timeout", "soon"}, "expected a duration"},
         }) {
        const auto options = parse(arguments);
        ASSERT_FALSE(options) << arguments.back();
        EXPECT_EQ(options.error().code, listen::exit_usage);
        EXPECT_THAT(options.error().text, HasSubstr(answer));
    }
}

}  // namespace
}  // namespace confd
