// SPDX-License-Identifier: Apache-2.0
// What the stock library sends, byte for byte, and what it makes of the answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "conformance/tests/vectors.hpp"
#include "protocol/session/client_session.hpp"
#include "protocol/session/server_session.hpp"
#include "protocol/term/tree.hpp"

namespace confd::test {
namespace {

namespace json = boost::json;

constexpr Challenge counting{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

std::string text_of(const json::object& object, const char* name) {
    const auto* found = object.if_contains(name);
    return found == nullptr ? "" : std::string(found->as_string());
}

std::optional<Datetime> time_of(const std::string& text) {
    if (text == "-") return std::nullopt;
    std::vector<int> n;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');)
        n.push_back(std::stoi(part));
    Datetime time{static_cast<std::int16_t>(n.at(0)),  static_cast<std::uint8_t>(n.at(1)),
                  static_cast<std::uint8_t>(n.at(2)),  static_cast<std::uint8_t>(n.at(3)),
                  static_cast<std::uint8_t>(n.at(4)),  static_cast<std::uint8_t>(n.at(5)),
                  static_cast<std::uint32_t>(n.at(6)), {}};
    constexpr int no_zone = -111;
    if (n.at(7) != no_zone) {
        time.zone = {static_cast<std::int8_t>(n.at(7)), static_cast<std::int8_t>(n.at(8))};
    }
    return time;
}

/// The subscription that these parameters of the call make.
Subscription subscription_of(const json::object& args) {
    const auto number = [&](const char* name) { return args.at(name).to_number<std::int64_t>(); };
    Subscription out;
    out.mask = args.at("mask").to_number<std::uint32_t>();
    out.heartbeat_interval = number("heartbeat_interval");
    out.health_check_interval = number("health_check_interval");
    out.verbosity = number("verbosity");
    auto& stream = out.stream.emplace();
    stream.name = text_of(args, "stream_name");
    stream.start_time = time_of(text_of(args, "start_time"));
    stream.stop_time = time_of(text_of(args, "stop_time"));
    if (const auto filter = text_of(args, "xpath_filter"); filter != "-") {
        stream.xpath_filter = filter;
    }
    stream.usid = number("usid");
    return without_unused(out);
}

class ClientVectorTest : public testing::Test {
  protected:
    static Bytes bytes_of(const json::object& vector, const char* name) {
        return unhex(text_of(vector, name));
    }
    static void each(auto&& f) {
        const auto vectors = read_vectors("client_to_server.jsonl");
        EXPECT_GE(vectors.size(), 50U);
        for (const auto& vector : vectors) {
            SCOPED_TRACE(text_of(vector, "name"));
            f(vector);
        }
    }
};

TEST_F(ClientVectorTest, HelloIsOurs) {
    each([](const json::object& vector) {
        const auto bytes = bytes_of(vector, "hello");
        const auto hello = parse_hello(bytes);
        EXPECT_EQ(hello.client_id, CLIENT_EVENT_NOTIFICATIONS);
        EXPECT_EQ(hello.protocol_version, 78);
        EXPECT_EQ(hello.wants_challenge, vector.contains("challenge"));
        Bytes again;
        append_hello(again, hello);
        EXPECT_EQ(hex(again), hex(bytes));
        append_hello(again, Hello{.wants_challenge = vector.contains("challenge")});
        EXPECT_EQ(hex(again), hex(bytes) + hex(bytes)) << "our default is the same library";
    });
}

TEST_F(ClientVectorTest, SubscriptionIsTheCallsParameters) {
    std::size_t count = 0;
    each([&](const json::object& vector) {
        if (!vector.contains("subscribe")) return;
        ++count;
        const auto bytes = bytes_of(vector, "subscribe");
        const auto decoded = decode_subscription(bytes, Dialect::v7x);
        ASSERT_TRUE(decoded) << to_string(decoded.error());
        EXPECT_EQ(*decoded, subscription_of(vector.at("args").as_object()));
        // The C library writes other tags for the same terms.
        Bytes ours;
        encode_subscription(*decoded, ours, Dialect::v7x);
        EXPECT_EQ(read_payload(ours).value(), read_payload(bytes).value());
        check_truncations(bytes,
                          [](ByteView cut) { return decode_subscription(cut, Dialect::v7x); });
    });
    EXPECT_GT(count, 45U);
}

TEST_F(ClientVectorTest, AcknowledgementsAreUnderstood) {
    std::size_t count = 0;
    each([&](const json::object& vector) {
        const auto* acks = vector.if_contains("acks");
        if (acks == nullptr) return;
        for (const auto& item : acks->as_array()) {
            ++count;
            const auto bytes = unhex(std::string_view(item.as_string()));
            const auto ack = decode_ack(bytes);
            ASSERT_TRUE(ack) << to_string(ack.error());
            Bytes ours;
            encode_ack(*ack, ours);
            EXPECT_EQ(read_payload(ours).value(), read_payload(bytes).value());
            check_truncations(bytes, [](ByteView cut) { return decode_ack(cut); });
        }
    });
    EXPECT_GE(count, 9U);
}

TEST_F(ClientVectorTest, AccessCheckGivesTheSameDigest) {
    std::size_t count = 0;
    each([&](const json::object& vector) {
        if (!vector.contains("challenge")) return;
        ++count;
        const auto challenge_bytes = bytes_of(vector, "challenge");
        ASSERT_EQ(challenge_bytes.front(), access_challenge);
        Challenge challenge{};
        std::copy(challenge_bytes.begin() + 1, challenge_bytes.end(), challenge.begin());
        const auto digest = access_digest(as_bytes(text_of(vector, "secret")), challenge);
        const auto response = bytes_of(vector, "challenge_response");
        EXPECT_EQ(response.front(), access_response);
        EXPECT_EQ(hex(digest), hex(ByteView(response).subspan(1)));
    });
    EXPECT_GE(count, 2U);
}

/// Our server against the recorded client: it must answer as the recorded server did.
TEST_F(ClientVectorTest, OurServerTakesTheRecordedClient) {
    each([](const json::object& vector) {
        if (!vector.contains("subscribe")) return;
        ServerConfig config;
        if (vector.contains("challenge")) {
            const auto secret = text_of(vector, "secret");
            config.secret = Bytes(secret.begin(), secret.end());
        }
        ServerSession server(config, counting);
        server.feed(bytes_of(vector, "hello"));
        server.feed(bytes_of(vector, "challenge_response"));
        Bytes subscription;
        append_frame(subscription, bytes_of(vector, "subscribe"));
        server.feed(subscription);
        ASSERT_EQ(server.poll(), ServerSession::Poll::subscription) << server.reason();
        const auto reply = bytes_of(vector, "reply");
        const auto expected_reply = decode_reply(reply).value();
        if (expected_reply) {
            server.accept();
        } else {
            server.refuse(expected_reply.error());
        }
        Bytes expected = bytes_of(vector, "challenge");
        if (!expected.empty()) expected.push_back(access_granted);
        const auto hello_reply = bytes_of(vector, "hello_reply");
        expected.insert(expected.end(), hello_reply.begin(), hello_reply.end());
        append_frame(expected, reply);
        EXPECT_EQ(hex(server.take_output()), hex(expected));
        EXPECT_EQ(server.subscribed(), expected_reply.has_value());
    });
}

/// Our client against the recorded server: it must come to the result that the stock library had.
TEST_F(ClientVectorTest, OurClientTakesTheRecordedServer) {
    each([](const json::object& vector) {
        ClientConfig config;
        config.subscription = subscription_of(vector.at("args").as_object());
        if (vector.contains("challenge")) {
            const auto secret = text_of(vector, "secret");
            config.secret = Bytes(secret.begin(), secret.end());
        }
        ClientSession client(config);
        client.feed(bytes_of(vector, "challenge"));
        if (vector.contains("challenge")) {
            client.feed(Bytes{vector.contains("hello_reply") ? access_granted : access_denied});
        }
        client.feed(bytes_of(vector, "hello_reply"));
        if (vector.contains("reply")) {
            Bytes reply;
            append_frame(reply, bytes_of(vector, "reply"));
            client.feed(reply);
        }
        const auto poll = client.poll();
        const auto result = text_of(vector, "client_result");
        if (result == "ret=0 errno=0 err=") {
            EXPECT_EQ(poll, ClientSession::Poll::subscribed);
            return;
        }
        ASSERT_EQ(poll, ClientSession::Poll::failed);
        ASSERT_EQ(client.failure().kind, SessionFailure::Kind::refused);
        const auto& peer = client.failure().peer;
        const auto code = "errno=" + std::to_string(peer.code) + " ";
        EXPECT_NE(result.find(code), std::string::npos) << result << " and " << peer.code;
        if (peer.text.starts_with("Maximum depth")) return;  // worded without a C type name
        EXPECT_NE(result.find(peer.text), std::string::npos) << result << " and " << peer.text;
    });
}

}  // namespace
}  // namespace confd::test
