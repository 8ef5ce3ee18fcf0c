// SPDX-License-Identifier: Apache-2.0
// `now` is a value wherever a time is, and what is left out of an event has its time too.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/maapi/changes.hpp"
#include "simulator/tests/stage.hpp"
#include "simulator/text/now.hpp"

namespace confd::sim {
namespace {

using namespace std::chrono_literals;
using test::Stage;
using testing::SizeIs;

constexpr std::string_view head =
    "format: 1\n"
    "clock: 2026-11-22T10:00:00Z\n"
    "release: 8.2\n"
    "product: nso\n"
    "modules: example-if\n"
    "vars: {admin: {usid: 17, username: admin, logintime: now-20m}}\n"
    "steps:\n"
    "  - delay: 1500ms\n";

const LoadOptions with_modules{.module_path = {CONFD_SOURCE_DIR "/scenarios/yang"}};

constexpr TimePoint start = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 10h;
/// When the steps after the head are played.
constexpr TimePoint later = start + 1500ms;

std::int64_t micros(TimePoint time) {
    return time.time_since_epoch().count();
}
std::int64_t seconds(TimePoint time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

ClientConfig everything() {
    auto config = test::client_config(0xffffffff & ~(NOTIF_HEARTBEAT | NOTIF_HEALTH_CHECK));
    config.release = {8, 2, 0};
    config.product = Product::nso;
    return config;
}

/// What comes of one step.
std::vector<Notification> sent(std::string_view step) {
    Stage stage(step, head, with_modules);
    test::HubClient client(stage.hub_, stage.now, everything());
    EXPECT_EQ(stage.run(), StepStatus::done) << stage.failure();
    EXPECT_THAT(stage.scenario_.warnings, SizeIs(0));
    return client.exchange(stage.now);
}
template <class Body>
Body one(std::string_view step) {
    const auto events = sent(step);
    EXPECT_THAT(events, SizeIs(1)) << step;
    const auto* body = events.empty() ? nullptr : events.front().get<Body>();
    EXPECT_NE(body, nullptr) << step;
    return body == nullptr ? Body() : *body;
}

TEST(Now, IsRead) {
    EXPECT_EQ(parse_now("now"), 0ms);
    EXPECT_EQ(parse_now("now+5m"), 5min);
    EXPECT_EQ(parse_now("now-1.5s"), -1500ms);
    for (const auto* text : {"", "no", "nows", "now5s", "now+", "now+x", "now--5s", "Now"})
        EXPECT_EQ(parse_now(text), std::nullopt) << text;
}

TEST(Now, IsMicrosecondsInProgress) {
    const auto span =
        one<ProgressSpanNotification>("  - send: {event: progress, fields: {timestamp: now}}\n");
    EXPECT_EQ(span.timestamp, micros(later));
}

TEST(Now, IsMicrosecondsInCompaction) {
    const auto compaction = one<CompactionNotification>(
        "  - send: {event: compaction, fields: {time_start: now-200ms}}\n");
    EXPECT_EQ(compaction.time_start, micros(later - 200ms));
}

TEST(Now, IsSecondsOfALogin) {
    const auto session = one<UserSessNotification>(
        "  - send: {event: user_session, fields: {uinfo: {logintime: now}}}\n");
    EXPECT_EQ(session.uinfo.logintime.seconds, seconds(later));
}

TEST(Now, IsADateAndTimeOfTheQueue) {
    const auto item = one<CqProgressNotification>(
        "  - send: {event: cq_progress, fields: {timestamp: now+1s}}\n");
    EXPECT_EQ(to_time_point(item.timestamp), later + 1s);
}

TEST(Now, IsTheTimeOfAStreamsEvent) {
    const auto raw = one<StreamNotification>(
        "  - send: {event: stream_event, fields: {event_time: now-1m, values: []}}\n");
    EXPECT_EQ(to_time_point(raw.event_time), later - 1min);
    const auto named = one<StreamNotification>(
        "  - send: {time: now-1s, notification: {link-up: {if-name: eth0, since: now-5s}}}\n");
    EXPECT_EQ(to_time_point(named.event_time), later - 1s);
    const auto& since = std::get<Datetime>(named.values[2].v.payload);
    EXPECT_EQ(to_time_point(since), later - 5s);
}

TEST(Now, IsATypedValue) {
    const auto ha = [](std::string_view type) {
        return one<HaNotification>(
                   fmt::format("  - send: {{event: ha_info, fields: {{type: HA_INFO_SLAVE_DIED, "
                               "slave_died: {{nodeid: {{type: {}, value: now}}}}}}}}\n",
                               type))
            .slave_died.nodeid;
    };
    EXPECT_EQ(to_time_point(std::get<Datetime>(ha("datetime").payload)), later);
    const auto date = std::get<Date>(ha("date").payload);
    EXPECT_EQ(date.year * 10'000 + date.month * 100 + date.day, 20'261'122);
    const auto time = std::get<Time>(ha("time").payload);
    EXPECT_EQ(time.hour * 100 + time.sec, 1'001);
    EXPECT_EQ(time.micro, 500'000U);
    EXPECT_EQ(std::get<std::string>(ha("buf").payload), "now") << "a text is what it says";
}

TEST(Now, IsATextWhereNoTimeIs) {
    EXPECT_EQ(one<AuditNotification>("  - send: {event: audit, fields: {msg: now}}\n").msg, "now");
    EXPECT_EQ(one<AuditNotification>("  - send: {event: audit, fields: {msg: 'now'}}\n").msg,
              "now");
}

TEST(Now, MayHaveQuotes) {
    const auto login =
        one<UserSessNotification>(
            "  - send: {event: user_session, fields: {uinfo: {logintime: \"now\"}}}\n")
            .uinfo.logintime;
    EXPECT_EQ(login, one<UserSessNotification>(
                         "  - send: {event: user_session, fields: {uinfo: {logintime: now}}}\n")
                         .uinfo.logintime);
    const auto scenario = test::load("format: 1\nsteps: []\n");
    EXPECT_TRUE(load_step(scenario, "send",
                          R"({"event": "NOTIF_STREAM_EVENT", "fields": {"event_time": "now"}})",
                          "control"));
}

/// One user info for one session: in variables `now` is the start.
TEST(Now, StaysWhatItIsInVariables) {
    const auto events = sent(
        "  - send: {event: user_session, fields: {uinfo: $admin}}\n"
        "  - delay: 5s\n"
        "  - send: {event: commit_simple, fields: {uinfo: $admin}}\n");
    ASSERT_THAT(events, SizeIs(2));
    EXPECT_EQ(events[0].get<UserSessNotification>()->uinfo.logintime.seconds,
              seconds(start - 20min));
    EXPECT_EQ(events[0].get<UserSessNotification>()->uinfo,
              events[1].get<CommitNotification>()->uinfo);
}

TEST(Now, IsAnotherInEachRound) {
    const auto events = sent(
        "  - repeat:\n"
        "      times: 3\n"
        "      steps:\n"
        "        - send: {event: progress, fields: {timestamp: now, tid: $i}}\n"
        "        - delay: 2s\n");
    ASSERT_THAT(events, SizeIs(3));
    EXPECT_EQ(events[2].get<ProgressSpanNotification>()->timestamp, micros(later + 4s));
    EXPECT_EQ(events[2].get<ProgressSpanNotification>()->tid, 3);
}

TEST(Now, IsThatOfARequestToTheControlInterface) {
    Stage stage("  - delay: 1h\n", head, with_modules);
    test::HubClient client(stage.hub_, stage.now, everything());
    stage.run(20min);
    const auto played =
        play_step(stage.scenario_, "send", "{event: progress, fields: {timestamp: now}}",
                  stage.hub_, stage.now + 10min);
    ASSERT_TRUE(played) << to_string(played.error().front());
    const auto events = client.exchange(stage.now);
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_EQ(events[0].get<ProgressSpanNotification>()->timestamp,
              micros(stage.hub_.wall(stage.now + 10min)));
    EXPECT_GE(stage.hub_.wall(stage.now), later);
}

TEST(Now, IsAValueOfADiff) {
    const auto scenario = test::load(
        std::string(head) +
            "  - send:\n"
            "      event: commit_diff\n"
            "      diff: [{path: '/interfaces/interface{eth0}/description', op: value_set, value: "
            "now}]\n",
        with_modules);
    EXPECT_THAT(scenario.warnings, SizeIs(0)) << "a string takes the text";
}

TEST(Now, IsTheStartInLogsAndSessions) {
    const auto scenario = test::load(
        "format: 1\nclock: 2026-11-22T10:00:00Z\nmodules: example-if\n"
        "sessions: [{usid: 17, logintime: now-1m}, {usid: 18}]\n"
        "streams: [{name: a, log: [{time: now-15m, notification: {link-up: {if-name: eth0}}}]}]\n"
        "steps: []\n",
        with_modules);
    ASSERT_THAT(scenario.streams, SizeIs(1));
    EXPECT_EQ(scenario.streams[0].log[0].time, start - 15min);
    EXPECT_EQ(scenario.sessions->at(0).uinfo.logintime.seconds, seconds(start - 1min));
    EXPECT_EQ(scenario.sessions->at(1).uinfo.logintime.seconds, seconds(start));
    EXPECT_TRUE(test::load("format: 1\nclock: now\nsteps: []\n").clock.has_value());
}

// ---- what is left out ----

TEST(LeftOut, TimesAreTheScenarios) {
    EXPECT_EQ(one<ProgressSpanNotification>("  - send: {event: progress}\n").timestamp,
              micros(later));
    EXPECT_EQ(one<ProgressSpanNotification>("  - send: {event: commit_progress, fields: {usid: "
                                            "3}}\n")
                  .timestamp,
              micros(later));
    EXPECT_EQ(one<CompactionNotification>("  - send: {event: compaction}\n").time_start,
              micros(later));
    EXPECT_EQ(
        to_time_point(one<CqProgressNotification>("  - send: {event: cq_progress}\n").timestamp),
        later);
    EXPECT_EQ(to_time_point(
                  one<StreamNotification>("  - send: {event: stream_event, fields: {values: []}}\n")
                      .event_time),
              later);
    EXPECT_EQ(one<CommitNotification>("  - send: {event: commit_simple}\n").uinfo.logintime.seconds,
              seconds(start))
        << "of the start: it is the same in all events of a session";
}

TEST(LeftOut, FieldsGoWithWhatIsWritten) {
    const auto aborted = one<ConfirmedCommitNotification>(
        "  - send: {event: confirmed_commit, fields: {type: "
        "ABORT_COMMIT}}\n");
    EXPECT_EQ(aborted.timeout, 0);
    const auto begun = one<ConfirmedCommitNotification>("  - send: {event: confirmed_commit}\n");
    EXPECT_GT(begun.timeout, 0);
    const auto lock = one<UserSessNotification>(
        "  - send: {event: user_session, fields: {type: USER_SESS_LOCK}}\n");
    EXPECT_EQ(lock.database, Datastore::RUNNING);
    const auto system = one<UserSessNotification>(
        "  - send: {event: user_session, fields: {uinfo: {context: system}}}\n");
    EXPECT_EQ(system.uinfo.username, "system");
    EXPECT_EQ(system.uinfo.addr.ip, Ip(Ip4{127, 0, 0, 1}));
    const auto failed = one<CommitFailedNotification>(
        "  - send: {event: commit_failed, fields: {provider: DP_EXTERNAL}}\n");
    EXPECT_EQ(failed.daemon_name, "ifd");
}

TEST(LeftOut, ListsAreNotAddedTo) {
    const auto trap = one<SnmpaNotification>(
        "  - send: {event: snmpa, fields: {pdu_type: SNMPA_PDU_V1TRAP, enterprise: [1, 3]}}\n");
    EXPECT_EQ(trap.enterprise, (std::vector<std::uint32_t>{1, 3}));
}

}  // namespace
}  // namespace confd::sim
