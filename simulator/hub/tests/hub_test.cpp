// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "protocol/frame/frame.hpp"
#include "protocol/mask.hpp"
#include "protocol/session/event_frame.hpp"
#include "protocol/session/handshake.hpp"
#include "protocol/value/calendar.hpp"
#include "protocol/value/text.hpp"
#include "simulator/hub/describe.hpp"
#include "simulator/tests/stage.hpp"

namespace confd::sim {
namespace {

using namespace std::chrono_literals;
using test::audit;
using test::client_config;
using test::HubClient;
using test::KeptConnection;
using test::of_kind;
using test::RawClient;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

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
    EXPECT_EQ(hub().send(now, audit(1)).recipients, 1U);
    EXPECT_THAT(types(auditor), ElementsAre(NOTIF_AUDIT));
    EXPECT_THAT(types(committer), IsEmpty());
}

/// A connection that takes everything, and says so in a list it shares.
struct Written : Connection {
    Written(std::string n, std::vector<std::string>& l) : name(std::move(n)), list(l) {}
    void write(Instant, ByteView) override { list.push_back(name); }
    void close(CloseHow) override { list.push_back(name + " closed"); }
    void pause_reading(bool) override {}
    std::size_t unsent() const override { return 0; }

    std::string name;
    std::vector<std::string>& list;
};

TEST_F(HubTest, FlushesConnectionsThatHaveSomethingToDo) {
    std::vector<std::string> list;
    auto auditor = client(NOTIF_AUDIT);
    auto committer = client(NOTIF_COMMIT_DIFF);
    auto another = client(NOTIF_AUDIT);
    Written one("one", list);
    Written two("two", list);
    Written three("three", list);
    hub().attach(auditor.id(), one);
    hub().attach(committer.id(), two);
    hub().attach(another.id(), three);
    const auto flushed = [&] {
        list.clear();
        EXPECT_FALSE(hub().flush(now));
        return list;
    };
    flushed();
    EXPECT_THAT(flushed(), IsEmpty());
    hub().send(now, audit(1));
    hub().send(now, audit(2));
    EXPECT_THAT(flushed(), ElementsAre("one", "three")) << "both events in one write";
    poll();
    EXPECT_THAT(flushed(), IsEmpty());
    hub().close(committer.id(), CloseHow::half);
    hub().send(now, audit(3));
    hub().forget(another.id());
    EXPECT_THAT(flushed(), ElementsAre("one", "two closed"));
    EXPECT_EQ(hub().subscriber_count(), 1U);
}

TEST_F(HubTest, SaysWhoSubscribedAndWhoLeft) {
    auto one = client(NOTIF_AUDIT);
    EXPECT_THAT(of_kind<Subscribed>(poll()), SizeIs(1));
    hub().eof(now, one.id());
    const auto gone = of_kind<Disconnected>(poll());
    ASSERT_THAT(gone, SizeIs(1));
    EXPECT_TRUE(gone[0].subscribed);
    EXPECT_FALSE(gone[0].by_us);
    one.exchange(now);
    EXPECT_EQ(one.closed(), CloseHow::fin);
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
    config.streams.streams = {{.name = "interface"}};
    auto refused = client(NOTIF_STREAM_EVENT);
    ASSERT_TRUE(refused.failure());
    EXPECT_EQ(refused.failure()->peer, (PeerError{ERR_NOEXISTS, "No such stream"}));
}

TEST_F(HubTest, SendsStreamEventsToSubscribersOfTheirStreamUntilItsEnd) {
    config.streams.streams = {{.name = "NETCONF"}, {.name = "other"}};
    auto one = client(NOTIF_STREAM_EVENT);
    const Notification event{NOTIF_STREAM_EVENT, StreamNotification{}};
    const Notification end{NOTIF_STREAM_EVENT, StreamNotification{.type = STREAM_REPLAY_COMPLETE}};
    EXPECT_EQ(hub().send(now, event, {.stream = "other"}).recipients, 0U);
    EXPECT_EQ(hub().send(now, event, {.stream = "NETCONF"}).recipients, 1U);
    EXPECT_EQ(hub().send(now, event).recipients, 1U);
    EXPECT_EQ(hub().send(now, end).recipients, 1U);
    EXPECT_EQ(hub().send(now, event).recipients, 0U) << "REQ-STREAM-1";
}

TEST_F(HubTest, GivesEachSubscriberTheFirstRoleThatFitsAndHasRoom) {
    config.roles = {{.name = "sync", .must = NOTIF_AUDIT | NOTIF_AUDIT_SYNC, .count = 1},
                    {.name = "plain", .must = NOTIF_AUDIT, .must_not = NOTIF_COMMIT_DIFF}};
    auto one = client(NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    auto two = client(NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    auto three = client(NOTIF_COMMIT_DIFF | NOTIF_AUDIT);
    EXPECT_EQ(hub().role_of(one.id()), "sync");
    EXPECT_EQ(hub().role_of(two.id()), "plain");
    EXPECT_EQ(hub().role_of(three.id()), "");
    EXPECT_EQ(hub().send(now, audit(1), {.role = "plain"}).recipients, 1U);
    EXPECT_EQ(hub().send(now, audit(1)).recipients, 3U);
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
    const auto sent = hub().send(now, audit(17));
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
    const auto first = hub().send(now, audit(17));
    one.ack(now, {AckKind::audit_synced, 18});
    one.ack(now, {AckKind::diff_done, 17});
    EXPECT_TRUE(hub().barriers().is_open(first.id));
    one.ack(now, {AckKind::audit_synced, 17});
    one.ack(now, {AckKind::audit_synced, 17});
    const auto second = hub().send(now, audit(19));
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
    const auto sent = hub().send(now, test::ha_info());
    hub().forget(one.id());
    EXPECT_FALSE(hub().barriers().is_open(sent.id)) << "REQ-SYNC-7";
    EXPECT_THAT(of_kind<BarrierReleased>(poll()), SizeIs(1));
}

TEST_F(HubTest, SpeaksTheDialectOfEachClient) {
    for (const Release release : {Release{6, 6, 0}, Release{7, 8, 2}, Release{8, 2, 0}}) {
        auto old = client_config(NOTIF_COMMIT_PROGRESS);
        old.release = release;
        HubClient one(hub(), now, old);
        hub().send(now, *make_notification(NOTIF_COMMIT_PROGRESS, Dialect::v7x));
        const auto events = one.exchange(now);
        ASSERT_THAT(events, SizeIs(1)) << to_string(release);
        EXPECT_THAT(one.malformed(), IsEmpty());
    }
}

TEST_F(HubTest, TurnsDownWhatIsNoSubscriber) {
    RawClient peer(hub(), now);
    hub().feed(now, peer.id, Bytes{7, 0, 78, 7, 8, 2, 0, 20, 9});
    const auto refused = of_kind<Refused>(poll());
    ASSERT_THAT(refused, SizeIs(1));
    EXPECT_THAT(refused[0].reason, HasSubstr("service 7"));
    hub().flush(now);
    EXPECT_EQ(peer.closed(), CloseHow::fin);
    EXPECT_EQ(hub().subscriptions(), 0U);
}

// ---- the syslog ----

TEST_F(HubTest, TheSyslogIsTakenByTheFirstAndReturnedByTheLast) {
    const auto changes = [&] {
        std::vector<bool> out;
        for (const auto& change : of_kind<SyslogTaken>(poll()))
            out.push_back(change.taken);
        return out;
    };
    auto one = client(NOTIF_TAKEOVER_SYSLOG | NOTIF_DAEMON);
    EXPECT_THAT(changes(), ElementsAre(true));
    auto two = client(NOTIF_TAKEOVER_SYSLOG);
    auto three = client(NOTIF_DAEMON);
    hub().forget(one.id());
    hub().forget(three.id());
    EXPECT_THAT(changes(), IsEmpty());
    EXPECT_TRUE(hub().syslog_taken());
    hub().close(two.id(), CloseHow::half);
    EXPECT_THAT(changes(), IsEmpty()) << "its connection is still there";
    hub().eof(now, two.id());
    EXPECT_THAT(changes(), ElementsAre(false));
    hub().forget(two.id());
    EXPECT_THAT(changes(), IsEmpty());
    auto four = client(NOTIF_TAKEOVER_SYSLOG);
    EXPECT_THAT(changes(), ElementsAre(true));
}

TEST_F(HubTest, ARefusedSubscriptionTakesNoSyslog) {
    config.max_subscribers = 1;
    auto one = client(NOTIF_AUDIT);
    auto two = client(NOTIF_TAKEOVER_SYSLOG);
    hub().forget(two.id());
    EXPECT_THAT(of_kind<SyslogTaken>(poll()), IsEmpty());
    EXPECT_FALSE(hub().syslog_taken());
}

// ---- subscribers that do not read ----

struct SlowTest : HubTest {
    SlowTest() { config.queue = {.soft = 1000, .hard = 5000, .patience = 2s}; }
    /// So many bytes of events for the subscribers of AUDIT.
    void send_bytes_of_audit(std::size_t size) {
        hub().send(now, audit(1, std::string(size, 'x')));
    }
    std::vector<SlowConsumer> slow() { return of_kind<SlowConsumer>(poll()); }
};

TEST_F(SlowTest, MoreThanTheSoftLimitIsBorneForAWhile) {
    auto one = client(NOTIF_AUDIT);
    auto other = client(NOTIF_DAEMON);
    send_bytes_of_audit(1000);
    EXPECT_THAT(slow(), IsEmpty());
    EXPECT_EQ(hub().next_deadline(), now + 2s);
    now += 1999ms;
    EXPECT_THAT(slow(), IsEmpty());
    EXPECT_THAT(types(one), SizeIs(1)) << "it reads after all";
    now += 1h;
    EXPECT_THAT(slow(), IsEmpty());
    EXPECT_FALSE(hub().next_deadline());

    send_bytes_of_audit(1000);
    EXPECT_THAT(slow(), IsEmpty()) << "the time starts anew";
    now += 2s;
    const auto events = poll();
    ASSERT_THAT(of_kind<SlowConsumer>(events), SizeIs(1));
    EXPECT_EQ(of_kind<SlowConsumer>(events)[0].peer, one.id());
    ASSERT_THAT(of_kind<Disconnected>(events), SizeIs(1));
    EXPECT_TRUE(of_kind<Disconnected>(events)[0].by_us);
    EXPECT_THAT(types(one), IsEmpty()) << "what waited is lost";
    EXPECT_EQ(one.closed(), CloseHow::rst);
    const auto told = other.exchange(now);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_THAT(told[0].get<SyslogNotification>()->msg,
                testing::StartsWith("subscriber 1 closed: 10"))
        << "REQ-SLOW-2";
}

TEST_F(SlowTest, MoreThanTheHardLimitIsNotBorne) {
    auto one = client(NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    send_bytes_of_audit(5000);
    const auto events = poll();
    EXPECT_THAT(of_kind<SlowConsumer>(events), SizeIs(1));
    EXPECT_THAT(of_kind<BarrierReleased>(events), SizeIs(1)) << "it holds nothing up any more";
    EXPECT_THAT(slow(), IsEmpty()) << "once";
    hub().forget(one.id());
    EXPECT_THAT(of_kind<Disconnected>(poll()), IsEmpty());
}

TEST_F(SlowTest, WhatTheOwnerStillHasCounts) {
    auto one = client(NOTIF_AUDIT);
    send_bytes_of_audit(3000);
    hub().flush(now);
    const auto written = one.connection().bytes.size();
    EXPECT_GT(written, 3000U);
    EXPECT_EQ(hub().queued(one.id()), written) << "not sent yet";
    EXPECT_THAT(slow(), IsEmpty());
    send_bytes_of_audit(3000);
    hub().flush(now);
    EXPECT_THAT(slow(), SizeIs(1));

    auto two = client(NOTIF_AUDIT);
    send_bytes_of_audit(3000);
    hub().flush(now);
    two.connection().take();
    hub().progress(two.id());
    EXPECT_EQ(hub().queued(two.id()), 0U);
    EXPECT_THAT(slow(), IsEmpty());
}

/// A connection that has taken some of what was written.
struct Stuck : Connection {
    void write(Instant, ByteView some) override {
        bytes.insert(bytes.end(), some.begin(), some.end());
    }
    void close(CloseHow) override {}
    void pause_reading(bool) override {}
    std::size_t unsent() const override { return bytes.size() - taken; }
    Bytes unsent_bytes() const override {
        return {bytes.begin() + static_cast<std::ptrdiff_t>(taken), bytes.end()};
    }

    Bytes bytes;
    std::size_t taken = 0;
};

TEST_F(SlowTest, WhatItNeverGotIsCounted) {
    auto one = client(NOTIF_AUDIT);
    Stuck connection;
    hub().attach(one.id(), connection);
    Bytes one_event;
    ASSERT_TRUE(append_event(one_event, audit(1, std::string(500, 'x')), {}));
    const auto frame = one_event.size();
    for (int i = 0; i < 4; ++i)
        send_bytes_of_audit(500);
    hub().flush(now);
    EXPECT_EQ(connection.bytes.size(), 4 * frame);
    // The second event is cut, two wait for the connection, and more in the hub.
    connection.taken = frame + frame / 2;
    for (int i = 0; i < 7; ++i)
        send_bytes_of_audit(500);
    const auto found = slow();
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].lost.events, 10U);
    EXPECT_EQ(found[0].lost.bytes, 11 * frame - connection.taken);
}

TEST_F(SlowTest, WhatNeverGotThereAfterTheEndIsTold) {
    auto one = client(NOTIF_AUDIT);
    auto two = client(NOTIF_AUDIT);
    Stuck connection;
    hub().attach(one.id(), connection);
    send_bytes_of_audit(500);
    hub().close(one.id(), CloseHow::fin);
    hub().close(two.id(), CloseHow::fin);
    hub().flush(now);
    poll();
    hub().drop_slow(now, one.id(), "it read nothing");
    hub().forget(two.id());
    const auto events = poll();
    ASSERT_THAT(of_kind<SlowConsumer>(events), SizeIs(1));
    EXPECT_EQ(of_kind<SlowConsumer>(events)[0].lost.events, 1U);
    EXPECT_THAT(of_kind<Disconnected>(events), IsEmpty()) << "both had gone before";
}

TEST_F(SlowTest, AConnectionThatWasCutIsTold) {
    auto one = client(NOTIF_AUDIT);
    auto other = client(NOTIF_DAEMON);
    poll();
    hub().drop_slow(now, one.id(), "it took nothing for 15 seconds");
    const auto events = poll();
    EXPECT_THAT(of_kind<SlowConsumer>(events), SizeIs(1));
    ASSERT_THAT(of_kind<Disconnected>(events), SizeIs(1));
    EXPECT_EQ(of_kind<Disconnected>(events)[0].reason, "it took nothing for 15 seconds");
    EXPECT_EQ(hub().session(one.id()), nullptr);
    EXPECT_THAT(types(other), ElementsAre(NOTIF_DAEMON));
    hub().drop_slow(now, one.id(), "again");
    EXPECT_THAT(poll(), IsEmpty());

    const auto stranger = hub().connect(now, {});
    hub().drop_slow(now, stranger, "no hello");
    EXPECT_THAT(of_kind<SlowConsumer>(poll()), IsEmpty()) << "it was no subscriber";
}

// ---- streams ----

StreamEvent stream_event(WallTime time, std::size_t size = 0) {
    StreamNotification body;
    body.event_time = to_datetime(time);
    body.values = {{1, 2, TagMarker::start, {}},
                   {1, 3, TagMarker::value, Value::buf(std::string(size, 'x'))},
                   {1, 2, TagMarker::stop, {}}};
    return {time, {NOTIF_STREAM_EVENT, std::move(body)}, nullptr};
}

ClientConfig listener(std::optional<std::string_view> start = {},
                      std::optional<std::string_view> stop = {}) {
    auto config = client_config(NOTIF_STREAM_EVENT);
    if (start) config.subscription.stream->start_time = parse_datetime(*start);
    if (stop) config.subscription.stream->stop_time = parse_datetime(*stop);
    return config;
}

TEST_F(HubTest, ALongReplayGoesOutAsTheQueueDrains) {
    StreamDefinition stream{.name = "NETCONF"};
    for (int i = 0; i < 2000; ++i)
        stream.log.push_back(stream_event(WallTime{} + std::chrono::seconds(i), 1000));
    config.streams.streams.push_back(std::move(stream));
    RawClient client(hub(), now);
    const auto id = client.id;
    ClientSession session(listener("1970-01-01T00:00:00Z"));
    hub().feed(now, id, session.take_output());
    std::size_t events = 0;
    std::size_t most = 0;
    int rounds = 0;
    const auto read = [&] {
        while (true) {
            const auto what = session.poll();
            if (what == ClientSession::Poll::notification) ++events;
            if (what != ClientSession::Poll::notification &&
                what != ClientSession::Poll::subscribed) {
                return;
            }
        }
    };
    auto& unsent = client.connection.bytes;
    for (; rounds < 1000; ++rounds) {
        hub().flush(now);
        most = std::max(most, hub().queued(id));
        poll();
        EXPECT_GE(hub().queued(id), unsent.size());
        if (unsent.empty()) break;
        // It reads a part at a time.
        const auto part = std::min<std::size_t>(unsent.size(), 200'000);
        session.feed(ByteView(unsent).first(part));
        unsent.erase(unsent.begin(), unsent.begin() + static_cast<std::ptrdiff_t>(part));
        hub().progress(id);
        read();
        if (session.has_output()) hub().feed(now, id, session.take_output());
    }
    EXPECT_EQ(events, 2001U) << "and the end of it";
    EXPECT_GT(rounds, 7) << "2 MB, not at once";
    EXPECT_LT(most, 600'000U);
    EXPECT_THAT(of_kind<SlowConsumer>(poll()), IsEmpty());
}

TEST_F(HubTest, AStopTimeMayBeInAnyYear) {
    auto never = HubClient(hub(), now, listener("2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z"));
    ASSERT_TRUE(never.subscribed());
    ASSERT_TRUE(hub().next_deadline());
    EXPECT_GT(*hub().next_deadline(), now + std::chrono::years(40));
    auto past = HubClient(hub(), now, listener("0001-01-01T00:00:00Z", "0001-01-01T00:00:01Z"));
    EXPECT_TRUE(past.subscribed());
    poll();
    EXPECT_THAT(of_kind<Disconnected>(poll()), IsEmpty());
}

TEST_F(HubTest, AHalfClosedSubscriberGetsNoMoreOfItsStream) {
    HubClient one(hub(), now, listener());
    hub().close(one.id(), CloseHow::half);
    EXPECT_EQ(hub().send(now, stream_event({}), {}).recipients, 0U);
    EXPECT_THAT(types(one), IsEmpty());
    poll();
    EXPECT_THAT(types(one), IsEmpty());
    EXPECT_EQ(one.closed(), CloseHow::half);
}

TEST_F(HubTest, AStreamEventForARoleIsForItAlone) {
    config.roles = {{.name = "links", .stream = "NETCONF", .count = 1}};
    HubClient one(hub(), now, listener());
    HubClient two(hub(), now, listener());
    EXPECT_EQ(hub().role_of(one.id()), "links");
    EXPECT_EQ(hub().send(now, stream_event({}), {.role = "links"}).recipients, 1U);
    EXPECT_THAT(types(one), SizeIs(1));
    EXPECT_THAT(types(two), IsEmpty());
}

// ---- closing ----

TEST_F(HubTest, AHalfClosedSubscriberCanStillAcknowledge) {
    auto one = client(NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    const auto sent = hub().send(now, audit(17));
    hub().close(one.id(), CloseHow::half);
    EXPECT_THAT(hub().subscribers(), IsEmpty());
    EXPECT_TRUE(hub().barriers().is_open(sent.id));
    EXPECT_THAT(types(one), SizeIs(1)) << "what was queued";
    EXPECT_EQ(one.closed(), CloseHow::half);
    types(one);
    EXPECT_THAT(one.connection().closes, SizeIs(1)) << "closed once";
    one.ack(now, {AckKind::audit_synced, 17});
    EXPECT_FALSE(hub().barriers().is_open(sent.id));
    EXPECT_THAT(of_kind<Disconnected>(poll()), IsEmpty());
    hub().eof(now, one.id());
    const auto gone = of_kind<Disconnected>(poll());
    ASSERT_THAT(gone, SizeIs(1));
    EXPECT_TRUE(gone[0].by_us) << "it only follows";
}

TEST_F(HubTest, TellsWhoComesBackToAPlaceThatWasLeft) {
    config.roles = {{.name = "auditor", .must = NOTIF_AUDIT}};
    const auto again = [&] {
        std::vector<bool> out;
        for (const auto& subscribed : of_kind<Subscribed>(poll()))
            out.push_back(subscribed.again);
        return out;
    };
    auto one = client(NOTIF_AUDIT);
    auto two = client(NOTIF_AUDIT);
    hub().forget(one.id());
    auto other = client(NOTIF_COMMIT_DIFF);
    auto three = client(NOTIF_AUDIT);
    auto four = client(NOTIF_AUDIT);
    EXPECT_THAT(again(), ElementsAre(false, false, false, true, false));
}

TEST_F(HubTest, WhatNoClientSendsEndsTheConnectionFromHere) {
    auto one = client(NOTIF_AUDIT);
    Bytes frame;
    append_frame(frame, Bytes(1000, 0x55));
    hub().feed(now, one.id(), frame);
    const auto events = poll();
    const auto refused = of_kind<Refused>(events);
    ASSERT_THAT(refused, SizeIs(1));
    EXPECT_TRUE(refused[0].malformed);
    EXPECT_THAT(refused[0].frame, SizeIs(max_kept_frame));
    ASSERT_THAT(of_kind<Disconnected>(events), SizeIs(1));
    EXPECT_TRUE(of_kind<Disconnected>(events)[0].by_us);
}

/// A client whose subscription has been read, but not yet answered.
struct Unanswered : RawClient {
    Unanswered(Hub& h, Instant now) : RawClient(h, now) {
        hub.feed(now, id, session.take_output());
        read(now);
        hub.feed(now, id, session.take_output());
    }
    /// What it makes of what comes: "ok" or "event" for each message, then "reset" or "closed".
    std::vector<std::string> read(Instant now) {
        std::vector<std::string> out;
        session.feed(take(now));
        for (auto said = session.poll(); said != ClientSession::Poll::need_input;
             said = session.poll()) {
            if (said == ClientSession::Poll::failed) return {"failed"};
            out.push_back(said == ClientSession::Poll::subscribed ? "ok" : "event");
        }
        if (closed()) out.push_back(closed() == CloseHow::rst ? "reset" : "closed");
        return out;
    }

    ClientSession session{client_config(NOTIF_AUDIT)};
};

TEST_F(HubTest, AResetComesBehindTheAnswerToTheSubscription) {
    Unanswered one(hub(), now);
    hub().send(now, audit(1));
    hub().close(one.id, CloseHow::rst);
    EXPECT_THAT(one.read(now), ElementsAre("ok", "reset"));
    Unanswered two(hub(), now);
    EXPECT_THAT(two.read(now), ElementsAre("ok"));
    hub().send(now, audit(1));
    hub().close(two.id, CloseHow::rst);
    EXPECT_THAT(two.read(now), ElementsAre("reset"));
}

TEST_F(HubTest, AConnectionIsToldOnceHowItEnds) {
    auto one = client(NOTIF_AUDIT);
    for (int i = 0; i < 2; ++i) {
        hub().close(one.id(), CloseHow::half);
        hub().flush(now);
    }
    EXPECT_THAT(one.connection().closes, ElementsAre(CloseHow::half));
    hub().close(one.id(), CloseHow::fin);
    hub().flush(now);
    hub().close(one.id(), CloseHow::rst);
    hub().flush(now);
    EXPECT_THAT(one.connection().closes, ElementsAre(CloseHow::half, CloseHow::fin));

    auto two = client(NOTIF_AUDIT);
    hub().close(two.id(), CloseHow::half);
    hub().eof(now, two.id());
    hub().flush(now);
    EXPECT_THAT(two.connection().closes, ElementsAre(CloseHow::fin)) << "both ways at once";
}

TEST_F(SlowTest, OneThatHasJustSubscribedIsAnsweredAllTheSame) {
    Unanswered one(hub(), now);
    send_bytes_of_audit(5000);
    const auto found = slow();
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].lost.events, 1U);
    EXPECT_THAT(one.read(now), ElementsAre("ok", "reset"));
}

TEST_F(HubTest, WhatCameBeforeTheConnectionIsWrittenToIt) {
    ClientSession session(client_config(NOTIF_AUDIT));
    const auto id = hub().connect(now, {});
    hub().feed(now, id, session.take_output());
    hub().flush(now);
    EXPECT_EQ(hub().queued(id), hello_size);
    KeptConnection connection;
    hub().attach(id, connection);
    hub().flush(now);
    EXPECT_EQ(connection.bytes.size(), hello_size);
    hub().forget(id);
}

// ---- faults ----

struct FaultTest : HubTest {
    FaultId add(FaultKind kind, const std::function<void(FaultSpec&)>& change = {}) {
        auto fault = make_fault(kind);
        if (change) change(fault);
        const auto id = hub().add_fault(std::move(fault));
        EXPECT_TRUE(id) << (id ? "" : id.error().message);
        return id.value_or(0);
    }
    std::vector<std::string> notes() {
        std::vector<std::string> out;
        for (const auto& struck : of_kind<FaultStruck>(poll()))
            out.push_back(struck.note);
        return out;
    }
};

TEST_F(FaultTest, DropsAnEventOfSubscribersThatAreThere) {
    auto one = client(NOTIF_AUDIT);
    const auto id = add(FaultKind::drop, [](FaultSpec& fault) { fault.times = 1; });
    auto two = client(NOTIF_AUDIT);
    hub().send(now, audit(1, "a"));
    hub().send(now, audit(1, "b"));
    EXPECT_THAT(types(one), SizeIs(1));
    EXPECT_THAT(types(two), SizeIs(1));
    EXPECT_THAT(notes(), ElementsAre("fault 1 (drop): NOTIF_AUDIT to subscriber 1 dropped",
                                     "fault 1 (drop): NOTIF_AUDIT to subscriber 2 dropped"));
    EXPECT_TRUE(hub().remove_fault(id));
    hub().send(now, audit(1));
    EXPECT_THAT(types(one), SizeIs(1));
}

TEST_F(FaultTest, AResetComesBehindTheAnswerToTheSubscriptionAllTheSame) {
    const auto reset = [&](Unanswered& client) {
        hub().close(client.id, CloseHow::rst);
        return client.read(now);
    };
    Unanswered before(hub(), now);
    const auto id = add(FaultKind::duplicate);
    EXPECT_THAT(reset(before), ElementsAre("ok", "reset"));
    Unanswered meanwhile(hub(), now);
    EXPECT_THAT(reset(meanwhile), ElementsAre("ok", "reset"));
    Unanswered after(hub(), now);
    EXPECT_TRUE(hub().remove_fault(id));
    EXPECT_THAT(reset(after), ElementsAre("ok", "reset"));
}

TEST_F(FaultTest, DelaysAnEventUntilItsDeadline) {
    auto one = client(NOTIF_AUDIT);
    add(FaultKind::delay, [](FaultSpec& fault) { fault.duration = 250ms; });
    hub().send(now, audit(1));
    EXPECT_THAT(types(one), IsEmpty());
    EXPECT_EQ(hub().next_deadline(), now + 250ms);
    EXPECT_GT(hub().queued(one.id()), 0U) << "what a fault holds waits too";
    now += 250ms;
    poll();
    EXPECT_THAT(types(one), SizeIs(1));
    EXPECT_FALSE(hub().next_deadline());
}

TEST_F(FaultTest, ResetsAConnection) {
    auto one = client(NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    auto two = client(NOTIF_AUDIT);
    add(FaultKind::reset, [](FaultSpec& fault) { fault.total = 1; });
    const auto sent = hub().send(now, audit(1));
    EXPECT_THAT(types(one), IsEmpty());
    EXPECT_EQ(one.closed(), CloseHow::rst);
    EXPECT_THAT(types(two), SizeIs(1));
    const auto events = poll();
    ASSERT_THAT(of_kind<Disconnected>(events), SizeIs(1));
    EXPECT_TRUE(of_kind<Disconnected>(events)[0].by_us);
    EXPECT_THAT(of_kind<BarrierReleased>(events), SizeIs(1));
    EXPECT_FALSE(hub().barriers().is_open(sent.id));
    hub().forget(one.id());
    EXPECT_THAT(of_kind<Disconnected>(poll()), IsEmpty());
}

TEST_F(FaultTest, ClosesHalfOfAConnectionOnce) {
    auto one = client(NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    const auto first = hub().send(now, audit(1));
    EXPECT_THAT(types(one), SizeIs(1));
    add(FaultKind::half_close);
    hub().send(now, audit(2));
    for (int i = 0; i < 3; ++i)
        EXPECT_THAT(types(one), IsEmpty());
    EXPECT_THAT(one.connection().closes, ElementsAre(CloseHow::half));
    one.ack(now, {AckKind::audit_synced, 1});
    EXPECT_FALSE(hub().barriers().is_open(first.id));
    EXPECT_THAT(hub().subscribers(), IsEmpty());
}

TEST_F(FaultTest, RefusesAtTheHandshake) {
    add(FaultKind::refuse, [](FaultSpec& fault) { fault.total = 1; });
    auto one = client(NOTIF_AUDIT);
    EXPECT_FALSE(one.subscribed());
    ASSERT_TRUE(one.failure());
    EXPECT_EQ(one.closed(), CloseHow::fin);
    hub().forget(one.id());
    EXPECT_TRUE(client(NOTIF_AUDIT).subscribed());
}

TEST_F(FaultTest, FailsTheFirstConnections) {
    add(FaultKind::fail_connections, [](FaultSpec& fault) {
        fault.count = 2;
        fault.how = "rst";
    });
    for (int i = 0; i < 2; ++i) {
        auto failed = client(NOTIF_AUDIT);
        EXPECT_FALSE(failed.subscribed());
        EXPECT_EQ(failed.closed(), CloseHow::rst);
    }
    EXPECT_TRUE(client(NOTIF_AUDIT).subscribed());
    const auto events = poll();
    EXPECT_THAT(of_kind<FaultStruck>(events), SizeIs(2));
    const auto gone = of_kind<Disconnected>(events);
    ASSERT_THAT(gone, SizeIs(2));
    EXPECT_TRUE(gone[0].by_us);
    EXPECT_FALSE(gone[0].subscribed);
    EXPECT_THAT(of_kind<Refused>(events), IsEmpty());
}

TEST_F(FaultTest, LosesAnAcknowledgementSoThatTheBarrierExpires) {
    auto one = client(NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    add(FaultKind::drop, [](FaultSpec& fault) {
        fault.direction = Direction::in;
        fault.times = 1;
    });
    const auto sent = hub().send(now, audit(1));
    hub().barriers().expire_at(sent.id, now + 1s);
    types(one);
    one.ack(now, {AckKind::audit_synced, 1});
    EXPECT_THAT(of_kind<AckReceived>(poll()), IsEmpty());
    EXPECT_TRUE(hub().barriers().is_open(sent.id));
    now += 1s;
    EXPECT_THAT(of_kind<BarrierExpired>(poll()), SizeIs(1));
    one.ack(now, {AckKind::audit_synced, 1});
    const auto acks = of_kind<AckReceived>(poll());
    ASSERT_THAT(acks, SizeIs(1));
    EXPECT_EQ(acks[0].verdict, AckVerdict::late);
}

TEST_F(FaultTest, AnAcknowledgementThatIsDelayedIsHeardThoughItsClientHasGone) {
    auto one = client(NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    add(FaultKind::delay, [](FaultSpec& fault) {
        fault.direction = Direction::in;
        fault.duration = 300ms;
    });
    hub().send(now, audit(1));
    types(one);
    one.ack(now, {AckKind::audit_synced, 1});
    hub().eof(now, one.id());
    EXPECT_THAT(of_kind<Disconnected>(poll()), IsEmpty());
    EXPECT_EQ(hub().next_deadline(), now + 300ms);
    now += 300ms;
    const auto events = poll();
    ASSERT_THAT(of_kind<AckReceived>(events), SizeIs(1));
    EXPECT_EQ(of_kind<AckReceived>(events)[0].verdict, AckVerdict::known);
    EXPECT_THAT(of_kind<Disconnected>(events), SizeIs(1));
}

TEST_F(FaultTest, StallsReading) {
    auto one = client(NOTIF_AUDIT);
    const auto paused = [&] {
        hub().flush(now);
        return one.connection().paused;
    };
    EXPECT_FALSE(paused());
    add(FaultKind::stall, [](FaultSpec& fault) {
        fault.direction = Direction::in;
        fault.duration = 1s;
        fault.times = 1;
    });
    one.ack(now, {AckKind::ha_synced, 0});
    EXPECT_TRUE(paused());
    EXPECT_EQ(hub().next_deadline(), now + 1s);
    now += 1s;
    EXPECT_THAT(of_kind<AckReceived>(poll()), SizeIs(1));
    EXPECT_FALSE(paused());
}

TEST_F(FaultTest, AFaultLeavesAloneWhatWasSentBefore) {
    RawClient client(hub(), now);
    const auto id = client.id;
    ClientSession session(client_config(NOTIF_AUDIT));
    hub().feed(now, id, session.take_output());
    session.feed(client.take(now));
    session.poll();
    hub().feed(now, id, session.take_output());
    hub().send(now, audit(1, "a"));
    // The subscription's reply and an event wait to leave.
    const auto fault = add(FaultKind::drop);
    hub().send(now, audit(1, "b"));
    EXPECT_TRUE(hub().remove_fault(fault));
    hub().send(now, audit(1, "c"));
    EXPECT_GT(hub().queued(id), 0U);
    session.feed(client.take(now));
    EXPECT_EQ(session.poll(), ClientSession::Poll::subscribed);
    for (const auto* text : {"a", "c"}) {
        ASSERT_EQ(session.poll(), ClientSession::Poll::notification);
        EXPECT_EQ(session.notification().get<AuditNotification>()->msg, text);
    }
    EXPECT_EQ(session.poll(), ClientSession::Poll::need_input);
    EXPECT_THAT(notes(), SizeIs(1));
}

TEST_F(FaultTest, IsForItsRoleOnly) {
    config.roles = {{.name = "auditor", .must = NOTIF_AUDIT_SYNC}};
    auto one = client(NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    add(FaultKind::drop, [](FaultSpec& fault) { fault.role = "auditor"; });
    auto two = client(NOTIF_AUDIT);
    auto three = client(NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    hub().send(now, audit(1));
    EXPECT_THAT(types(one), IsEmpty());
    EXPECT_THAT(types(two), SizeIs(1));
    EXPECT_THAT(types(three), IsEmpty());
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
        hub.send(now, event);
        for (std::size_t i = 0; i < masks.size(); ++i) {
            if ((served_mask(masks[i], Dialect::v7x) & event.type) != 0)
                expected[i].push_back(event);
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
