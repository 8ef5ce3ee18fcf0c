// SPDX-License-Identifier: Apache-2.0
// Whole scenarios from their start to their end in virtual time: the same seed gives the same run.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "simulator/tests/virtual_play.hpp"

namespace confd::sim {
namespace {

using namespace std::chrono_literals;
using test::client_config;
using test::VirtualClient;
using test::VirtualPlay;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

/// All that is random: events, delays, faults, over streams too; and acknowledgements that get lost
/// on their way.
constexpr std::string_view busy_day = R"(
format: 1
clock: 2026-11-22T10:00:00Z
modules: [example-if, example-alarm]
allow: [acks, disconnects]
sessions:
  - {usid: 17, username: admin}
  - {usid: 18, username: guest}
streams: [{name: NETCONF}]
subscribers:
  - {role: auditor, must: [NOTIF_AUDIT, NOTIF_AUDIT_SYNC], count: 2}
  - {role: committer, must: NOTIF_COMMIT_DIFF}
  - {role: listener, stream: NETCONF}
steps:
  - await: {role: auditor, count: 2}
  - fault: {kind: delay, role: auditor, probability: 0.3, duration: 30ms}
  - fault: {kind: split, role: committer, probability: 0.5, bytes: 7, gap: 2ms}
  - fault: {kind: corrupt, role: listener, probability: 0.1, flips: 2}
  - fault: {kind: duplicate, role: auditor, direction: in, probability: 0.1}
  - fault: {kind: reset, role: listener, probability: 0.05, times: 1}
  - parallel:
      - - mix: {events: {audit: 5, commit_diff: 2, daemon: 2, ha_info: 1}, count: 120, rate: 200/s}
      - - mix: {stream: NETCONF, duration: 400ms, rate: 100/s}
      - - repeat:
            times: 10
            steps:
              - delay: {uniform: [5ms, 60ms]}
              - delay: {exponential: 10ms}
              - log: round $i
  - fault: {clear: all}
  - close: {to: committer}
  - finally: {steps: [{log: end}]}
)";

std::string play_busy_day(std::uint64_t seed) {
    VirtualPlay play(
        test::load(busy_day, {.seed = seed, .module_path = {CONFD_SOURCE_DIR "/scenarios/yang"}}));
    play.add(
        {.config = client_config(NOTIF_AUDIT | NOTIF_AUDIT_SYNC | NOTIF_HEARTBEAT), .thinks = 7ms});
    play.add({.config = client_config(NOTIF_AUDIT | NOTIF_AUDIT_SYNC), .joins = 20ms});
    play.add({.config = client_config(NOTIF_COMMIT_DIFF | NOTIF_DAEMON | NOTIF_HA_INFO),
              .thinks = 1ms,
              .reconnects = 50ms});
    play.add({.config = client_config(NOTIF_STREAM_EVENT), .reconnects = 10ms});
    EXPECT_EQ(play.run(), StepStatus::done) << play.transcript();
    return play.transcript();
}

TEST(Reproducibility, OneSeedGivesOneTranscriptToTheByte) {
    const auto once = play_busy_day(1);
    EXPECT_EQ(once, play_busy_day(1));
    EXPECT_NE(once, play_busy_day(2));
    EXPECT_GT(std::ranges::count(once, '\n'), 300);
    // Everything that is random took part.
    for (const auto* part :
         {"(delay)", "(split)", "(corrupt)", "(duplicate)", "(reset)",
          "client 0: ", "client 3: closed by the server", " log round 10", " log end"}) {
        EXPECT_THAT(once, HasSubstr(part));
    }
}

TEST(Reproducibility, WhatAClientDoesChangesNothingThatIsDrawn) {
    constexpr std::string_view scenario = R"(
format: 1
seed: 5
steps:
  - await: 1
  - parallel:
      - - mix: {events: {audit: 1, netconf: 1}, count: 40, rate: 100/s, acks: ignore}
      - - repeat: {times: 20, steps: [{delay: {exponential: 20ms}}]}
  - log: end
)";
    const auto played = [&](std::vector<VirtualClient> clients) {
        VirtualPlay play(test::load(scenario));
        for (auto& client : clients)
            play.add(std::move(client));
        EXPECT_EQ(play.run(), StepStatus::done);
        // What the scenario did, and when.
        std::string out;
        for (std::size_t at = 0; at < play.transcript().size();) {
            const auto end = play.transcript().find('\n', at);
            const auto line = play.transcript().substr(at, end - at);
            if (line.find(" s.yaml:") != std::string::npos) out += line + "\n";
            at = end + 1;
        }
        return out;
    };
    const VirtualClient one{.config = client_config(NOTIF_AUDIT)};
    const VirtualClient other{.config = client_config(NOTIF_NETCONF | NOTIF_HEARTBEAT)};
    EXPECT_EQ(played({one}), played({other, one}));
    EXPECT_THAT(played({one}), HasSubstr("delay "));
}

TEST(VirtualPlay, ClientsAcknowledgeLeaveAndComeBack) {
    VirtualPlay play(test::load(R"(
format: 1
subscribers: [{role: auditor, must: [NOTIF_AUDIT, NOTIF_AUDIT_SYNC]}]
steps:
  - await: {role: auditor, count: 2}
  - send: {event: NOTIF_AUDIT, fields: {usid: 1}, id: a}
  - barrier: {of: a, within: 1s}
  - fault: {kind: truncate, role: auditor, total: 1, how: rst}
  - send: {event: NOTIF_AUDIT, fields: {usid: 2}, id: b}
  - expect: {reconnect: auditor, within: 1s}
  - expect: {disconnect: auditor, within: 10s}
  - delay: 1ms
)"));
    play.add({.config = client_config(NOTIF_AUDIT | NOTIF_AUDIT_SYNC),
              .thinks = 3ms,
              .reconnects = 100ms});
    play.add({.config = client_config(NOTIF_AUDIT | NOTIF_AUDIT_SYNC),
              .joins = 2s,
              .acknowledges = true,
              .leaves = 4s});
    EXPECT_EQ(play.run(), StepStatus::done) << play.transcript();
    EXPECT_EQ(play.now(), Instant{} + 4001ms);
    EXPECT_THAT(play.received(0), SizeIs(1));
    EXPECT_THAT(play.received(1), SizeIs(2));
    EXPECT_THAT(play.transcript(), HasSubstr("4000000 client 1: leaves\n"));
}

TEST(VirtualPlay, AnAcknowledgementThatIsLostLetsTheBarrierExpire) {
    VirtualPlay play(test::load(R"(
format: 1
steps:
  - await: 1
  - fault: {kind: drop, direction: in}
  - send: {event: NOTIF_AUDIT, fields: {usid: 1}, id: a}
  - barrier: {of: a, within: 1s}
)"));
    play.add({.config = client_config(NOTIF_AUDIT | NOTIF_AUDIT_SYNC)});
    EXPECT_EQ(play.run(), StepStatus::failed);
    EXPECT_EQ(play.now(), Instant{} + 1s);
    EXPECT_EQ(play.engine().failure()->outcome, Outcome::timed_out);
    EXPECT_THAT(play.transcript(), HasSubstr("fault 1 (drop): "));
    EXPECT_THAT(play.engine().failure()->message,
                HasSubstr("missing subscriber 1: sync_audit_notification(1)"));
}

TEST(VirtualPlay, ClientsThatAreTurnedAwayTryAgain) {
    VirtualPlay play(test::load(R"(
format: 1
steps:
  - fault: {kind: fail_connections, count: 2, how: rst}
  - await: {count: 1, within: 1s}
  - log: here
)"));
    play.add({.config = client_config(NOTIF_AUDIT), .joins = 10ms, .reconnects = 100ms});
    EXPECT_EQ(play.run(), StepStatus::done) << play.transcript();
    EXPECT_EQ(play.now(), Instant{} + 210ms);
    EXPECT_THAT(play.transcript(), Not(HasSubstr("unexpected")));
}

TEST(VirtualPlay, TheScenariosOfTheTreeEndWell) {
    for (const auto* name : {"tour", "audit-sync", "commit-diff-two-subscribers", "ha-sync"}) {
        auto scenario =
            load_scenario_file(fmt::format("{}/scenarios/{}.yaml", CONFD_SOURCE_DIR, name), {});
        ASSERT_TRUE(scenario) << to_string(scenario.error().front());
        VirtualPlay play(std::move(*scenario));
        constexpr std::uint32_t everything = 0x7fffffff;
        for (int i = 0; i < 2; ++i)
            play.add({.config = client_config(everything), .thinks = 5ms});
        EXPECT_EQ(play.run(), StepStatus::done) << play.transcript();
    }
}

}  // namespace
}  // namespace confd::sim
