// SPDX-License-Identifier: Apache-2.0
// HTTP without sockets: requests however they are cut, and what is no request.
#include "simulator/control/http_session.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "simulator/control/limits.hpp"

namespace confd::sim::control {
namespace {

using Poll = HttpSession::Poll;
using testing::IsEmpty;
using testing::SizeIs;

/// What came of some bytes that arrived in pieces.
struct Outcome {
    std::vector<Request> requests;
    int failed = 0;
    int expectations = 0;
};

Outcome feed(std::string_view bytes, std::size_t piece) {
    HttpSession session;
    Outcome out;
    while (!bytes.empty() && out.failed == 0) {
        const auto size = std::min(piece, bytes.size());
        const auto room = session.prepare(65536);
        std::ranges::copy(bytes.substr(0, size), room.begin());
        session.commit(size);
        bytes.remove_prefix(size);
        for (auto poll = session.poll(); poll != Poll::need_input; poll = session.poll()) {
            if (poll == Poll::request) out.requests.push_back(session.request());
            if (poll == Poll::expectation) ++out.expectations;
            if (poll == Poll::failed) out.failed = session.failure().status;
            if (poll == Poll::failed) break;
        }
    }
    return out;
}

int status_of(std::string_view bytes) {
    const auto whole = feed(bytes, bytes.size());
    const auto cut = feed(bytes, 1);
    EXPECT_EQ(whole.failed, cut.failed) << bytes.substr(0, 100);
    EXPECT_THAT(whole.requests, IsEmpty());
    return whole.failed;
}

constexpr std::string_view three_requests =
    "GET /a HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 7-1\r\n\r\n"
    "POST /b HTTP/1.1\r\nhost: localhost\r\nOrigin: http://localhost\r\nContent-Length: 5\r\n\r\n"
    "a\r\nb\n"
    "POST /c HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";

TEST(HttpSession, RequestsAreTheSameHoweverTheyAreCut) {
    for (const std::size_t piece :
         {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{64}, three_requests.size()}) {
        const auto out = feed(three_requests, piece);
        ASSERT_THAT(out.requests, SizeIs(3)) << piece;
        EXPECT_EQ(out.requests[0].target, "/a");
        EXPECT_EQ(out.requests[0].last_event_id, "7-1");
        EXPECT_FALSE(out.requests[0].origin);
        EXPECT_TRUE(out.requests[0].keep_alive);
        EXPECT_EQ(out.requests[1].method, "POST");
        EXPECT_EQ(out.requests[1].origin, "http://localhost");
        EXPECT_EQ(out.requests[1].body, "a\r\nb\n");
        EXPECT_EQ(out.requests[2].body, "abcde");
        EXPECT_FALSE(out.requests[2].keep_alive);
    }
}

TEST(HttpSession, WhatIsNoRequestIs400) {
    for (const auto* bytes :
         {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
          "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
          "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"})
        EXPECT_EQ(status_of(bytes), 400) << bytes;
}

TEST(HttpSession, HeadersHaveALimit) {
    const std::string large(max_request_header, 'x');
    EXPECT_EQ(status_of("GET /" + large + " HTTP/1.1\r\nHost: a\r\n\r\n"), 431);
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nA: " + large + "\r\n\r\n"), 431);
    std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
    while (many.size() < 2 * max_request_header)
        many += "A: b\r\n";
    EXPECT_EQ(status_of(many), 431);
}

TEST(HttpSession, BodiesHaveALimit) {
    EXPECT_EQ(status_of(fmt::format("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
                                    max_request_body + 1)),
              413);
    EXPECT_EQ(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: "
                        "18446744073709551615\r\n\r\n"),
              413);
    std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t size = 0; size <= max_request_body; size += 0x8000)
        chunked += "8000\r\n" + std::string(0x8000, 'x') + "\r\n";
    EXPECT_EQ(feed(chunked, 65536).failed, 413);
}

TEST(HttpSession, ALargestBodyIsTaken) {
    const auto bytes = fmt::format("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{}",
                                   max_request_body, std::string(max_request_body, 'x'));
    const auto out = feed(bytes, 65536);
    ASSERT_THAT(out.requests, SizeIs(1));
    EXPECT_THAT(out.requests[0].body, SizeIs(max_request_body));
}

TEST(HttpSession, ChunkHeadersAndTrailersHaveALimit) {
    const std::string begin = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string large(3 * max_request_header, 'x');
    EXPECT_NE(feed(begin + "1;" + large, 4096).failed, 0);
    EXPECT_NE(feed(begin + "0\r\nA: " + large, 4096).failed, 0);
}

TEST(HttpSession, WhoeverWaitsToSendABodyIsToldToGoOn) {
    const std::string head =
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
    EXPECT_EQ(feed(head, head.size()).expectations, 1);
    const auto out = feed(head + "ab", 1);
    EXPECT_EQ(out.expectations, 1);
    ASSERT_THAT(out.requests, SizeIs(1));
    EXPECT_EQ(out.requests[0].body, "ab");
}

// Neither a crash nor a loop without end, whatever comes: the sanitizers see to the rest.
TEST(HttpSession, SurvivesAnyBytes) {
    std::mt19937 random(1);
    for (int round = 0; round < 3000; ++round) {
        std::string bytes(three_requests);
        for (auto changes = random() % 8; changes > 0; --changes) {
            const auto at = random() % bytes.size();
            if (random() % 2 == 0) {
                bytes[at] = static_cast<char>(random());
            } else {
                bytes.erase(at, random() % 9);
            }
        }
        feed(bytes, 1 + random() % 40);
    }
}

}  // namespace
}  // namespace confd::sim::control
