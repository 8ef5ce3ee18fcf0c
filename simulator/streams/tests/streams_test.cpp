// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/value/calendar.hpp"
#include "simulator/streams/tests/support.hpp"

namespace confd::sim {
namespace {

using test::at;
using test::drain;
using test::event;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint32_t link_down = 11;
constexpr std::uint32_t link_up = 12;
WallTime just_after(WallTime time) {
    return time + WallTime::duration(1);
}

/// One stream "NETCONF" with events 1, 2, 3 at 10 s, 20 s, 30 s, unless a test says otherwise.
struct StreamsTest : testing::Test {
    StreamsConfig config;
    StreamRequest request;
    WallTime now = at(100);
    std::unique_ptr<Streams> streams_;

    StreamsTest() {
        request.name = "NETCONF";
        auto& stream = config.streams.emplace_back();
        stream.name = "NETCONF";
        stream.log = {event(link_down, 1, at(10)), event(link_down, 2, at(20)),
                      event(link_down, 3, at(30))};
    }
    StreamDefinition& stream() { return config.streams.front(); }
    Streams& streams() {
        if (!streams_) streams_ = std::make_unique<Streams>(config);
        return *streams_;
    }
    void from(std::int64_t seconds) { request.start_time = to_datetime(at(seconds)); }
    void until(std::int64_t seconds) { request.stop_time = to_datetime(at(seconds)); }
    StreamCursor subscribe() { return streams().subscribe(request).value(); }
    PeerError refusal() { return streams().subscribe(request).error(); }
    bool append(StreamEvent live, std::string_view name = "NETCONF",
                std::string_view role = all_roles) {
        return streams().append(name, std::move(live), role, now);
    }
    bool append(std::int64_t number) { return append(event(link_down, number, now)); }
};

// Live.

TEST_F(StreamsTest, GiveLiveEventsOnlyWithoutAStartTime) {
    append(4);
    auto cursor = subscribe();
    EXPECT_THAT(drain(cursor, now), IsEmpty());
    append(5);
    append(6);
    EXPECT_THAT(drain(cursor, now), ElementsAre("5", "6"));
    EXPECT_THAT(drain(cursor, now), IsEmpty());
    EXPECT_FALSE(cursor.over());
    EXPECT_FALSE(cursor.deadline());
}

TEST_F(StreamsTest, HandOutOneObjectToAll) {
    from(30);
    auto one = subscribe();
    auto two = subscribe();
    EXPECT_EQ(one.next(now), two.next(now)) << "logged";
    request.start_time.reset();
    auto three = subscribe();
    auto four = subscribe();
    append(4);
    const auto live = three.next(now);
    EXPECT_EQ(live, four.next(now));
    EXPECT_TRUE(live);
}

TEST_F(StreamsTest, KeepAnEventAliveForWhoeverHoldsIt) {
    auto cursor = subscribe();
    append(4);
    const auto live = cursor.next(now);
    from(30);
    const auto logged = subscribe().next(now);
    cursor = subscribe();
    streams_.reset();
    EXPECT_EQ(test::name_of(*live), "4");
    EXPECT_EQ(test::name_of(*logged), "3");
    EXPECT_THAT(drain(cursor, now), ElementsAre("3", "4", "replay_complete"));
}

TEST_F(StreamsTest, AreSeparate) {
    config.streams.emplace_back().name = "other";
    auto here = subscribe();
    request.name = "other";
    auto there = subscribe();
    EXPECT_TRUE(append(event(link_down, 4, now), "other"));
    EXPECT_TRUE(append(event(link_down, 5, now), ""));
    EXPECT_FALSE(append(event(link_down, 6, now), "neither"));
    EXPECT_THAT(drain(here, now), ElementsAre("5"));
    EXPECT_THAT(drain(there, now), ElementsAre("4", "5"));
}

TEST_F(StreamsTest, GoByRoles) {
    auto without = subscribe();
    auto auditor = subscribe();
    auditor.set_role("auditor");
    append(event(link_down, 4, now), "NETCONF", "auditor");
    append(event(link_down, 5, now), "NETCONF", "operator");
    append(event(link_down, 6, now), "NETCONF", all_roles);
    EXPECT_THAT(drain(without, now), ElementsAre("6"));
    EXPECT_THAT(drain(auditor, now), ElementsAre("4", "6"));
    from(100);
    auto later = subscribe();
    later.set_role("operator");
    EXPECT_THAT(drain(later, now), ElementsAre("5", "6", "replay_complete"));
}

// Replay.

TEST_F(StreamsTest, ReplayTheLogAndThenStop) {
    append(4);
    from(0);
    auto cursor = subscribe();
    append(5);
    EXPECT_THAT(drain(cursor, now), ElementsAre("1", "2", "3", "4", "replay_complete"));
    EXPECT_TRUE(cursor.over());
    append(6);
    EXPECT_THAT(drain(cursor, now), IsEmpty());
}

TEST_F(StreamsTest, ReplayInOrderOfTimeAndEqualTimesAsWritten) {
    stream().log = {event(link_down, 1, at(20)), event(link_down, 2, at(10)),
                    event(link_down, 3, at(20))};
    from(0);
    auto cursor = subscribe();
    EXPECT_THAT(drain(cursor, now), ElementsAre("2", "1", "3", "replay_complete"));
}

TEST_F(StreamsTest, ReplayFromTheStartTimeOn) {
    from(20);
    auto cursor = subscribe();
    EXPECT_THAT(drain(cursor, now), ElementsAre("2", "3", "replay_complete"));
    request.start_time = to_datetime(just_after(at(20)));
    cursor = subscribe();
    EXPECT_THAT(drain(cursor, now), ElementsAre("3", "replay_complete"));
    from(1000);
    cursor = subscribe();
    EXPECT_THAT(drain(cursor, now), ElementsAre("replay_complete"));
}

TEST_F(StreamsTest, GoOnLiveAfterAReplayWhenToldTo) {
    stream().after_replay = AfterReplay::live;
    from(20);
    auto cursor = subscribe();
    append(4);
    EXPECT_THAT(drain(cursor, now), ElementsAre("2", "3", "replay_complete", "4"));
    EXPECT_FALSE(cursor.over());
    append(5);
    EXPECT_THAT(drain(cursor, now), ElementsAre("5"));
}

TEST_F(StreamsTest, ReplayUpToAStopTimeInThePast) {
    from(10);
    until(20);
    auto cursor = subscribe();
    append(4);
    EXPECT_THAT(drain(cursor, now), ElementsAre("1", "2", "notification_complete"));
    EXPECT_TRUE(cursor.over());
    EXPECT_FALSE(cursor.deadline());
}

TEST_F(StreamsTest, ReplayOneInstant) {
    from(20);
    until(20);
    auto cursor = subscribe();
    EXPECT_THAT(drain(cursor, now), ElementsAre("2", "notification_complete"));
}

TEST_F(StreamsTest, AreLiveUntilAStopTimeInTheFuture) {
    from(30);
    until(110);
    auto cursor = subscribe();
    EXPECT_EQ(cursor.deadline(), just_after(at(110)));
    EXPECT_THAT(drain(cursor, now), ElementsAre("3"));
    append(4);
    now = at(110);
    append(5);
    EXPECT_THAT(drain(cursor, now), ElementsAre("4", "5"));
    now = cursor.deadline().value();
    append(6);
    EXPECT_THAT(drain(cursor, now), ElementsAre("notification_complete"));
    EXPECT_TRUE(cursor.over());
}

TEST_F(StreamsTest, DoNotDependOnWhenTheyAreRead) {
    from(30);
    until(110);
    auto cursor = subscribe();
    append(4);
    now = at(120);
    append(5);
    EXPECT_THAT(drain(cursor, now), ElementsAre("3", "4", "notification_complete"));
}

TEST_F(StreamsTest, SayBothEndsWhenLiveEventsFollowTheReplay) {
    stream().after_replay = AfterReplay::live;
    from(30);
    until(110);
    auto cursor = subscribe();
    append(4);
    EXPECT_THAT(drain(cursor, now), ElementsAre("3", "replay_complete", "4"));
    EXPECT_THAT(drain(cursor, at(111)), ElementsAre("notification_complete"));
    EXPECT_TRUE(cursor.over());
}

TEST_F(StreamsTest, GoByTheClockForLiveEventsAndByTheirTimesInReplays) {
    from(90);
    until(110);
    auto cursor = subscribe();
    append(event(link_down, 4, at(1)));
    append(event(link_down, 5, at(1000)));
    append(event(link_down, 6, at(95)));
    EXPECT_THAT(drain(cursor, now), ElementsAre("4", "5", "6"));
    cursor = subscribe();
    EXPECT_THAT(drain(cursor, now), ElementsAre("6"));
}

TEST_F(StreamsTest, SayWhyAReplayFailed) {
    stream().replay_failed = "log lost";
    from(0);
    until(200);
    auto cursor = subscribe();
    append(4);
    EXPECT_THAT(drain(cursor, now), ElementsAre("replay_failed: log lost"));
    EXPECT_TRUE(cursor.over());
    request = {};
    request.name = "NETCONF";
    cursor = subscribe();
    append(5);
    EXPECT_THAT(drain(cursor, now), ElementsAre("5")) << "live subscriptions are not concerned";
}

TEST_F(StreamsTest, FailTheReplayOfAStreamThatHasNone) {
    stream().replay = false;
    stream().after_replay = AfterReplay::live;
    from(0);
    auto cursor = subscribe();
    EXPECT_THAT(drain(cursor, now),
                ElementsAre("replay_failed: The stream does not support replay"));
    EXPECT_TRUE(cursor.over());
}

TEST_F(StreamsTest, EndByWhatTheScenarioSays) {
    config.compiler = std::make_shared<test::SeverityCompiler>();
    request.xpath_filter = "severity >= 3";
    auto cursor = subscribe();
    request.xpath_filter.reset();
    from(100);
    StreamNotification complete;
    complete.type = STREAM_NOTIFICATION_COMPLETE;
    append({now, {NOTIF_STREAM_EVENT, complete}, nullptr});
    append(4);
    EXPECT_THAT(drain(cursor, now), ElementsAre("notification_complete"));
    EXPECT_TRUE(cursor.over());
    auto replay = subscribe();
    EXPECT_THAT(drain(replay, now), ElementsAre("4", "replay_complete")) << "it is not an event";
}

// Filters and access.

TEST_F(StreamsTest, PassWhatTheFilterIsTrueFor) {
    config.compiler = std::make_shared<test::SeverityCompiler>();
    stream().log = {event(link_down, 1, at(10), 5), event(link_down, 2, at(10), 2),
                    event(link_down, 3, at(10))};
    from(0);
    request.xpath_filter = "severity >= 3";
    stream().after_replay = AfterReplay::live;
    auto cursor = subscribe();
    append(event(link_down, 4, now, 3));
    append(event(link_down, 5, now, 0));
    append(event(link_down, 6, now));
    EXPECT_THAT(drain(cursor, now), ElementsAre("1", "replay_complete", "4"));
    request.xpath_filter.reset();
    cursor = subscribe();
    EXPECT_THAT(drain(cursor, now), ElementsAre("1", "2", "3", "4", "5", "6", "replay_complete"));
}

TEST_F(StreamsTest, HoldBackAndCountWhatAFilterIsEndedOn) {
    config.compiler = std::make_shared<test::SeverityCompiler>();
    stream().log = {event(link_down, 1, at(10), 5), event(link_down, 2, at(10))};
    from(0);
    request.xpath_filter = "endless";
    stream().after_replay = AfterReplay::live;
    auto cursor = subscribe();
    append(event(link_down, 3, now, 3));
    EXPECT_THAT(drain(cursor, now), ElementsAre("replay_complete"));
    const auto ends = cursor.take_filter_ends();
    EXPECT_EQ(ends.events, 2U) << "the second one has no tree to look at";
    EXPECT_EQ(ends.why, "it took too long");
    EXPECT_EQ(cursor.take_filter_ends().events, 0U) << "they are told once";
}

TEST_F(StreamsTest, RefuseFiltersThatDoNotCompile) {
    request.xpath_filter = "][";
    EXPECT_EQ(refusal().code, ERR_XPATH);
    EXPECT_THAT(refusal().text, HasSubstr("No YANG modules"));
    config.compiler = std::make_shared<test::SeverityCompiler>();
    streams_.reset();
    EXPECT_EQ(refusal(), (PeerError{ERR_XPATH, "Cannot compile ]["}));
}

struct StreamAccess : StreamsTest {
    StreamAccess() {
        stream().log = {event(link_down, 1, at(10)), event(link_up, 2, at(20)),
                        event(link_up, 3, at(30))};
        from(0);
    }
    std::vector<std::string> seen_by(std::int64_t usid) {
        streams_.reset();
        request.usid = usid;
        auto cursor = subscribe();
        auto seen = drain(cursor, now);
        seen.pop_back();
        return seen;
    }
};

TEST_F(StreamAccess, GoesByTheFirstRuleThatMatches) {
    config.sessions = {{17, "admin", {"wheel"}}, {18, "guest", {"users", "night"}}};
    const std::vector<XmlTag> downs{{test::test_ns, link_down}};
    stream().access = {{.user = "admin", .access = Access::permit},
                       {.group = "night", .notifications = downs, .access = Access::deny}};
    EXPECT_THAT(seen_by(0), ElementsAre("1", "2", "3")) << "no access control";
    EXPECT_THAT(seen_by(17), ElementsAre("1", "2", "3"));
    EXPECT_THAT(seen_by(18), ElementsAre("2", "3"));
    stream().access.push_back({.access = Access::deny});
    EXPECT_THAT(seen_by(17), ElementsAre("1", "2", "3"));
    EXPECT_THAT(seen_by(18), IsEmpty());
}

TEST_F(StreamAccess, NeedsEverythingThatARuleNames) {
    config.sessions = {{17, "admin", {"wheel"}}, {18, "admin", {}}};
    stream().access = {{.user = "admin", .group = "wheel", .usid = 17}};
    EXPECT_THAT(seen_by(17), IsEmpty());
    EXPECT_THAT(seen_by(18), ElementsAre("1", "2", "3"));
}

TEST_F(StreamAccess, TellsNamespacesApart) {
    stream().access = {{.notifications = {{test::test_ns + 1, link_up}}}};
    EXPECT_THAT(seen_by(1), ElementsAre("1", "2", "3"));
    stream().access = {{.usid = 1, .notifications = {{test::test_ns, link_up}}}};
    EXPECT_THAT(seen_by(1), ElementsAre("1"));
    EXPECT_THAT(seen_by(2), ElementsAre("1", "2", "3")) << "no sessions listed: each exists";
}

TEST_F(StreamAccess, OfAnEventWithoutContentGoesByRulesForAll) {
    request.start_time.reset();
    request.usid = 5;
    stream().access = {{.notifications = {{test::test_ns, link_up}}}};
    auto cursor = subscribe();
    append({now, {NOTIF_STREAM_EVENT, StreamNotification{}}, nullptr});
    EXPECT_TRUE(cursor.next(now));
    stream().access = {{.access = Access::deny}};
    streams_.reset();
    cursor = subscribe();
    append({now, {NOTIF_STREAM_EVENT, StreamNotification{}}, nullptr});
    EXPECT_FALSE(cursor.next(now));
}

// Refusals.

TEST_F(StreamsTest, RefuseOtherStreams) {
    request.name = "nope";
    EXPECT_EQ(refusal(), (PeerError{ERR_NOEXISTS, "No such stream"}));
}

TEST_F(StreamsTest, RefuseOtherSessionsWhenSomeAreListed) {
    request.usid = 99;
    EXPECT_TRUE(streams().subscribe(request));
    config.sessions = {{17, "admin", {}}};
    streams_.reset();
    EXPECT_EQ(refusal(), (PeerError{ERR_NOSESSION, "No such user session"}));
    request.usid = 17;
    EXPECT_TRUE(streams().subscribe(request));
    config.sessions->clear();
    streams_.reset();
    EXPECT_EQ(refusal().code, ERR_NOSESSION) << "none exists";
}

TEST_F(StreamsTest, RefuseTimesWithoutSense) {
    until(20);
    EXPECT_EQ(refusal(), (PeerError{ERR_PROTOUSAGE, "A stop time needs a start time"}));
    from(21);
    EXPECT_EQ(refusal(), (PeerError{ERR_PROTOUSAGE, "The stop time is before the start time"}));
    request.start_time->month = 13;
    EXPECT_EQ(refusal().code, ERR_PROTOUSAGE);
    EXPECT_THAT(refusal().text, HasSubstr("No such date and time: 1970-13-01"));
    from(0);
    request.stop_time->day = 0;
    EXPECT_EQ(refusal().code, ERR_PROTOUSAGE);
}

// Bounds.

TEST_F(StreamsTest, ForgetTheOldestLiveEventsButNotTheLog) {
    config.remembered = 2;
    for (const auto number : {4, 5, 6, 7})
        append(number);
    from(30);
    auto cursor = subscribe();
    EXPECT_THAT(drain(cursor, now), ElementsAre("3", "6", "7", "replay_complete"));
    EXPECT_EQ(cursor.missed(), 0U) << "they were gone before it came";
}

TEST_F(StreamsTest, SayHowManyEventsASlowSubscriberMissed) {
    config.remembered = 2;
    auto live = subscribe();
    append(4);
    append(5);
    from(30);
    auto replay = subscribe();
    append(6);
    append(7);
    append(8);
    EXPECT_THAT(drain(live, now), ElementsAre("7", "8"));
    EXPECT_EQ(live.missed(), 3U);
    EXPECT_THAT(drain(replay, now), ElementsAre("3", "replay_complete"));
    EXPECT_EQ(replay.missed(), 2U) << "only 4 and 5 were to be replayed";
}

TEST_F(StreamsTest, AllExistWhenNoneAreDefined) {
    config.streams.clear();
    auto here = subscribe();
    request.name = "there";
    auto there = subscribe();
    append(event(link_down, 1, now), "there");
    append(event(link_down, 2, now), "");
    EXPECT_TRUE(append(event(link_down, 3, now), "without subscribers"));
    EXPECT_THAT(drain(here, now), ElementsAre("2"));
    EXPECT_THAT(drain(there, now), ElementsAre("1", "2"));
    from(0);
    auto replay = subscribe();
    EXPECT_THAT(drain(replay, now), ElementsAre("replay_complete")) << "nothing is remembered";
}

}  // namespace
}  // namespace confd::sim
