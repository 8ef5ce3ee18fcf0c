// SPDX-License-Identifier: Apache-2.0
// Peers that send too much, too fast, or not at all, in virtual time.
#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "protocol/frame/frame.hpp"
#include "protocol/session/handshake.hpp"
#include "simulator/tests/stage.hpp"

namespace confd::sim {
namespace {

using namespace std::chrono_literals;
using test::HubClient;
using test::of_kind;
using test::RawClient;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class HubLimitsTest : public testing::Test {
  protected:
    Hub& hub() {
        if (!hub_) hub_ = std::make_unique<Hub>(config);
        return *hub_;
    }
    HubClient client(std::uint32_t mask = NOTIF_AUDIT | NOTIF_AUDIT_SYNC) {
        return {hub(), now, test::client_config(mask)};
    }
    /// A client that has connected, and says nothing.
    PeerId connect() {
        raw_.push_back(std::make_unique<RawClient>(hub(), now));
        return raw_.back()->id;
    }
    /// A client that has said hello, and has been answered.
    PeerId greeted() {
        const auto id = connect();
        ClientSession session(test::client_config(NOTIF_AUDIT));
        hub().feed(now, id, session.take_output());
        EXPECT_FALSE(raw(id).take(now).empty());
        return id;
    }
    RawClient& raw(PeerId id) {
        return **std::ranges::find_if(raw_, [&](const auto& raw) { return raw->id == id; });
    }
    /// Lets time pass, the hub doing what is due meanwhile.
    std::vector<HubEvent> pass(std::chrono::milliseconds span) {
        std::vector<HubEvent> all;
        const auto end = now + span;
        while (true) {
            std::ranges::move(hub().poll(now), std::back_inserter(all));
            const auto next = hub().next_deadline();
            if (!next || *next > end) break;
            now = std::max(now, *next);
        }
        now = end;
        std::ranges::move(hub().poll(now), std::back_inserter(all));
        return all;
    }
    /// How the connection is told to close, if it is.
    std::optional<CloseHow> closing(PeerId id) {
        hub().flush(now);
        return raw(id).closed();
    }
    /// Whether the client is not to be read from.
    bool paused(HubClient& client) {
        hub().flush(now);
        return client.connection().paused;
    }

    HubConfig config;
    Instant now = Instant{} + 1h;

  private:
    std::unique_ptr<Hub> hub_;
    std::vector<std::unique_ptr<RawClient>> raw_;
};

// ---- times ----

TEST_F(HubLimitsTest, HandshakeIsDoneIn5SecondsOrReset) {
    const auto silent = connect();
    const auto half = connect();
    hub().feed(now, half, Bytes{11, 0, 78, 7});
    EXPECT_THAT(of_kind<Refused>(pass(4999ms)), IsEmpty());
    const auto refused = of_kind<Refused>(pass(1ms));
    ASSERT_THAT(refused, SizeIs(2));
    EXPECT_EQ(refused[0].peer, silent);
    EXPECT_EQ(refused[0].reason, "the handshake was not complete in time");
    EXPECT_FALSE(refused[0].malformed);
    EXPECT_EQ(closing(silent), CloseHow::rst);
    EXPECT_EQ(closing(half), CloseHow::rst);
}

TEST_F(HubLimitsTest, AccessCheckIsPartOfTheHandshake) {
    config.server.secret = Bytes{'x'};
    const auto id = connect();
    Bytes hello;
    append_hello(hello, {.client_id = CLIENT_EVENT_NOTIFICATIONS, .wants_challenge = true});
    hub().feed(now + 1s, id, hello);
    EXPECT_THAT(of_kind<Refused>(pass(5s)), SizeIs(1));
}

TEST_F(HubLimitsTest, SubscriptionComesIn10SecondsOrIsRefused) {
    const auto id = greeted();
    EXPECT_THAT(of_kind<Refused>(pass(9999ms)), IsEmpty());
    // The beginning of one is none.
    hub().feed(now, id, Bytes{0, 0, 0, 30, 131});
    const auto refused = of_kind<Refused>(pass(1ms));
    ASSERT_THAT(refused, SizeIs(1));
    EXPECT_EQ(refused[0].code, ERR_PROTOUSAGE);
    EXPECT_THAT(refused[0].reason, HasSubstr("the subscription was not complete in time"));
    EXPECT_EQ(closing(id), CloseHow::fin);
}

TEST_F(HubLimitsTest, AFrameThatHasBegunEndsIn30Seconds) {
    auto one = client();
    auto other = client();
    EXPECT_THAT(of_kind<Refused>(pass(1h)), IsEmpty())
        << "a subscriber that owes nothing may be silent";
    hub().feed(now, one.id(), Bytes{0, 0, 0, 9, 131});
    // Byte after byte is no excuse.
    EXPECT_THAT(of_kind<Refused>(pass(20s)), IsEmpty());
    hub().feed(now, one.id(), Bytes{104});
    EXPECT_THAT(of_kind<Refused>(pass(9999ms)), IsEmpty());
    const auto refused = of_kind<Refused>(pass(1ms));
    ASSERT_THAT(refused, SizeIs(1));
    EXPECT_EQ(refused[0].peer, one.id());
    EXPECT_TRUE(refused[0].malformed);
    EXPECT_TRUE(refused[0].subscribed);
    EXPECT_EQ(refused[0].reason, "a frame was not complete in time");
    EXPECT_TRUE(other.subscribed());
    EXPECT_THAT(hub().subscribers(), testing::ElementsAre(other.id()));
}

TEST_F(HubLimitsTest, EachFrameHasItsOwn30Seconds) {
    auto one = client();
    Bytes ack;
    append_frame(ack, ByteView(Bytes{131, 100, 0, 9, 'h', 'a', '_', 's', 'y', 'n', 'c', 'e', 'd'}));
    // Always in the middle of one, for minutes.
    hub().feed(now, one.id(), ByteView(ack).first(5));
    for (int i = 0; i < 20; ++i) {
        EXPECT_THAT(of_kind<Refused>(pass(20s)), IsEmpty());
        auto next = Bytes(ack.begin() + 5, ack.end());
        next.insert(next.end(), ack.begin(), ack.begin() + 5);
        hub().feed(now, one.id(), next);
    }
}

TEST_F(HubLimitsTest, ReleasesWhatAStalledPeerOwes) {
    auto one = client();
    hub().send(now, test::audit(17));
    hub().feed(now, one.id(), Bytes{0, 0, 0, 9, 131});
    EXPECT_THAT(of_kind<BarrierReleased>(pass(30s)), SizeIs(1));
}

TEST_F(HubLimitsTest, TimesCanBeForEver) {
    config.limits.handshake_timeout = 0s;
    config.limits.subscription_timeout = 0s;
    config.limits.frame_timeout = 0s;
    const auto silent = connect();
    const auto waiting = greeted();
    auto one = client();
    hub().feed(now, one.id(), Bytes{0});
    EXPECT_THAT(of_kind<Refused>(pass(24h)), IsEmpty());
    EXPECT_FALSE(closing(silent));
    EXPECT_FALSE(closing(waiting));
}

TEST_F(HubLimitsTest, WhoIsHeldUpByAFaultIsNotToBlame) {
    ASSERT_TRUE(hub().add_fault(make_fault(FaultKind::stall)));
    connect();
    EXPECT_THAT(of_kind<Refused>(pass(1min)), IsEmpty());
}

// ---- numbers ----

TEST_F(HubLimitsTest, PendingAreThoseThatHaveNotSubscribed) {
    config.limits.pending = 3;
    config.server.maapi = true;
    auto subscriber = client();
    const auto maapi = connect();
    Bytes hello;
    append_hello(hello, {.client_id = CLIENT_MAAPI});
    hub().feed(now, maapi, hello);
    connect();
    greeted();
    EXPECT_TRUE(hub().has_room());
    const auto third = connect();
    EXPECT_FALSE(hub().has_room());
    hub().forget(third);
    EXPECT_TRUE(hub().has_room());
}

TEST_F(HubLimitsTest, WhoIsTurnedDownIsPendingUntilItIsGone) {
    config.limits.pending = 1;
    const auto id = connect();
    hub().feed(now, id, Bytes{5, 0, 78, 7, 8, 2, 0, 20, 9});
    EXPECT_EQ(closing(id), CloseHow::fin);
    EXPECT_FALSE(hub().has_room()) << "its connection is still there";
    hub().forget(id);
    EXPECT_TRUE(hub().has_room());
}

TEST_F(HubLimitsTest, AnyNumberMayBePending) {
    config.limits.pending = 0;
    for (int i = 0; i < 1000; ++i)
        connect();
    EXPECT_TRUE(hub().has_room());
}

TEST_F(HubLimitsTest, DefaultsAreThoseOfThePage) {
    EXPECT_EQ(config.limits.frame, 65536U);
    EXPECT_EQ(config.limits.pending, 256U);
    EXPECT_EQ(config.queue.soft, std::size_t{2} << 20);
    EXPECT_EQ(config.queue.hard, std::size_t{8} << 20);
    EXPECT_EQ(config.queue.patience, 10s);
}

// ---- acknowledgements ----

std::size_t acks_in(const std::vector<HubEvent>& events) {
    return of_kind<AckReceived>(events).size();
}

TEST_F(HubLimitsTest, AcknowledgementsThatNothingWaitsForComeAtABoundedRate) {
    auto one = client();
    pass(0ms);
    for (int i = 0; i < 1500; ++i)
        one.ack(now, {AckKind::audit_synced, 17});
    const auto at_once = hub().poll(now);
    EXPECT_EQ(acks_in(at_once), 1000U);
    EXPECT_THAT(of_kind<AcksHeld>(at_once), SizeIs(1));
    EXPECT_TRUE(paused(one));
    EXPECT_EQ(acks_in(pass(1s)), 100U);
    const auto rest = pass(4s);
    EXPECT_EQ(acks_in(rest), 400U) << "none is lost";
    EXPECT_THAT(of_kind<AcksHeld>(rest), IsEmpty()) << "and it is said once";
    pass(10ms);
    EXPECT_FALSE(paused(one));
}

TEST_F(HubLimitsTest, AcknowledgementsThatSomethingWaitsForAreNotCounted) {
    auto one = client();
    for (int i = 0; i < 5000; ++i)
        hub().send(now, test::audit(i));
    for (int i = 0; i < 5000; ++i)
        one.ack(now, {AckKind::audit_synced, i});
    const auto events = hub().poll(now);
    EXPECT_THAT(of_kind<BarrierReleased>(events), SizeIs(5000));
    EXPECT_THAT(of_kind<AcksHeld>(events), IsEmpty());
}

TEST_F(HubLimitsTest, WhatIsBehindAFloodIsNotLost) {
    auto one = client();
    auto other = client();
    hub().send(now, test::audit(18));
    for (int i = 0; i < 1100; ++i)
        one.ack(now, {AckKind::audit_synced, 17});
    one.ack(now, {AckKind::audit_synced, 18});
    other.ack(now, {AckKind::audit_synced, 18});
    EXPECT_THAT(of_kind<BarrierReleased>(hub().poll(now)), IsEmpty());
    EXPECT_THAT(of_kind<BarrierReleased>(pass(2s)), SizeIs(1));
}

TEST_F(HubLimitsTest, AFloodEndsWithItsPeer) {
    auto one = client();
    hub().send(now, test::audit(18));
    for (int i = 0; i < 3000; ++i)
        one.ack(now, {AckKind::audit_synced, 17});
    hub().eof(now, one.id());
    const auto events = hub().poll(now);
    EXPECT_EQ(acks_in(events), 3000U);
    EXPECT_THAT(of_kind<BarrierReleased>(events), SizeIs(1));
    EXPECT_THAT(of_kind<Disconnected>(events), SizeIs(1));
}

TEST_F(HubLimitsTest, AHeldFloodIsNoFrameThatStalls) {
    config.limits.ack_rate = 1;
    auto one = client();
    for (int i = 0; i < 1100; ++i)
        one.ack(now, {AckKind::audit_synced, 17});
    hub().feed(now, one.id(), Bytes{0, 0, 0, 9, 131});
    EXPECT_THAT(of_kind<Refused>(pass(100s)), IsEmpty());
    EXPECT_THAT(of_kind<Refused>(pass(31s)), SizeIs(1)) << "now it is";
}

// ---- frames ----

TEST_F(HubLimitsTest, EmptyFramesAreMalformed) {
    auto one = client();
    hub().feed(now, one.id(), Bytes{0, 0, 0, 0});
    const auto refused = of_kind<Refused>(hub().poll(now));
    ASSERT_THAT(refused, SizeIs(1));
    EXPECT_TRUE(refused[0].malformed);
    EXPECT_THAT(refused[0].reason, HasSubstr("a frame of length 0"));

    const auto early = greeted();
    hub().feed(now, early, Bytes{0, 0, 0, 0});
    EXPECT_EQ(of_kind<Refused>(hub().poll(now)).at(0).code, ERR_PROTOUSAGE);
}

TEST_F(HubLimitsTest, HandshakeIsReadInItsOwnBytes) {
    const auto id = connect();
    EXPECT_EQ(hub().wanted(id, 65536), hello_size);
    const auto other = greeted();
    EXPECT_EQ(hub().wanted(other, 65536), 65536U);
}

// ---- MAAPI ----

TEST_F(HubLimitsTest, AnswersThatAreNotReadStopTheRequests) {
    config.server.maapi = true;
    const auto id = connect();
    Bytes bytes;
    append_hello(bytes, {.client_id = CLIENT_MAAPI});
    hub().feed(now, id, bytes);
    raw(id).take(now);
    // Attach to a transaction that is not there: refused each time, with an answer of 8 bytes.
    bytes.clear();
    append_frame(bytes,
                 ByteView(Bytes{0, 0, 0, 220, 0, 0, 0, 1, 131, 104, 1, 98, 255, 255, 255, 255}));
    std::size_t fed = 0;
    while (!raw(id).connection.paused && fed < (std::size_t{64} << 20)) {
        hub().feed(now, id, bytes);
        hub().flush(now);
        fed += bytes.size();
    }
    EXPECT_LT(hub().queued(id), std::size_t{300} << 10);
    EXPECT_LT(fed, std::size_t{2} << 20);
    // What has been read makes room again.
    raw(id).take(now);
    hub().flush(now);
    EXPECT_FALSE(raw(id).connection.paused);
}

}  // namespace
}  // namespace confd::sim
