// SPDX-License-Identifier: Apache-2.0
// The engine against clients without sockets, with a clock that stands still until told to move.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "simulator/tests/stage.hpp"

namespace confd::sim {
namespace {

using namespace std::chrono_literals;
using test::client_config;
using test::HubClient;
using test::Stage;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// Steps start on line 5.
Stage lenient(std::string_view steps) {
    return Stage(steps,
                 "format: 1\nallow: [acks, disconnects]\nsubscribers: [{role: auditor, must: "
                 "[NOTIF_AUDIT, NOTIF_AUDIT_SYNC]}]\nsteps:\n");
}

TEST(Engine, WaitsForSubscribersOfARole) {
    Stage stage("  - await: {role: auditor, count: 2, within: 1s}");
    EXPECT_EQ(stage.poll(), StepStatus::running);
    EXPECT_EQ(stage.engine_.next_deadline(), stage.now + 1s);
    auto one = stage.auditor();
    auto other = stage.client(NOTIF_COMMIT_DIFF);
    EXPECT_EQ(stage.poll(), StepStatus::running);
    auto two = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::done);
    EXPECT_EQ(stage.engine_.outcome(), Outcome::fulfilled);
}

TEST(Engine, TellsNobodyFromTooFew) {
    Stage nobody("  - await: {role: auditor, count: 2, within: 1s}");
    nobody.poll();
    EXPECT_EQ(nobody.after(1s), StepStatus::failed);
    EXPECT_EQ(nobody.failure(),
              "2 s.yaml:4:5: await: expected 2 subscribers of role auditor within 1s, 0 are there");

    Stage few("  - await: {role: auditor, count: 2, within: 1s}");
    few.poll();
    auto one = few.auditor();
    few.poll();
    EXPECT_EQ(few.after(1s), StepStatus::failed);
    EXPECT_THAT(few.failure(),
                HasSubstr("3 s.yaml:4:5: await: expected 2 subscribers of role auditor "
                          "within 1s, 1 is there; subscriber 1 (auditor): 7.8, mask "
                          "NOTIF_AUDIT|NOTIF_AUDIT_SYNC"));
}

TEST(Engine, RepeatsWithACounterAndSubstitutes) {
    Stage stage(
        "  - await: 1\n"
        "  - repeat:\n"
        "      times: 2\n"
        "      as: outer\n"
        "      steps:\n"
        "        - log: \"round $outer\"\n"
        "        - repeat: {times: 2, steps: [{send: {event: NOTIF_AUDIT, fields: {usid: $i, msg: "
        "\"${outer}.$i\"}}}]}\n");
    auto one = stage.client(NOTIF_AUDIT);
    EXPECT_EQ(stage.poll(), StepStatus::done);
    EXPECT_THAT(stage.texts(one), ElementsAre("1.1", "1.2", "2.1", "2.2"));
    EXPECT_THAT(stage.log, ElementsAre("round 1", "round 2"));
}

TEST(Engine, LeavesRoomBetweenManySteps) {
    Stage stage(
        "  - repeat: {times: 1000, steps: [{send: {event: NOTIF_AUDIT}}]}\n"
        "  - repeat: {times: 1000, steps: []}\n");
    int polls = 1;
    for (; stage.poll() == StepStatus::running && polls < 100; ++polls) {
        EXPECT_EQ(stage.engine_.next_deadline(), stage.now);
    }
    EXPECT_GT(polls, 4);
    EXPECT_LT(polls, 100);
    EXPECT_EQ(stage.failure(), "");
}

TEST(Engine, ABarrierWaitsForEveryAcknowledgement) {
    Stage stage = lenient(
        "  - send: {event: NOTIF_AUDIT, fields: {usid: 17}, id: a}\n"
        "  - barrier: {of: a, within: 1s}\n"
        "  - send: {event: NOTIF_AUDIT, fields: {msg: after}}\n");
    auto one = stage.auditor();
    auto two = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::running);
    one.ack(stage.now, {AckKind::audit_synced, 17});
    one.ack(stage.now, {AckKind::audit_synced, 17});
    EXPECT_EQ(stage.poll(), StepStatus::running) << "a duplicate completes nothing";
    two.ack(stage.now, {AckKind::audit_synced, 17});
    EXPECT_EQ(stage.poll(), StepStatus::done);
}

TEST(Engine, ABarrierThatExpiresNamesWhoDidNotAnswer) {
    Stage stage = lenient(
        "  - send: {event: NOTIF_AUDIT, fields: {usid: 17}, id: a}\n"
        "  - barrier: {of: a, within: 1s}\n");
    auto one = stage.auditor();
    auto two = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::running);
    one.ack(stage.now, {AckKind::audit_synced, 17});
    two.ack(stage.now, {AckKind::audit_synced, 18});
    EXPECT_EQ(stage.poll(), StepStatus::running);
    EXPECT_EQ(stage.after(1s), StepStatus::failed);
    EXPECT_EQ(stage.failure(),
              "3 s.yaml:6:5: barrier: expected every acknowledgement of 'a' within 1s, missing "
              "subscriber 2 (auditor): sync_audit_notification(17); instead came: subscriber 1 "
              "(auditor) gave sync_audit_notification(17); subscriber 2 (auditor) gave "
              "sync_audit_notification(18), for which nothing waits");
}

TEST(Engine, ABarrierIsReleasedByADisconnect) {
    Stage stage = lenient("  - send: {event: NOTIF_AUDIT, id: a}\n  - barrier: a\n");
    auto one = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::running);
    stage.leave(one);
    EXPECT_EQ(stage.poll(), StepStatus::done);
}

TEST(Engine, ABarrierOfEverythingWaitsForEverything) {
    Stage stage(
        "  - send: {event: NOTIF_AUDIT, fields: {usid: 1}}\n"
        "  - send: {event: NOTIF_AUDIT, fields: {usid: 2}}\n"
        "  - barrier:\n");
    auto one = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::running);
    one.ack(stage.now, {AckKind::audit_synced, 2});
    EXPECT_EQ(stage.poll(), StepStatus::running);
    one.ack(stage.now, {AckKind::audit_synced, 1});
    EXPECT_EQ(stage.poll(), StepStatus::done);
}

TEST(Engine, DelaysByTheClock) {
    Stage stage("  - delay: 100ms\n  - delay: 50ms\n");
    EXPECT_EQ(stage.poll(), StepStatus::running);
    EXPECT_EQ(stage.after(99ms), StepStatus::running);
    EXPECT_EQ(stage.after(1ms), StepStatus::running);
    EXPECT_EQ(stage.engine_.next_deadline(), stage.now + 50ms);
    EXPECT_EQ(stage.after(50ms), StepStatus::done);
}

TEST(Engine, AnExpectationIsMetOnceEvenByWhatCameBefore) {
    Stage stage(
        "  - send: {event: NOTIF_AUDIT, fields: {usid: 17}, id: a}\n"
        "  - delay: 1s\n"
        "  - expect: {ack: {of: a, from: auditor}}\n"
        "  - expect: {ack: {of: a}, within: 2s}\n");
    auto one = stage.auditor();
    stage.poll();
    one.ack(stage.now, {AckKind::audit_synced, 17});
    stage.poll();
    EXPECT_EQ(stage.after(1s), StepStatus::running);
    EXPECT_EQ(stage.after(2s), StepStatus::failed);
    EXPECT_EQ(stage.failure(),
              "1 s.yaml:7:5: expect: expected an acknowledgement of 'a' within 2s");
}

TEST(Engine, ExpectsWrongAcknowledgementsAndDisconnects) {
    Stage stage(
        "  - expect: {ack: {verdict: unknown}}\n"
        "  - expect: {disconnect: auditor}\n");
    auto one = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::running);
    one.ack(stage.now, {AckKind::audit_synced, 17});
    EXPECT_EQ(stage.poll(), StepStatus::running);
    stage.hub_.eof(stage.now, one.id());
    EXPECT_EQ(stage.poll(), StepStatus::done);
}

TEST(Engine, ExpectsNothing) {
    Stage quiet("  - expect: {nothing: 500ms}\n");
    auto one = quiet.auditor();
    quiet.hub_.poll(quiet.now);
    EXPECT_EQ(quiet.poll(), StepStatus::running);
    EXPECT_EQ(quiet.after(500ms), StepStatus::done);

    Stage loud("  - expect: {nothing: 500ms}\n");
    EXPECT_EQ(loud.poll(), StepStatus::running);
    auto two = loud.client(NOTIF_AUDIT);
    EXPECT_EQ(loud.poll(), StepStatus::failed);
    EXPECT_EQ(loud.failure(),
              "1 s.yaml:4:5: expect: expected nothing for 500ms; instead came: subscriber 1 "
              "subscribed: 7.8, mask NOTIF_AUDIT");
}

TEST(Engine, TakesStepsOfItsReleaseOnly) {
    Stage stage(
        "  - when: {release: 6.x, steps: [{log: six}]}\n"
        "  - when: {release: [6.x, 7.x], product: confd, steps: [{log: seven}]}\n"
        "  - when: {release: 7.7, steps: [{log: other}]}\n"
        "  - when: {product: nso, steps: [{log: nso}]}\n");
    EXPECT_EQ(stage.poll(), StepStatus::done);
    EXPECT_THAT(stage.log, ElementsAre("seven"));
}

TEST(Engine, StaysEnded) {
    Stage stage("  - await: {within: 1ms}\n");
    stage.poll();
    EXPECT_EQ(stage.after(1ms), StepStatus::failed);
    auto one = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::failed);
    EXPECT_FALSE(stage.engine_.next_deadline());
}

}  // namespace
}  // namespace confd::sim
