// SPDX-License-Identifier: Apache-2.0
// Every kind of fault that moves, loses or ends something, between two real sessions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/faults/tests/rig.hpp"

namespace confd::sim::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Usids = std::vector<std::int64_t>;

Usids audits(std::int64_t count) {
    Usids out;
    for (std::int64_t i = 1; i <= count; ++i)
        out.push_back(i);
    return out;
}

/// Subscribes, then sends so many events.
void run(Rig& rig, std::int64_t count) {
    rig.settle();
    rig.send_audits(count);
    rig.settle();
}

TEST(FaultChannel, LetsEverythingThroughWithoutFaults) {
    Rig rig;
    run(rig, 3);
    EXPECT_EQ(usids(rig.events), audits(3));
    EXPECT_EQ(rig.elapsed(), milliseconds(0));
    EXPECT_TRUE(rig.out.idle());
    EXPECT_EQ(rig.out.held(), 0U);
}

TEST(FaultChannel, SplitsWrites) {
    Rig rig;
    add(rig.faults, fault(FaultKind::split, {{"bytes", "2"}, {"gap", "5ms"}, {"stage", "events"}}));
    rig.settle();
    rig.arrivals.clear();
    rig.send(audit(1));
    rig.settle();
    EXPECT_EQ(usids(rig.events), audits(1));
    ASSERT_GT(rig.arrivals.size(), 10U);
    for (std::size_t i = 1; i < rig.arrivals.size(); ++i) {
        EXPECT_LE(rig.arrivals[i].size, 2U);
        EXPECT_EQ(rig.arrivals[i].at - rig.arrivals[i - 1].at, milliseconds(5));
    }
}

TEST(FaultChannel, SplitsTheHandshakeAndInwards) {
    Rig rig;
    add(rig.faults, fault(FaultKind::split, {{"gap", "1ms"}}));
    add(rig.faults, fault(FaultKind::split, {{"gap", "1ms"}, {"direction", "in"}}));
    rig.settle();
    EXPECT_TRUE(rig.client.streaming());
    EXPECT_GT(rig.elapsed(), milliseconds(30));
}

TEST(FaultChannel, Coalesces) {
    Rig rig;
    add(rig.faults, fault(FaultKind::coalesce,
                          {{"count", "3"}, {"within", "1s"}, {"stage", "events"}, {"times", "1"}}));
    rig.settle();
    rig.arrivals.clear();
    for (std::int64_t i = 1; i <= 4; ++i) {
        rig.send(audit(i));
        rig.out.push(rig.now, rig.server.take_output());
        if (i < 3) {
            EXPECT_TRUE(rig.out.poll(rig.now).empty());
        }
    }
    rig.settle();
    EXPECT_EQ(usids(rig.events), audits(4));
    EXPECT_EQ(rig.arrivals.size(), 1U);
    EXPECT_EQ(rig.elapsed(), milliseconds(0));
}

TEST(FaultChannel, CoalescesNoLongerThanAllowed) {
    Rig rig;
    add(rig.faults,
        fault(FaultKind::coalesce, {{"count", "3"}, {"within", "1s"}, {"stage", "events"}}));
    run(rig, 2);
    EXPECT_EQ(usids(rig.events), audits(2));
    EXPECT_EQ(rig.elapsed(), milliseconds(1000));
}

TEST(FaultChannel, DelaysAndKeepsTheOrder) {
    Rig rig;
    add(rig.faults, fault(FaultKind::delay, {{"stage", "events"}, {"times", "1"}}));
    run(rig, 3);
    EXPECT_EQ(usids(rig.events), audits(3));
    EXPECT_EQ(rig.elapsed(), milliseconds(100));
}

TEST(FaultChannel, StallsInTheMiddleOfAFrame) {
    Rig rig;
    rig.settle();
    rig.arrivals.clear();
    add(rig.faults, fault(FaultKind::stall, {{"bytes", "6"}, {"duration", "3s"}, {"times", "1"}}));
    rig.send_audits(2);
    rig.settle();
    EXPECT_EQ(usids(rig.events), audits(2));
    ASSERT_EQ(rig.arrivals.size(), 2U);
    EXPECT_EQ(rig.arrivals[0].size, 6U);
    EXPECT_EQ(rig.arrivals[1].at, milliseconds(3000));
}

TEST(FaultChannel, StallsReading) {
    Rig rig;
    rig.settle();
    add(rig.faults, fault(FaultKind::stall, {{"direction", "in"}, {"duration", "2s"}}));
    rig.client.send({AckKind::audit_synced, 1});
    rig.in.push(rig.now, rig.client.take_output());
    EXPECT_TRUE(rig.in.poll(rig.now).empty());
    EXPECT_TRUE(rig.in.reading_paused(rig.now));
    EXPECT_FALSE(rig.in.reading_paused(rig.now + std::chrono::seconds(2)));
    rig.settle();
    EXPECT_EQ(rig.acks.size(), 1U);
    EXPECT_EQ(rig.elapsed(), milliseconds(2000));
}

TEST(FaultChannel, PausesReadingWhenItHoldsTooMuch) {
    ActiveFaults faults;
    FaultChannel in(faults, 1, Direction::in, Stage::events);
    add(faults, fault(FaultKind::delay, {{"direction", "in"}}));
    Bytes frames;
    while (frames.size() <= inbound_held_limit)
        append_frame(frames, Bytes(1000, 1));
    in.push(Instant(), frames);
    EXPECT_TRUE(in.reading_paused(Instant()));
    in.poll(Instant() + milliseconds(100));
    EXPECT_FALSE(in.reading_paused(Instant()));
}

TEST(FaultChannel, Drops) {
    Rig rig;
    add(rig.faults, fault(FaultKind::drop, {{"skip", "1"}, {"times", "2"}}));
    run(rig, 5);
    EXPECT_EQ(usids(rig.events), (Usids{1, 4, 5}));
    EXPECT_EQ(rig.faults.faults()[0].candidates, 5);
    EXPECT_EQ(rig.faults.faults()[0].hits, 2);
    const auto hits = rig.faults.take_hits();
    ASSERT_EQ(hits.size(), 2U);
    EXPECT_EQ(hits[0].note, "fault 1 (drop): NOTIF_AUDIT to subscriber 1 dropped");
}

TEST(FaultChannel, DropsAcknowledgementsAndReplies) {
    Rig rig;
    add(rig.faults, fault(FaultKind::drop, {{"direction", "in"}, {"times", "1"}}));
    rig.settle();
    rig.client.send({AckKind::audit_synced, 1});
    rig.client.send({AckKind::audit_synced, 2});
    rig.settle();
    ASSERT_EQ(rig.acks.size(), 1U);
    EXPECT_EQ(rig.acks[0].id, 2);
    EXPECT_EQ(rig.faults.take_hits()[0].note,
              "fault 1 (drop): an acknowledgement from subscriber 1 dropped");

    Rig silent;
    add(silent.faults, fault(FaultKind::drop, {{"stage", "subscription"}}));
    silent.settle();
    EXPECT_FALSE(silent.client.streaming());
    EXPECT_TRUE(silent.server.subscribed());
}

TEST(FaultChannel, Duplicates) {
    Rig rig;
    add(rig.faults, fault(FaultKind::duplicate, {{"count", "2"}, {"times", "1"}}));
    run(rig, 2);
    EXPECT_EQ(usids(rig.events), (Usids{1, 1, 1, 2}));

    Rig inwards;
    add(inwards.faults, fault(FaultKind::duplicate, {{"direction", "in"}}));
    inwards.settle();
    inwards.client.send({AckKind::ha_synced});
    inwards.settle();
    EXPECT_EQ(inwards.acks.size(), 2U);
}

TEST(FaultChannel, Reorders) {
    Rig rig;
    add(rig.faults, fault(FaultKind::reorder, {{"count", "2"}, {"times", "1"}}));
    run(rig, 4);
    EXPECT_EQ(usids(rig.events), (Usids{2, 3, 1, 4}));
    EXPECT_EQ(rig.elapsed(), milliseconds(0));

    Rig alone;
    add(alone.faults, fault(FaultKind::reorder, {{"within", "400ms"}}));
    run(alone, 1);
    EXPECT_EQ(usids(alone.events), audits(1));
    EXPECT_EQ(alone.elapsed(), milliseconds(400));

    Rig inwards;
    add(inwards.faults, fault(FaultKind::reorder, {{"direction", "in"}, {"times", "1"}}));
    inwards.settle();
    inwards.client.send({AckKind::audit_synced, 1});
    inwards.client.send({AckKind::audit_synced, 2});
    inwards.settle();
    ASSERT_EQ(inwards.acks.size(), 2U);
    EXPECT_EQ(inwards.acks[0].id, 2);
}

TEST(FaultChannel, Truncates) {
    Rig rig;
    add(rig.faults, fault(FaultKind::truncate, {{"skip", "1"}, {"bytes", "7"}, {"how", "rst"}}));
    rig.settle();
    rig.arrivals.clear();
    rig.send_audits(3);
    rig.settle();
    EXPECT_EQ(usids(rig.events), audits(1));
    EXPECT_THAT(rig.closed, ElementsAre(CloseHow::rst));
    EXPECT_TRUE(rig.client.partial());
    ASSERT_TRUE(rig.failure);
    EXPECT_EQ(rig.out.held(), 0U);
}

TEST(FaultChannel, ResetsInsteadOfAnEventOrUponAnAcknowledgement) {
    Rig rig;
    add(rig.faults, fault(FaultKind::reset, {{"skip", "1"}}));
    run(rig, 3);
    EXPECT_EQ(usids(rig.events), audits(1));
    EXPECT_THAT(rig.closed, ElementsAre(CloseHow::rst));

    Rig inwards;
    add(inwards.faults, fault(FaultKind::reset, {{"direction", "in"}}));
    inwards.settle();
    inwards.client.send({AckKind::audit_synced, 1});
    inwards.client.send({AckKind::audit_synced, 2});
    inwards.settle();
    EXPECT_THAT(inwards.acks, IsEmpty());
    EXPECT_THAT(inwards.closed, ElementsAre(CloseHow::rst));
}

TEST(FaultChannel, HalfClosesAndStillHears) {
    Rig rig;
    add(rig.faults, fault(FaultKind::half_close, {{"skip", "1"}}));
    run(rig, 3);
    EXPECT_EQ(usids(rig.events), audits(1));
    EXPECT_THAT(rig.closed, ElementsAre(CloseHow::half));
    rig.client.send({AckKind::audit_synced, 1});
    rig.settle();
    EXPECT_EQ(rig.acks.size(), 1U);

    Rig inwards;
    add(inwards.faults, fault(FaultKind::half_close, {{"direction", "in"}, {"times", "1"}}));
    inwards.settle();
    inwards.client.send({AckKind::audit_synced, 1});
    inwards.client.send({AckKind::audit_synced, 2});
    inwards.settle();
    EXPECT_EQ(inwards.acks.size(), 2U);
    EXPECT_THAT(inwards.closed, ElementsAre(CloseHow::half));
}

TEST(FaultChannel, EndsInTheHandshake) {
    Rig rig;
    add(rig.faults, fault(FaultKind::truncate, {{"stage", "handshake"}, {"bytes", "4"}}));
    rig.settle();
    EXPECT_EQ(rig.failure->kind, SessionFailure::Kind::closed);
    EXPECT_THAT(rig.closed, ElementsAre(CloseHow::fin));

    Rig inwards;
    add(inwards.faults, fault(FaultKind::reset, {{"stage", "handshake"}, {"direction", "in"}}));
    inwards.settle();
    EXPECT_FALSE(inwards.server.hello());
    EXPECT_THAT(inwards.closed, ElementsAre(CloseHow::rst));
}

TEST(FaultChannel, Refuses) {
    Rig rig;
    add(rig.faults, fault(FaultKind::refuse, {{"status", "2"}}));
    rig.settle();
    ASSERT_TRUE(rig.failure);
    EXPECT_EQ(rig.failure->kind, SessionFailure::Kind::refused);
    EXPECT_THAT(rig.faults.take_hits()[0].note, HasSubstr("given the status 2"));
    EXPECT_THAT(rig.closed, ElementsAre(CloseHow::fin));
}

TEST(FaultChannel, SlowsTheHandshakeOnly) {
    Rig rig(Bytes{'s'});
    add(rig.faults, fault(FaultKind::slow_handshake));
    rig.settle();
    EXPECT_TRUE(rig.client.streaming());
    // 17 of the challenge, 1 of its result, 9 of the hello's reply.
    EXPECT_EQ(rig.elapsed(), milliseconds(27 * 100));
    rig.send_audits(1);
    rig.settle();
    EXPECT_EQ(rig.elapsed(), milliseconds(27 * 100));
}

TEST(FaultChannel, DeniesARightAnswer) {
    Rig rig(Bytes{'s'});
    add(rig.faults, fault(FaultKind::wrong_challenge));
    rig.settle();
    ASSERT_TRUE(rig.failure);
    EXPECT_EQ(rig.failure->kind, SessionFailure::Kind::refused);
    EXPECT_THAT(rig.closed, ElementsAre(CloseHow::fin));
}

TEST(FaultChannel, BeginsTheChallengeWrong) {
    Rig rig(Bytes{'s'});
    add(rig.faults, fault(FaultKind::wrong_challenge, {{"how", "first_byte"}}));
    rig.settle();
    ASSERT_TRUE(rig.failure);
    EXPECT_EQ(rig.failure->error.code, Errc::bad_handshake);
    EXPECT_THAT(rig.faults.take_hits()[0].note, HasSubstr("begun with the byte 139"));
}

TEST(FaultChannel, SendsAnEventTooEarly) {
    Rig rig;
    add(rig.faults, fault(FaultKind::early_event, {{"type", "1"}, {"role", "auditor"}}));
    rig.settle();
    EXPECT_FALSE(rig.client.streaming());
    ASSERT_TRUE(rig.failure);
    EXPECT_EQ(rig.failure->kind, SessionFailure::Kind::protocol);
}

TEST(FaultChannel, KnowsRolesFromTheSubscriptionOn) {
    Rig rig;
    add(rig.faults, fault(FaultKind::delay, {{"role", "auditor"}, {"duration", "1s"}}));
    add(rig.faults, fault(FaultKind::drop, {{"role", "other"}}));
    rig.settle();
    // The subscription's reply alone: there was no role before.
    EXPECT_EQ(rig.elapsed(), milliseconds(1000));
    rig.send_audits(1);
    rig.settle();
    EXPECT_EQ(usids(rig.events), audits(1));
}

TEST(FaultChannel, GoesByEvents) {
    Rig rig;
    add(rig.faults, fault(FaultKind::drop, {{"events", "NOTIF_COMMIT_SIMPLE"}}));
    rig.settle();
    rig.send(audit(1));
    rig.send({NOTIF_COMMIT_SIMPLE, CommitNotification{}});
    rig.send(audit(2));
    rig.settle();
    EXPECT_EQ(usids(rig.events), audits(2));
    EXPECT_EQ(rig.faults.faults()[0].candidates, 1);
}

TEST(FaultChannel, FollowsTheActiveFaults) {
    Rig rig;
    run(rig, 1);
    const auto id = add(rig.faults, fault(FaultKind::drop));
    rig.send(audit(2));
    rig.settle();
    rig.faults.remove(id);
    rig.send(audit(3));
    rig.settle();
    EXPECT_EQ(usids(rig.events), (Usids{1, 3}));
}

TEST(FaultChannel, TotalCountsOverConnections) {
    Rig rig;
    add(rig.faults, fault(FaultKind::drop, {{"total", "1"}}));
    FaultChannel other(rig.faults, 2, Direction::out, Stage::events);
    run(rig, 2);
    EXPECT_EQ(usids(rig.events), (Usids{2}));
    rig.send(audit(7));
    other.push(rig.now, rig.server.take_output());
    EXPECT_EQ(other.poll(rig.now).size(), 1U);
}

TEST(FaultChannel, DoesTwoThingsToOneEvent) {
    Rig rig;
    add(rig.faults, fault(FaultKind::duplicate));
    add(rig.faults, fault(FaultKind::delay, {{"stage", "events"}, {"duration", "1s"}}));
    run(rig, 1);
    EXPECT_EQ(usids(rig.events), (Usids{1, 1}));
    EXPECT_EQ(rig.elapsed(), milliseconds(1000));
    EXPECT_EQ(rig.faults.take_hits().size(), 2U);
}

TEST(FaultChannel, SurvivesBytesThatAreNoFrames) {
    ActiveFaults faults;
    FaultChannel in(faults, 1, Direction::in, Stage::events);
    add(faults, fault(FaultKind::drop, {{"direction", "in"}}));
    const Bytes oversized = {0x7f, 0xff, 0xff, 0xff, 1, 2, 3};
    in.push(Instant(), oversized);
    in.push(Instant(), Bytes{4, 5});
    const auto actions = in.poll(Instant());
    ASSERT_EQ(actions.size(), 1U);
    EXPECT_EQ(std::get<Write>(actions[0]).bytes.size(), 9U);
}

TEST(FaultChannel, GivesUpWhatWasBegunAtTheEnd) {
    ActiveFaults faults;
    FaultChannel in(faults, 1, Direction::in);
    in.push(Instant(), Bytes{11, 0});
    EXPECT_TRUE(in.poll(Instant()).empty());
    EXPECT_EQ(in.held(), 2U);
    in.finish(Instant());
    EXPECT_EQ(in.poll(Instant()).size(), 1U);
    EXPECT_EQ(in.held(), 0U);
}

}  // namespace
}  // namespace confd::sim::test
