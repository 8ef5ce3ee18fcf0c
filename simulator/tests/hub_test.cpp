#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "simulator/hub/describe.hpp"
#include "simulator/tests/support.hpp"

namespace confd::sim {
namespace {

using namespace std::chrono_literals;
using test::audit;
using test::client_config;
using test::HubClient;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

template <class T>
std::vector<T> of_kind(const std::vector<HubEvent>& events) {
    std::vector<T> out;
    for (const auto& event : events) {
        if (const auto* found = std::get_if<T>(&event)) out.push_back(*found);
    }
    return out;
}

struct HubTest : testing::Test {
    HubConfig config;
    Instant now{};
    std::unique_ptr<Hub> hub_;

    Hub& hub() {
        if (!hub_) hub_ = std::make_unique<Hub>(config);
        return *hub_;
    }
    HubClient client(std::uint32_t mask) { return {hub(), now, client_config(mask)}; }
    std::vector<HubEvent> poll() { return hub().poll(now); }
    std::vector<std::uint32_t> types(HubClient& client) {
        std::vector<std::uint32_t> out;
        for (const auto& event : client.exchange(now))
            out.push_back(event.type);
        return out;
    }
};

TEST_F(HubTest, SendsAnEventToThoseWhoseMaskHasIt) {
    auto auditor = client(NOTIF_AUDIT);
    auto committer = client(NOTIF_COMMIT_DIFF);
    EXPECT_EQ(hub().send(audit(1)).recipients, 1U);
    EXPECT_THAT(types(auditor), ElementsAre(NOTIF_AUDIT));
    EXPECT_THAT(types(committer), IsEmpty());
}

TEST_F(HubTest, SaysWhoSubscribedAndWhoLeft) {
    auto one = client(NOTIF_AUDIT);
    EXPECT_THAT(of_kind<Subscribed>(poll()), SizeIs(1));
    hub().eof(now, one.id());
    const auto gone = of_kind<Disconnected>(poll());
    ASSERT_THAT(gone, SizeIs(1));
    EXPECT_TRUE(gone[0].subscribed);
    EXPECT_TRUE(hub().wants_close(one.id()));
    hub().forget(one.id());
    EXPECT_THAT(poll(), IsEmpty()) << "a peer disconnects once";
}

TEST_F(HubTest, RefusesMoreSubscribersThanAllowed) {
    config.max_subscribers = 1;
    auto one = client(NOTIF_AUDIT);
    auto two = client(NOTIF_AUDIT);
    EXPECT_TRUE(one.subscribed());
    ASSERT_TRUE(two.failure());
    EXPECT_EQ(two.failure()->peer.code, ERR_PROTOUSAGE);
    EXPECT_EQ(two.failure()->peer.text, "Too many subscribers, at most 1 are served");
    EXPECT_THAT(of_kind<Refused>(poll()), SizeIs(1));
    hub().forget(one.id());
    EXPECT_TRUE(client(NOTIF_AUDIT).subscribed()) << "room again";
}

TEST_F(HubTest, RefusesStreamsThatDoNotExist) {
    config.streams = {"interface"};
    auto refused = client(NOTIF_STREAM_EVENT);
    ASSERT_TRUE(refused.failure());
    EXPECT_EQ(refused.failure()->peer, (PeerError{ERR_NOEXISTS, "No such stream"}));
}

TEST_F(HubTest, SendsStreamEventsToSubscribersOfTheirStreamUntilItsEnd) {
    config.streams = {"NETCONF", "other"};
    auto one = client(NOTIF_STREAM_EVENT);
    const Notification event{NOTIF_STREAM_EVENT, StreamNotification{}};
    const Notification end{NOTIF_STREAM_EVENT, StreamNotification{.type = STREAM_REPLAY_COMPLETE}};
    EXPECT_EQ(hub().send(event, {.stream = "other"}).recipients, 0U);
    EXPECT_EQ(hub().send(event, {.stream = "NETCONF"}).recipients, 1U);
    EXPECT_EQ(hub().send(event).recipients, 1U);
    EXPECT_EQ(hub().send(end).recipients, 1U);
    EXPECT_EQ(hub().send(event).recipients, 0U) << "REQ-STREAM-1";
}

TEST_F(HubTest, GivesEachSubscriberTheFirstRoleThatFitsAndHasRoom) {
    config.roles = {{"sync", NOTIF_AUDIT | NOTIF_AUDIT_SYNC, 0, 1},
                    {"plain", NOTIF_AUDIT, NOTIF_COMMIT_DIFF, 0}};
    auto one = client(NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    auto two = client(NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    auto three = client(NOTIF_COMMIT_DIFF | NOTIF_AUDIT);
    EXPECT_EQ(hub().role_of(one.id()), "sync");
    EXPECT_EQ(hub().role_of(two.id()), "plain");
    EXPECT_EQ(hub().role_of(three.id()), "");
    EXPECT_EQ(hub().send(audit(1), {.role = "plain"}).recipients, 1U);
    EXPECT_EQ(hub().send(audit(1)).recipients, 3U);
}

TEST_F(HubTest, BeatsAtTheSubscribersIntervalButNotFaster) {
    auto fast = client_config(NOTIF_HEARTBEAT | NOTIF_HEALTH_CHECK);
    fast.subscription.heartbeat_interval = 10;
    fast.subscription.health_check_interval = 3000;
    HubClient one(hub(), now, fast);
    EXPECT_EQ(hub().next_deadline(), now + 1000ms) << "REQ-SUB-7";
    now += 999ms;
    poll();
    EXPECT_THAT(types(one), IsEmpty());
    now += 1ms;
    poll();
    EXPECT_THAT(types(one), ElementsAre(NOTIF_HEARTBEAT));
    now += 2000ms;
    poll();
    EXPECT_THAT(types(one), ElementsAre(NOTIF_HEARTBEAT, NOTIF_HEALTH_CHECK))
        << "one for the time that was missed";
    EXPECT_EQ(hub().counters(one.id())->beats, 3U);
}

TEST_F(HubTest, RaisesAnIntervalOfZero) {
    auto config_of_zero = client_config(NOTIF_HEARTBEAT);
    config_of_zero.subscription.heartbeat_interval = 0;
    HubClient one(hub(), now, config_of_zero);
    EXPECT_EQ(hub().next_deadline(), now + 1000ms);
}

TEST_F(HubTest, DoesNotBeatWithoutTheBit) {
    auto without = client_config(NOTIF_AUDIT);
    without.subscription.heartbeat_interval = 1000;
    HubClient one(hub(), now, without);
    EXPECT_FALSE(hub().next_deadline()) << "REQ-SUB-14";
}

TEST_F(HubTest, ReleasesABarrierOnceAllHaveAnswered) {
    auto one = client(NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    auto two = client(NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    auto three = client(NOTIF_AUDIT);
    const auto sent = hub().send(audit(17));
    EXPECT_EQ(sent.recipients, 3U) << "REQ-SYNC-8";
    EXPECT_THAT(sent.owed, ElementsAre(Owed{one.id(), {AckKind::audit_synced, 17}},
                                       Owed{two.id(), {AckKind::audit_synced, 17}}));
    poll();
    one.ack(now, {AckKind::audit_synced, 17});
    EXPECT_TRUE(hub().barriers().is_open(sent.id));
    EXPECT_THAT(of_kind<BarrierReleased>(poll()), IsEmpty());
    two.ack(now, {AckKind::audit_synced, 17});
    EXPECT_FALSE(hub().barriers().is_open(sent.id));
    EXPECT_THAT(of_kind<BarrierReleased>(poll()), SizeIs(1));
    EXPECT_FALSE(hub().barriers().has_expired(sent.id));
}

TEST_F(HubTest, TellsWrongAcknowledgementsApart) {
    auto one = client(NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    const auto first = hub().send(audit(17));
    one.ack(now, {AckKind::audit_synced, 18});
    one.ack(now, {AckKind::diff_done, 17});
    EXPECT_TRUE(hub().barriers().is_open(first.id));
    one.ack(now, {AckKind::audit_synced, 17});
    one.ack(now, {AckKind::audit_synced, 17});
    const auto second = hub().send(audit(19));
    hub().barriers().expire_at(second.id, now + 10s);
    EXPECT_EQ(hub().next_deadline(), now + 10s);
    now += 10s;
    const auto events = poll();
    one.ack(now, {AckKind::audit_synced, 19});
    one.ack(now, {AckKind::audit_synced, 19});

    const auto expired = of_kind<BarrierExpired>(events);
    ASSERT_THAT(expired, SizeIs(1));
    EXPECT_THAT(expired[0].missing, ElementsAre(Owed{one.id(), {AckKind::audit_synced, 19}}));
    std::vector<std::pair<AckVerdict, SendId>> verdicts;
    for (const auto& list : {events, poll()}) {
        for (const auto& ack : of_kind<AckReceived>(list))
            verdicts.emplace_back(ack.verdict, ack.send);
    }
    EXPECT_THAT(verdicts,
                ElementsAre(std::pair(AckVerdict::unknown, 0U), std::pair(AckVerdict::unknown, 0U),
                            std::pair(AckVerdict::known, first.id),
                            std::pair(AckVerdict::duplicate, first.id),
                            std::pair(AckVerdict::late, second.id),
                            std::pair(AckVerdict::duplicate, second.id)));
    EXPECT_THAT(hub().counters(one.id())->acks, ElementsAre(1, 2, 1, 2));
}

TEST_F(HubTest, ASubscriberThatLeavesHoldsNothingUp) {
    auto one = client(NOTIF_HA_INFO | NOTIF_HA_INFO_SYNC);
    const auto sent = hub().send(test::ha_info());
    hub().forget(one.id());
    EXPECT_FALSE(hub().barriers().is_open(sent.id)) << "REQ-SYNC-7";
    EXPECT_THAT(of_kind<BarrierReleased>(poll()), SizeIs(1));
}

TEST_F(HubTest, SpeaksTheDialectOfEachClient) {
    for (const Release release : {Release{6, 6, 0}, Release{7, 8, 2}, Release{8, 2, 0}}) {
        auto old = client_config(NOTIF_COMMIT_PROGRESS);
        old.release = release;
        HubClient one(hub(), now, old);
        hub().send(*make_notification(NOTIF_COMMIT_PROGRESS, Dialect::v7x));
        const auto events = one.exchange(now);
        ASSERT_THAT(events, SizeIs(1)) << to_string(release);
        EXPECT_THAT(one.malformed(), IsEmpty());
    }
}

TEST_F(HubTest, TurnsDownWhatIsNoSubscriber) {
    const auto peer = hub().connect({});
    hub().feed(now, peer, Bytes{7, 0, 78, 7, 8, 2, 0, 20, 9});
    const auto refused = of_kind<Refused>(poll());
    ASSERT_THAT(refused, SizeIs(1));
    EXPECT_THAT(refused[0].reason, HasSubstr("service 7"));
    EXPECT_TRUE(hub().wants_close(peer));
    EXPECT_EQ(hub().subscriptions(), 0U);
}

TEST(Describe, NamesMasks) {
    EXPECT_EQ(mask_names(NOTIF_AUDIT | NOTIF_AUDIT_SYNC), "NOTIF_AUDIT|NOTIF_AUDIT_SYNC");
    EXPECT_EQ(mask_names(0x80000000U), "0x80000000");
    EXPECT_EQ(mask_names(0), "0");
}

/// Any event of the catalogue, told apart by a number where it has a field for one.
Notification any_event() {
    const auto types = event_types();
    const auto type = types[*rc::gen::inRange<std::size_t>(0, types.size())];
    auto event = *make_notification(type, Dialect::v7x);
    if (auto* log = std::get_if<AuditNotification>(&event.body))
        log->logno = *rc::gen::arbitrary<std::uint8_t>();
    if (auto* log = std::get_if<SyslogNotification>(&event.body))
        log->logno = *rc::gen::arbitrary<std::uint8_t>();
    return event;
}

RC_GTEST_PROP(HubProperty, ASubscriberGetsExactlyTheEventsItsMaskNames, ()) {
    HubConfig config;
    config.server.product = *rc::gen::element(Product::confd, Product::nso);
    Hub hub(config);
    const Instant now{};
    const auto count = *rc::gen::inRange(1, 5);
    std::vector<std::uint32_t> masks;
    std::vector<std::unique_ptr<HubClient>> clients;
    for (int i = 0; i < count; ++i) {
        masks.push_back(*rc::gen::arbitrary<std::uint32_t>() & 0x7fffffffU);
        auto client = client_config(masks.back());
        client.product = config.server.product;
        clients.push_back(std::make_unique<HubClient>(hub, now, client));
        RC_ASSERT(clients.back()->subscribed());
    }
    std::vector<std::vector<Notification>> expected(masks.size());
    const auto events =
        *rc::gen::container<std::vector<Notification>>(rc::gen::exec([] { return any_event(); }));
    for (const auto& event : events) {
        hub.send(event);
        for (std::size_t i = 0; i < masks.size(); ++i) {
            if ((masks[i] & event.type) != 0) expected[i].push_back(event);
        }
    }
    for (std::size_t i = 0; i < masks.size(); ++i) {
        RC_ASSERT(clients[i]->exchange(now) == expected[i]);
        RC_ASSERT(clients[i]->malformed().empty());
    }
}

}  // namespace
}  // namespace confd::sim

namespace rc {

// Printed when a property fails.
inline void showValue(const confd::Notification& event, std::ostream& os) {
    os << event.type;
}

}  // namespace rc
