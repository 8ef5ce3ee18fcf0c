// SPDX-License-Identifier: Apache-2.0
// Both sessions, against each other and against peers that do not keep to the protocol.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocol/session/client_session.hpp"
#include "protocol/session/server_session.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/tests/bytes_util.hpp"
#include "protocol/tests/gen_event.hpp"
#include "protocol/value/hash.hpp"

namespace confd::test {
namespace {

using ClientPoll = ClientSession::Poll;
using ServerPoll = ServerSession::Poll;

constexpr Challenge some_challenge{9, 8, 7};

ClientConfig subscriber(std::uint32_t mask) {
    ClientConfig config;
    config.subscription.mask = mask;
    return config;
}

/// Moves bytes both ways until neither side has any.
void exchange(ClientSession& client, ServerSession& server, ClientPoll& client_said,
              ServerPoll& server_said) {
    while (client.has_output() || server.has_output()) {
        server.feed(client.take_output());
        server_said = server.poll();
        client.feed(server.take_output());
        client_said = client.poll();
    }
}

TEST(SessionTest, SubscribesAndAcknowledges) {
    ClientSession client(subscriber(NOTIF_AUDIT | NOTIF_AUDIT_SYNC));
    ServerSession server({}, some_challenge);
    auto client_said = ClientPoll::need_input;
    auto server_said = ServerPoll::need_input;
    exchange(client, server, client_said, server_said);
    ASSERT_EQ(server_said, ServerPoll::subscription);
    EXPECT_EQ(server.subscription().mask, NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    server.accept();
    exchange(client, server, client_said, server_said);
    ASSERT_EQ(client_said, ClientPoll::subscribed);

    const Notification audit{NOTIF_AUDIT, AuditNotification{1, "admin", 17, "logged in"}};
    ASSERT_TRUE(server.send(audit));
    exchange(client, server, client_said, server_said);
    ASSERT_EQ(client_said, ClientPoll::notification);
    EXPECT_EQ(client.notification(), audit);

    const auto owed = ack_owed(client.notification(), client.config().subscription.mask);
    ASSERT_TRUE(owed);
    client.send(*owed);
    exchange(client, server, client_said, server_said);
    ASSERT_EQ(server_said, ServerPoll::ack);
    EXPECT_EQ(server.ack(), (Ack{AckKind::audit_synced, 17}));
}

/// What goes over the wire for a stream event when a subscriber asks for tags in this way, and what
/// its session makes of it.
struct StreamExchange {
    Bytes payload;
    Notification event;
    std::string name;
};

StreamExchange stream_exchange(std::int64_t use_ikp, const Notification& event) {
    auto config = subscriber(NOTIF_STREAM_EVENT);
    config.subscription.stream = StreamRequest{.name = "s", .use_ikp = use_ikp};
    ClientSession client(config);
    const auto names = std::make_shared<const HashNames>(
        HashNames{{name_hash("urn:if"), "urn:if"}, {name_hash("mtu"), "mtu"}});
    ServerSession server({.names = names}, some_challenge);
    auto client_said = ClientPoll::need_input;
    auto server_said = ServerPoll::need_input;
    exchange(client, server, client_said, server_said);
    server.accept();
    exchange(client, server, client_said, server_said);
    EXPECT_TRUE(server.send(event));
    exchange(client, server, client_said, server_said);
    EXPECT_EQ(client_said, ClientPoll::notification);
    const auto payload = client.payload();
    return {Bytes(payload.begin(), payload.end()), client.notification(),
            std::string(client.names().name_of(0, name_hash("mtu")).value_or("unknown"))};
}

TEST(SessionTest, TagsGoByNameToThoseWhoAskForIt) {
    StreamNotification stream;
    const auto ns = name_hash("urn:if");
    const auto mtu = name_hash("mtu");
    stream.values = {{ns, mtu, TagMarker::start, {}},
                     {ns, 77, TagMarker::value, {ValueType::xmltag, XmlTag{ns, mtu}}}};
    const Notification event{NOTIF_STREAM_EVENT, stream};
    const auto by_hash = stream_exchange(0, event);
    const auto by_name = stream_exchange(1, event);
    EXPECT_EQ(by_hash.event, event);
    EXPECT_EQ(by_name.event, event);
    EXPECT_EQ(by_hash.name, "unknown");
    EXPECT_EQ(by_name.name, "mtu");
    const auto text = to_string(read_payload(by_name.payload).value());
    EXPECT_NE(text.find("[{['urn:if'|mtu], start}, {['urn:if'|77], ['urn:if'|mtu]}]"),
              std::string::npos)
        << text;
}

TEST(SessionTest, FlagWithoutItsEventOwesNothing) {
    const Notification audit{NOTIF_AUDIT, AuditNotification{1, "admin", 17, "logged in"}};
    EXPECT_FALSE(ack_owed(audit, NOTIF_AUDIT));
    EXPECT_FALSE(ack_owed(audit, NOTIF_AUDIT_SYNC));
    EXPECT_FALSE(ack_owed(audit, NOTIF_AUDIT | NOTIF_HA_INFO_SYNC));
    EXPECT_TRUE(ack_owed(audit, NOTIF_AUDIT | NOTIF_AUDIT_SYNC));
    const Notification diff{NOTIF_COMMIT_DIFF, CommitDiffNotification{}};
    EXPECT_TRUE(ack_owed(diff, NOTIF_COMMIT_DIFF)) << "needs no flag";
}

struct HelloCase {
    const char* name;
    Hello hello;
    const char* reply;  // all that the server says
};

void PrintTo(const HelloCase& hello, std::ostream* out) {
    *out << hello.name;
}

class HelloTest : public testing::TestWithParam<HelloCase> {};

TEST_P(HelloTest, IsAnswered) {
    ServerSession server({}, some_challenge);
    Bytes hello;
    append_hello(hello, GetParam().hello);
    server.feed(hello);
    const bool accepted = std::string_view(GetParam().reply).starts_with("00");
    EXPECT_EQ(server.poll(), accepted ? ServerPoll::need_input : ServerPoll::closed);
    EXPECT_EQ(hex(server.take_output()), GetParam().reply);
    EXPECT_EQ(server.reason().empty(), accepted);
}

INSTANTIATE_TEST_SUITE_P(
    All, HelloTest,
    testing::Values(HelloCase{"Stock", {}, "00004e070802001409"},
                    HelloCase{"Release66", {.protocol_version = 66}, "00004e070802001409"},
                    HelloCase{"Release82", {.protocol_version = 82}, "00004e070802001409"},
                    HelloCase{"ErlangWithoutArrays",
                              {.max_depth = 0, .max_key_length = 0},
                              "00004e070802001409"},
                    HelloCase{"Ancient", {.protocol_version = 59}, "01004e070802001409"},
                    HelloCase{"Future", {.protocol_version = 90}, "01004e070802001409"},
                    HelloCase{"Shallow", {.max_depth = 19}, "02004e070802001409"},
                    HelloCase{"ShortKeys", {.max_key_length = 8}, "02004e070802001409"},
                    HelloCase{"Maapi", {.client_id = CLIENT_MAAPI}, ""}),
    [](const auto& test) { return test.param.name; });

ServerConfig with_secret(std::string_view secret) {
    ServerConfig config;
    config.secret = Bytes(secret.begin(), secret.end());
    return config;
}

TEST(AccessTest, RightSecretIsLetIn) {
    auto config = subscriber(NOTIF_AUDIT);
    config.secret = with_secret("s3cret\n").secret;
    ClientSession client(config);
    ServerSession server(with_secret("s3cret\n"), some_challenge);
    auto client_said = ClientPoll::need_input;
    auto server_said = ServerPoll::need_input;
    exchange(client, server, client_said, server_said);
    EXPECT_EQ(server_said, ServerPoll::subscription);
}

TEST(AccessTest, WrongSecretIsDenied) {
    auto config = subscriber(NOTIF_AUDIT);
    config.secret = with_secret("s3cret").secret;
    ClientSession client(config);
    ServerSession server(with_secret("s3cret\n"), some_challenge);
    auto client_said = ClientPoll::need_input;
    auto server_said = ServerPoll::need_input;
    exchange(client, server, client_said, server_said);
    EXPECT_EQ(server_said, ServerPoll::closed);
    ASSERT_EQ(client_said, ClientPoll::failed);
    EXPECT_EQ(client.failure().kind, SessionFailure::Kind::refused);
    EXPECT_EQ(client.failure().peer, (PeerError{ERR_PROTOUSAGE, "Access denied"}));
}

TEST(AccessTest, ClosedWithoutAWordIsDeniedToo) {
    auto config = subscriber(NOTIF_AUDIT);
    config.secret = with_secret("s3cret").secret;
    ClientSession client(config);
    Bytes challenge{access_challenge};
    challenge.insert(challenge.end(), some_challenge.begin(), some_challenge.end());
    client.feed(challenge);
    EXPECT_EQ(client.poll(), ClientPoll::need_input);
    client.feed_eof();
    ASSERT_EQ(client.poll(), ClientPoll::failed);
    EXPECT_EQ(client.failure().peer.text, "Access denied");
}

TEST(AccessTest, ClientThatDoesNotOfferIsClosedUnanswered) {
    ClientSession client(subscriber(NOTIF_AUDIT));
    ServerSession server(with_secret("s3cret"), some_challenge);
    server.feed(client.take_output());
    EXPECT_EQ(server.poll(), ServerPoll::closed);
    EXPECT_FALSE(server.has_output());
}

TEST(AccessTest, ServerWithoutSecretTakesAnyAnswer) {
    auto config = subscriber(NOTIF_AUDIT);
    config.secret = with_secret("whatever").secret;
    ClientSession client(config);
    ServerSession server({}, some_challenge);
    auto client_said = ClientPoll::need_input;
    auto server_said = ServerPoll::need_input;
    exchange(client, server, client_said, server_said);
    EXPECT_EQ(server_said, ServerPoll::subscription);
}

/// A server that has answered the hello and waits for the subscription.
ServerSession greeted() {
    ServerSession server({}, some_challenge);
    Bytes hello;
    append_hello(hello, {});
    server.feed(hello);
    EXPECT_EQ(server.poll(), ServerPoll::need_input);
    server.take_output();
    return server;
}

void feed_frame(auto& session, std::string_view payload) {
    Bytes frame;
    append_frame(frame, unhex(payload));
    session.feed(frame);
}

TEST(ServerSessionTest, MalformedSubscriptionIsAnsweredWithProtousage) {
    // An atom; no version byte; four elements in a dialect with five; a stream bit without stream;
    // a mask that is negative; a stop time without a start time.
    for (const auto* payload : {"83640002686f", "6805610161006100", "83680461016100610064000161",
                                "8368056200080000610061006400 09 756e646566696e6564 6100",
                                "836805 62ffffffff 61006100 640009756e646566696e6564 6100"}) {
        SCOPED_TRACE(payload);
        auto server = greeted();
        feed_frame(server, payload);
        ASSERT_EQ(server.poll(), ServerPoll::closed);
        FrameReader frames;
        frames.append(server.take_output());
        const auto reply = decode_reply(frames.next().value().value());
        ASSERT_TRUE(reply && !*reply);
        EXPECT_EQ(reply->error().code, ERR_PROTOUSAGE);
    }
}

TEST(ServerSessionTest, SecondSubscriptionCloses) {
    auto server = greeted();
    Bytes subscription;
    encode_subscription({.mask = NOTIF_AUDIT}, subscription, Dialect::v7x);
    Bytes frame;
    append_frame(frame, subscription);
    server.feed(frame);
    ASSERT_EQ(server.poll(), ServerPoll::subscription);
    server.accept();
    server.feed(frame);
    EXPECT_EQ(server.poll(), ServerPoll::closed);
    EXPECT_NE(server.reason().find("not an acknowledgement"), std::string::npos);
}

TEST(ServerSessionTest, EmptyAndOversizedFramesClose) {
    for (const auto* bytes : {"00000000", "00010001", "ffffffff"}) {
        SCOPED_TRACE(bytes);
        auto server = greeted();
        server.feed(unhex(bytes));
        EXPECT_EQ(server.poll(), ServerPoll::closed);
        EXPECT_FALSE(server.reason().empty());
    }
}

Bytes maapi_hello() {
    Bytes hello;
    append_hello(hello, {.client_id = CLIENT_MAAPI});
    return hello;
}

/// Gives the session what it has room for of `bytes`, as a socket would; what it has taken at once.
std::size_t read_once(ServerSession& server, ByteView& bytes) {
    const auto room = server.prepare(65536);
    const auto size = std::min(room.size(), bytes.size());
    std::ranges::copy(bytes.first(size), room.begin());
    server.commit(size);
    bytes = bytes.subspan(size);
    return size;
}

TEST(ServerSessionTest, HandshakeHasRoomForItsOwnBytesOnly) {
    auto config = subscriber(NOTIF_AUDIT);
    config.secret = Bytes{'x'};
    ClientSession client(config);
    auto sent = client.take_output();
    // A client that does not wait for the answers, and never stops.
    sent.insert(sent.end(), 100'000, 0);
    ByteView rest = sent;
    ServerSession server({}, some_challenge);
    EXPECT_EQ(read_once(server, rest), hello_size);
    EXPECT_EQ(server.poll(), ServerPoll::need_input);
    EXPECT_EQ(read_once(server, rest), 17U);
    EXPECT_EQ(server.poll(), ServerPoll::need_input);
    EXPECT_FALSE(server.in_handshake());
    EXPECT_EQ(read_once(server, rest), 65536U) << "and what follows is frames";
}

TEST(ServerSessionTest, HandshakeBytesMayComeOneByOne) {
    ServerSession server({}, some_challenge);
    Bytes hello;
    append_hello(hello, {});
    for (std::size_t i = 0; i < hello_size; ++i) {
        EXPECT_EQ(server.prepare(65536).size(), hello_size - i);
        server.feed(ByteView(hello).subspan(i, 1));
        EXPECT_EQ(server.poll(), ServerPoll::need_input);
    }
    EXPECT_EQ(hex(server.take_output()), "00004e070802001409");
}

TEST(ServerSessionTest, WhoDoesNotGoOnIsTimedOut) {
    ServerSession silent({}, some_challenge);
    silent.time_out("too late");
    EXPECT_EQ(silent.poll(), ServerPoll::closed);
    EXPECT_EQ(silent.reason(), "too late");
    EXPECT_FALSE(silent.has_output()) << "it would not understand an answer";
    EXPECT_FALSE(silent.malformed());

    auto waiting = greeted();
    waiting.time_out("too late");
    EXPECT_EQ(waiting.poll(), ServerPoll::closed);
    EXPECT_EQ(waiting.refusal_code(), ERR_PROTOUSAGE);
    EXPECT_TRUE(waiting.has_output());

    ServerSession server({}, some_challenge);
    ClientSession client(subscriber(NOTIF_AUDIT));
    auto client_said = ClientPoll::need_input;
    auto server_said = ServerPoll::need_input;
    exchange(client, server, client_said, server_said);
    server.accept();
    server.time_out("too late");
    EXPECT_EQ(server.poll(), ServerPoll::closed);
    EXPECT_TRUE(server.malformed());
    server.time_out("again");
    EXPECT_EQ(server.reason(), "too late");
}

TEST(ServerSessionTest, MaapiClientsAreServedOnlyWhenAskedFor) {
    ServerSession server({}, some_challenge);
    server.feed(maapi_hello());
    EXPECT_EQ(server.poll(), ServerPoll::closed);
    EXPECT_FALSE(server.has_output());
}

TEST(ServerSessionTest, MaapiRequestsAreHandedOverAsTheyAre) {
    ServerSession server({.maapi = true}, some_challenge);
    Bytes input = maapi_hello();
    append_frame(input, unhex("000000e8"));
    append_frame(input, unhex("00"));
    server.feed(input);
    ASSERT_EQ(server.poll(), ServerPoll::request);
    EXPECT_TRUE(server.is_maapi());
    EXPECT_EQ(hex(server.frame()), "000000e8");
    EXPECT_EQ(server.take_output().size(), hello_size);
    server.send_payload(unhex("83640003656f66"));
    EXPECT_EQ(hex(server.take_output()), "0000000783640003656f66");
    ASSERT_EQ(server.poll(), ServerPoll::request);
    EXPECT_EQ(hex(server.frame()), "00");
    EXPECT_EQ(server.poll(), ServerPoll::need_input);
    server.feed_eof();
    EXPECT_EQ(server.poll(), ServerPoll::closed);
    EXPECT_EQ(server.reason(), "");
}

TEST(ServerSessionTest, MaapiFramesHaveTheSameLimit) {
    ServerSession server({.maapi = true}, some_challenge);
    server.feed(maapi_hello());
    server.feed(unhex("00010001"));
    EXPECT_EQ(server.poll(), ServerPoll::closed);
    EXPECT_TRUE(server.malformed());
}

TEST(ClientSessionTest, MalformedEventDoesNotEndTheSession) {
    ClientSession client(subscriber(NOTIF_AUDIT));
    Bytes reply;
    append_hello_reply(reply, {});
    append_frame(reply, unhex("836400026f6b"));
    client.feed(reply);
    ASSERT_EQ(client.poll(), ClientPoll::subscribed);
    feed_frame(client, "8368026101");        // cut
    feed_frame(client, "8368016200002000");  // heartbeat
    EXPECT_EQ(client.poll(), ClientPoll::malformed);
    EXPECT_EQ(client.error().code, Errc::truncated);
    ASSERT_EQ(client.poll(), ClientPoll::notification);
    EXPECT_EQ(client.notification().type, NOTIF_HEARTBEAT);
}

TEST(ClientSessionTest, FailsWithTheStateItWasIn) {
    const auto failure_after = [](ByteView bytes) {
        ClientSession client(subscriber(NOTIF_AUDIT));
        client.feed(bytes);
        client.feed_eof();
        auto said = client.poll();
        while (said != ClientPoll::failed)
            said = client.poll();
        return client.failure();
    };
    EXPECT_EQ(failure_after({}).kind, SessionFailure::Kind::closed);
    Bytes part;
    append_hello_reply(part, {});
    EXPECT_EQ(failure_after(part).kind, SessionFailure::Kind::closed);
    part.pop_back();
    EXPECT_EQ(failure_after(part).error.code, Errc::truncated);
    EXPECT_EQ(failure_after(unhex("00004e070802001409 00000000")).error.code, Errc::empty_frame);
    EXPECT_EQ(failure_after(unhex("00004e070802001409 01000001")).error.code, Errc::frame_too_long);
    EXPECT_EQ(failure_after(unhex("00004e070802001409 00000003 836101")).error.code,
              Errc::wrong_type)
        << "a reply that is neither ok nor an error";
    const auto status = failure_after(unhex("07004e070802001409"));
    EXPECT_EQ(status.kind, SessionFailure::Kind::refused);
}

/// The whole conversation cut into pieces at random gives what it gives in one piece.
RC_GTEST_PROP(SessionProperty, AnySplitGivesTheSameEvents, ()) {
    const auto context = any_context();
    const Release release{static_cast<std::uint8_t>(6 + static_cast<int>(context.dialect)), 2, 0};
    Bytes stream;
    append_hello_reply(stream, {});
    append_frame(stream, unhex("836400026f6b"));
    std::vector<Notification> sent;
    const auto count = *rc::gen::inRange(0, 6);
    for (int i = 0; i < count; ++i) {
        sent.push_back(any_event(context));
        const auto mark = begin_frame(stream);
        RC_ASSERT(encode_notification(sent.back(), stream, context).has_value());
        end_frame(stream, mark);
    }
    ClientConfig config;
    config.release = release;
    config.product = context.product;
    ClientSession client(config);
    std::vector<Notification> received;
    bool subscribed = false;
    ByteView rest = stream;
    while (!rest.empty()) {
        const auto size = *rc::gen::inRange<std::size_t>(1, rest.size() + 1);
        client.feed(rest.first(size));
        rest = rest.subspan(size);
        for (auto said = client.poll(); said != ClientPoll::need_input; said = client.poll()) {
            RC_ASSERT(said == ClientPoll::subscribed || said == ClientPoll::notification);
            if (said == ClientPoll::subscribed) subscribed = true;
            if (said == ClientPoll::notification) received.push_back(client.notification());
        }
    }
    RC_ASSERT(subscribed);
    RC_ASSERT(received == sent);
    RC_ASSERT(!client.partial());
}

}  // namespace
}  // namespace confd::test
