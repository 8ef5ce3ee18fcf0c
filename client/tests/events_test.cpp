// SPDX-License-Identifier: Apache-2.0
#include "client/events.hpp"

#include <gmock/gmock.h>
#include <poll.h>
#include <unistd.h>

#include <filesystem>

#include "client/tests/test_server.hpp"
#include "testing/patience.hpp"

namespace confd::events {
namespace {

using namespace std::chrono_literals;
using test::audit;
using test::TestServer;
using testing::HasSubstr;
using Kind = Error::Kind;

/// Far more than anything takes: a deadline that only a bug meets.
using test::patience;
/// Long enough to be seen, for what must not happen.
constexpr auto moment = 20ms;

template <class F>
Error error_of_call(F f) {
    try {
        f();
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "no error";
    return {Kind::usage, "no error"};
}

EventSocket connected(const TestServer& server, std::uint32_t mask = NOTIF_AUDIT) {
    EventSocket sock(server.options());
    notifications_connect(sock, mask, patience);
    return sock;
}

Error connect_error(const ConnectOptions& options, Deadline deadline = patience) {
    EventSocket sock(options);
    auto error = error_of_call([&] { notifications_connect(sock, NOTIF_AUDIT, deadline); });
    EXPECT_FALSE(sock.is_open());
    EXPECT_FALSE(error.recoverable());
    return error;
}

std::int64_t usid_of(const Notification& event) {
    const auto* found = event.get<AuditNotification>();
    return found == nullptr ? -1 : found->usid;
}

std::vector<std::int64_t> usids(EventSocket& sock, std::size_t count) {
    std::vector<std::int64_t> found;
    while (found.size() < count)
        found.push_back(usid_of(read_notification(sock, patience)));
    return found;
}

std::function<void(ServerSession&)> sending(std::vector<Notification> events) {
    return [events = std::move(events)](ServerSession& session) {
        for (const auto& event : events)
            EXPECT_TRUE(session.send(event));
    };
}

// --- where to

class OverTransport : public testing::TestWithParam<const char*> {};

TEST_P(OverTransport, SubscribesReadsAndAcknowledges) {
    TestServer server({.config = {.product = Product::nso},
                       .listen = *transport::parse_endpoint(GetParam()),
                       .on_subscribed = sending(test::events_to_acknowledge())});
    auto sock = connected(server, test::mask_to_acknowledge);
    EXPECT_TRUE(sock.is_open());
    EXPECT_EQ(sock.mask(), test::mask_to_acknowledge);
    EXPECT_EQ(sock.server().protocol_version, 78);
    for (const auto& sent : test::events_to_acknowledge()) {
        const auto event = read_notification(sock, patience);
        EXPECT_EQ(event, sent);
        if (const auto* diff = event.get<CommitDiffNotification>()) {
            diff_notification_done(sock, diff->tctx, patience);
        } else if (const auto* entry = event.get<AuditNotification>()) {
            sync_audit_notification(sock, entry->usid, patience);
        } else if (const auto* network = event.get<AuditNetworkNotification>()) {
            sync_audit_network_notification(sock, network->usid, patience);
        } else {
            sync_ha_notification(sock, patience);
        }
    }
    EXPECT_EQ(server.wait_for_acks(4), test::acks_expected());
    sock.close();
    EXPECT_FALSE(sock.is_open());
    server.wait_until_all_left();
}

INSTANTIATE_TEST_SUITE_P(All, OverTransport,
                         testing::Values("127.0.0.1:0", "[::1]:0", "localhost:0",
                                         "./client-events-test.sock"));

TEST(EventSocket, ConnectsToAnIpAndPortOrAPath) {
    TestServer tcp;
    EventSocket sock;
    const auto port = std::get<transport::TcpEndpoint>(tcp.endpoint()).port;
    notifications_connect(sock, NOTIF_AUDIT, "127.0.0.1", port, patience);
    EventSocket second;
    notifications_connect2(second, NOTIF_HEARTBEAT, {.heartbeat_interval = 5}, "127.0.0.1", port,
                           patience);
    EXPECT_EQ(tcp.wait_for_subscription().heartbeat_interval, 5);

    const std::string path = std::filesystem::temp_directory_path() /
                             ("confd-client-" + std::to_string(::getpid()) + ".sock");
    TestServer local({.listen = transport::UnixEndpoint{path}});
    EventSocket third;
    notifications_connect(third, NOTIF_AUDIT, path, patience);
    EXPECT_TRUE(third.is_open());
}

TEST(EventSocket, SaysThatNobodyListens) {
    transport::Endpoint gone;
    {
        const TestServer server;
        gone = server.endpoint();
    }
    const auto error = connect_error({.endpoint = gone});
    EXPECT_EQ(error.kind(), Kind::connect);
    EXPECT_THAT(error.what(), HasSubstr("Connection refused"));
    EXPECT_EQ(connect_error({.endpoint = transport::UnixEndpoint{"/nonexistent/x"}}).kind(),
              Kind::connect);
}

// --- what is subscribed

TEST(EventSocket, SendsTheSubscription) {
    TestServer server;
    EventSocket sock(server.options());
    notifications_connect2(sock, NOTIF_STREAM_EVENT | NOTIF_PROGRESS,
                           {.stream_name = "NETCONF", .usid = 3, .verbosity = VERBOSITY_VERBOSE},
                           patience);
    const auto seen = server.wait_for_subscription();
    EXPECT_EQ(seen.mask, NOTIF_STREAM_EVENT | NOTIF_PROGRESS);
    EXPECT_EQ(seen.stream, (StreamRequest{.name = "NETCONF", .usid = 3}));
    EXPECT_EQ(seen.verbosity, VERBOSITY_VERBOSE);
}

TEST(EventSocket, SendsNoVerbosityIn6x) {
    TestServer server({.config = {.release = {6, 6, 0}}});
    EventSocket sock(server.options());
    notifications_connect2(sock, NOTIF_COMMIT_PROGRESS, {.verbosity = VERBOSITY_DEBUG}, patience);
    EXPECT_EQ(server.wait_for_subscription().verbosity, VERBOSITY_NORMAL);
}

TEST(EventSocket, ChecksUsageBeforeItConnects) {
    EventSocket sock(ConnectOptions{.endpoint = transport::UnixEndpoint{"/nonexistent/x"}});
    for (const auto mask : {NOTIF_HEARTBEAT, NOTIF_HEALTH_CHECK, NOTIF_STREAM_EVENT}) {
        EXPECT_EQ(error_of_call([&] { notifications_connect(sock, mask); }).kind(), Kind::usage);
        EXPECT_EQ(error_of_call([&] { notifications_connect2(sock, mask, {}); }).kind(),
                  Kind::usage);
    }
    EXPECT_EQ(error_of_call([&] { read_notification(sock); }).kind(), Kind::usage);
    EXPECT_EQ(error_of_call([&] { sync_ha_notification(sock); }).kind(), Kind::usage);
    EXPECT_FALSE(sock.pending());
    EXPECT_EQ(sock.native_handle(), -1);
}

TEST(EventSocket, SubscribesOnceButMayConnectAgain) {
    TestServer server;
    auto sock = connected(server);
    const auto error = error_of_call([&] { notifications_connect(sock, NOTIF_AUDIT); });
    EXPECT_EQ(error.kind(), Kind::usage);
    EXPECT_TRUE(error.recoverable());
    EXPECT_TRUE(sock.is_open());
    sock.close();
    EXPECT_EQ(error_of_call([&] { read_notification(sock); }).kind(), Kind::closed);
    notifications_connect(sock, NOTIF_AUDIT, patience);
    EXPECT_TRUE(sock.is_open());
}

// --- refusals

TEST(EventSocket, CarriesThePeersCodeAndText) {
    for (const auto& peer :
         {PeerError{ERR_NOEXISTS, "no such stream"}, PeerError{ERR_PROTOUSAGE, "bad"},
          PeerError{ERR_NOSESSION, "who?"}, PeerError{ERR_XPATH, "syntax error"}}) {
        const TestServer server({.refusal = peer});
        const auto error = connect_error(server.options());
        EXPECT_EQ(error.kind(), Kind::refused);
        EXPECT_EQ(error.peer(), peer);
        EXPECT_THAT(error.what(), HasSubstr(peer.text));
    }
}

TEST(EventSocket, ReportsARefusedHandshakeAsProtousage) {
    const TestServer server({.config = {.max_depth = 30}});
    auto options = server.options();
    auto error = connect_error(options);
    EXPECT_EQ(error.kind(), Kind::refused);
    EXPECT_EQ(error.peer().code, ERR_PROTOUSAGE);
    EXPECT_THAT(error.what(), HasSubstr("too small"));

    options.release = {9, 0, 0};
    error = connect_error(options);
    EXPECT_EQ(error.peer().code, ERR_PROTOUSAGE);
    EXPECT_THAT(error.what(), HasSubstr("not compatible"));
}

TEST(EventSocket, PassesTheAccessCheck) {
    const Bytes secret{'s', 'e', 'c', 'r', 'e', 't', '\n'};
    TestServer server({.config = {.secret = secret}});
    auto options = server.options();
    options.access_secret = secret;
    EventSocket sock(options);
    notifications_connect(sock, NOTIF_AUDIT, patience);
    EXPECT_TRUE(sock.is_open());

    options.access_secret->pop_back();
    auto error = connect_error(options);
    EXPECT_EQ(error.kind(), Kind::refused);
    EXPECT_EQ(error.peer(), (PeerError{ERR_PROTOUSAGE, "Access denied"}));

    // Not offered: the server closes without a word.
    error = connect_error(server.options());
    EXPECT_EQ(error.kind(), Kind::closed);
}

// --- deadlines

TEST(EventSocket, GivesUpOnAServerThatNeverAnswers) {
    const TestServer server({.silent = true});
    const auto error = connect_error(server.options(), moment);
    EXPECT_EQ(error.kind(), Kind::timeout);
    EXPECT_THAT(error.what(), HasSubstr("accepted the connection, but did not answer"));
}

TEST(EventSocket, ReadsOnAfterATimeout) {
    TestServer server;
    auto sock = connected(server);
    for (const auto& deadline : {Deadline(moment), Deadline(0ms), Deadline(-1h)}) {
        const auto error = error_of_call([&] { read_notification(sock, deadline); });
        EXPECT_EQ(error.kind(), Kind::timeout);
        EXPECT_TRUE(error.recoverable());
    }
    server.send({audit(1)});
    EXPECT_EQ(usid_of(read_notification(sock, patience)), 1);
    server.send({audit(2)});
    EXPECT_EQ(usid_of(read_notification(sock, std::chrono::hours::max())), 2);
}

TEST(EventSocket, KeepsPartOfAnEventOverATimeout) {
    Bytes payload;
    ASSERT_TRUE(encode_notification(audit(7), payload, {}));
    Bytes whole;
    append_frame(whole, payload);
    const auto half = whole.begin() + static_cast<long>(whole.size() / 2);
    TestServer server({.on_subscribed = [first = Bytes(whole.begin(), half)](ServerSession& s) {
        s.send_raw(first);
    }});
    auto sock = connected(server);
    EXPECT_EQ(error_of_call([&] { read_notification(sock, moment); }).kind(), Kind::timeout);
    EXPECT_FALSE(sock.pending());
    server.send_raw(Bytes(half, whole.end()));
    EXPECT_EQ(usid_of(read_notification(sock, patience)), 7);
}

// --- how events come

TEST(EventSocket, ReadsManyEventsFromOneSegment) {
    std::vector<Notification> events;
    std::vector<std::int64_t> expected;
    for (std::int64_t i = 0; i < 1000; ++i) {
        events.push_back(audit(i));
        expected.push_back(i);
    }
    TestServer server({.on_subscribed = sending(events)});
    auto sock = connected(server);
    EXPECT_EQ(usids(sock, events.size()), expected);
    EXPECT_FALSE(sock.pending());
}

TEST(EventSocket, ReadsOneByteASegment) {
    TestServer server({.on_subscribed = sending({audit(1), audit(2)}), .byte_by_byte = true});
    auto sock = connected(server);
    EXPECT_EQ(usids(sock, 2), (std::vector<std::int64_t>{1, 2}));
}

TEST(EventSocket, CanBePolled) {
    TestServer server({.on_subscribed = sending({audit(1), audit(2)})});
    auto sock = connected(server);
    std::vector<std::int64_t> found;
    while (found.size() < 2) {
        pollfd fd{sock.native_handle(), POLLIN, 0};
        if (!sock.pending()) {
            ASSERT_EQ(::poll(&fd, 1, 20000), 1);
        }
        try {
            found.push_back(usid_of(read_notification(sock, 0ms)));
        } catch (const Error& error) {
            ASSERT_EQ(error.kind(), Kind::timeout);
        }
    }
    EXPECT_EQ(found, (std::vector<std::int64_t>{1, 2}));
}

TEST(EventSocket, GoesOnAfterAMalformedEvent) {
    TestServer server({.on_subscribed = [](ServerSession& session) {
        EXPECT_TRUE(session.send(audit(1)));
        session.send_payload(test::malformed_payload());
        EXPECT_TRUE(session.send(audit(2)));
    }});
    auto sock = connected(server);
    EXPECT_EQ(usid_of(read_notification(sock, patience)), 1);
    const auto error = error_of_call([&] { read_notification(sock, patience); });
    EXPECT_EQ(error.kind(), Kind::protocol);
    EXPECT_EQ(error.protocol_error().code, Errc::wrong_arity);
    EXPECT_TRUE(error.recoverable());
    EXPECT_TRUE(sock.is_open());
    EXPECT_EQ(usid_of(read_notification(sock, patience)), 2);
}

TEST(EventSocket, EndsAtAnEmptyFrame) {
    TestServer server({.on_subscribed = [](ServerSession& session) {
        EXPECT_TRUE(session.send(audit(1)));
        session.send_raw(Bytes{0, 0, 0, 0});
        EXPECT_TRUE(session.send(audit(2)));
    }});
    auto sock = connected(server);
    EXPECT_EQ(usid_of(read_notification(sock, patience)), 1);
    const auto error = error_of_call([&] { read_notification(sock, patience); });
    EXPECT_EQ(error.protocol_error().code, Errc::empty_frame);
    EXPECT_FALSE(error.recoverable());
    EXPECT_FALSE(sock.is_open());
}

TEST(EventSocket, DeliversEverythingBeforeTheServersEnd) {
    TestServer server({.on_subscribed = sending({audit(1), audit(2)}), .close_after = true});
    auto sock = connected(server);
    // The server waits for us to close too, so an acknowledgement still goes through.
    EXPECT_EQ(usid_of(read_notification(sock, patience)), 1);
    EXPECT_EQ(usid_of(read_notification(sock, patience)), 2);
    const auto error = error_of_call([&] { read_notification(sock, patience); });
    EXPECT_EQ(error.kind(), Kind::closed);
    EXPECT_TRUE(error.orderly());
    EXPECT_FALSE(sock.is_open());
}

TEST(EventSocket, TellsAnEndInTheMiddleOfAnEvent) {
    TestServer server(
        {.on_subscribed = [](ServerSession& s) { s.send_raw(Bytes{0, 0, 0, 9, 131}); },
         .close_after = true});
    auto sock = connected(server);
    const auto error = error_of_call([&] { read_notification(sock, patience); });
    EXPECT_EQ(error.kind(), Kind::closed);
    EXPECT_FALSE(error.orderly());
    EXPECT_EQ(error.protocol_error().code, Errc::truncated);
}

TEST(EventSocket, MovesWithItsConnection) {
    TestServer server;
    auto first = connected(server);
    auto second = std::move(first);
    server.send({audit(4)});
    EXPECT_EQ(usid_of(read_notification(second, patience)), 4);
}

}  // namespace
}  // namespace confd::events
