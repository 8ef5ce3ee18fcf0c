// SPDX-License-Identifier: Apache-2.0
// Each kind of step, played on a hub with clients that have no sockets.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "protocol/frame/frame.hpp"
#include "protocol/render/render.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"
#include "simulator/hub/describe.hpp"
#include "simulator/tests/stage.hpp"

namespace confd::sim {
namespace {

using namespace std::chrono_literals;
using test::client_config;
using test::HubClient;
using test::of_kind;
using test::Stage;
using test::stream_words;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

/// Steps under this head start on line 18.
constexpr std::string_view stream_head =
    "format: 1\n"
    "clock: 2026-11-22T10:00:00Z\n"
    "allow: unsafe\n"
    "modules: example-if\n"
    "sessions:\n"
    "  - {usid: 17, username: admin, groups: [oper]}\n"
    "  - {usid: 18, username: guest}\n"
    "streams:\n"
    "  - name: NETCONF\n"
    "    log:\n"
    "      - {time: 2026-11-22T09:00:02Z, notification: {link-up: {if-name: eth2}}}\n"
    "      - {time: 2026-11-22T09:00:01Z, notification: {link-down: {if-name: eth1}}}\n"
    "      - fields: {event_time: 2026-11-22T09:00:03Z, values: [{ns: 1, tag: 2, v: {type: "
    "xmlbegin}}, {ns: 1, tag: 2, v: {type: xmlend}}]}\n"
    "    access: [{group: oper}, {user: guest, notifications: link-down, access: deny}]\n"
    "  - {name: live, after_replay: live, log: [{time: 2026-11-22T09:00:01Z, notification: "
    "{link-up: {if-name: eth1}}}]}\n"
    "  - {name: none, replay: false}\n"
    "  - {name: broken, replay_failed: the log is damaged}\n"
    "steps:\n";

const LoadOptions with_modules{.module_path = {CONFD_SOURCE_DIR "/scenarios/yang"}};

Stage stream_stage(std::string_view steps) {
    return Stage(steps, stream_head, with_modules);
}

StreamRequest request(std::string name, std::string_view start = "", std::string_view stop = "") {
    StreamRequest out;
    out.name = std::move(name);
    if (!start.empty()) out.start_time = parse_datetime(start);
    if (!stop.empty()) out.stop_time = parse_datetime(stop);
    return out;
}

constexpr std::string_view long_ago = "2026-11-22T00:00:00Z";

// ---- streams ----

TEST(Streams, EventsByNameHaveTheirTimeOrTheClocks) {
    auto stage = stream_stage(
        "  - send: {notification: {link-up: {if-name: eth0}}}\n"
        "  - delay: 1500ms\n"
        "  - send: {notification: {link-up: {if-name: eth0}}, stream: NETCONF}\n"
        "  - send: {notification: {link-up: {if-name: eth0}}, time: 2020-01-01T08:00:00Z}\n"
        "  - send: {notification: {link-up: {if-name: eth0}}, stream: live}\n");
    auto listener = stage.listener(request("NETCONF"));
    EXPECT_EQ(stage.run(), StepStatus::done) << stage.failure();
    EXPECT_THAT(
        stream_words(listener.exchange(stage.now)),
        ElementsAre(StartsWith("10:00:00"), StartsWith("10:00:01.5"), StartsWith("08:00:00")));
}

TEST(Streams, EventsByNameTakeTheRoundOfARepeat) {
    auto stage = stream_stage(
        "  - repeat: {times: 2, steps: [{send: {notification: {link-up: {if-name: eth$i, mtu: "
        "\"150$i\"}}}}]}\n");
    auto listener = stage.listener(request("NETCONF"));
    EXPECT_EQ(stage.run(), StepStatus::done) << stage.failure();
    const auto events = listener.exchange(stage.now);
    ASSERT_THAT(events, SizeIs(2));
    for (int i = 0; i < 2; ++i) {
        const auto text = to_text(events[static_cast<std::size_t>(i)]);
        EXPECT_THAT(text, HasSubstr(fmt::format("eth{}", i + 1)));
        EXPECT_THAT(text, HasSubstr(fmt::format("150{}", i + 1)));
    }
}

TEST(Streams, ReplaysTheLogInTheOrderOfItsTimes) {
    auto stage = stream_stage("  - send: {notification: {link-up: {if-name: eth0}}}\n");
    auto replayed = stage.listener(request("NETCONF", long_ago));
    auto one_second =
        stage.listener(request("NETCONF", "2026-11-22T09:00:01Z", "2026-11-22T09:00:01Z"));
    EXPECT_EQ(stage.run(), StepStatus::done) << stage.failure();
    EXPECT_THAT(stream_words(replayed.exchange(stage.now)), IsEmpty()) << "it has come already";
    auto again = stage.listener(request("NETCONF", long_ago));
    auto live = stage.listener(request("live", long_ago));
    EXPECT_EQ(stage.hub_.counters(again.id())->events, 5U) << "the live one of before too";
    EXPECT_EQ(stage.hub_.counters(one_second.id())->events, 2U);
    stage.hub_.send(stage.now, {NOTIF_STREAM_EVENT, StreamNotification{}}, {.stream = "live"});
    EXPECT_EQ(stage.hub_.counters(live.id())->events, 4U) << "log, event before, end, event after";
}

TEST(Streams, SayWhatEndsThem) {
    auto stage = stream_stage("  - delay: 1s\n");
    const auto words = [&](const StreamRequest& wanted) {
        auto config = client_config(NOTIF_STREAM_EVENT);
        config.subscription.stream = wanted;
        test::RawClient client(stage.hub_, stage.now);
        ClientSession session(config);
        std::vector<Notification> events;
        for (bool moved = true; moved;) {
            moved = session.has_output();
            stage.hub_.feed(stage.now, client.id, session.take_output());
            const auto bytes = client.take(stage.now);
            moved = moved || !bytes.empty();
            session.feed(bytes);
            while (true) {
                const auto what = session.poll();
                if (what == ClientSession::Poll::notification) {
                    events.push_back(session.notification());
                } else if (what != ClientSession::Poll::subscribed) {
                    break;
                }
            }
        }
        return stream_words(events);
    };
    EXPECT_THAT(words(request("NETCONF", long_ago)),
                ElementsAre(StartsWith("09:00:01"), StartsWith("09:00:02"), StartsWith("09:00:03"),
                            "replay_complete"));
    EXPECT_THAT(
        words(request("NETCONF", long_ago, "2026-11-22T09:00:02Z")),
        ElementsAre(StartsWith("09:00:01"), StartsWith("09:00:02"), "notification_complete"));
    EXPECT_THAT(words(request("none", long_ago)),
                ElementsAre("replay_failed: The stream does not support replay"));
    EXPECT_THAT(words(request("broken", long_ago)),
                ElementsAre("replay_failed: the log is damaged"));
    EXPECT_THAT(words(request("broken")), IsEmpty()) << "live is no replay";
}

TEST(Streams, AStopInTheFutureEndsALiveFeedAtItsTime) {
    auto stage = stream_stage(
        "  - delay: 1s\n"
        "  - send: {notification: {link-up: {if-name: eth0}}}\n"
        "  - delay: 10s\n"
        "  - send: {notification: {link-up: {if-name: eth0}}}\n");
    auto listener =
        stage.listener(request("NETCONF", "2026-11-22T10:00:00Z", "2026-11-22T10:00:05Z"));
    EXPECT_EQ(stage.run(1s), StepStatus::running);
    EXPECT_THAT(stream_words(listener.exchange(stage.now)), ElementsAre(StartsWith("10:00:01")));
    EXPECT_EQ(stage.hub_.next_deadline(), Instant{} + 5s + 1us);
    EXPECT_EQ(stage.run(5s), StepStatus::running);
    EXPECT_THAT(stream_words(listener.exchange(stage.now)), ElementsAre("notification_complete"));
    EXPECT_EQ(stage.run(), StepStatus::done);
    EXPECT_THAT(listener.exchange(stage.now), IsEmpty()) << "REQ-STREAM-1";
}

TEST(Streams, AccessRulesGoByTheUserSession) {
    auto stage = stream_stage(
        "  - send: {notification: {link-up: {if-name: eth0}}}\n"
        "  - send: {notification: {link-down: {if-name: eth0}}}\n");
    auto anybody = stage.listener(request("NETCONF"));
    auto wanted = request("NETCONF");
    wanted.usid = 17;
    auto oper = stage.listener(wanted);
    wanted.usid = 18;
    auto guest = stage.listener(wanted);
    EXPECT_EQ(stage.run(), StepStatus::done) << stage.failure();
    EXPECT_THAT(anybody.exchange(stage.now), SizeIs(2));
    EXPECT_THAT(oper.exchange(stage.now), IsEmpty()) << "denied by default, all notifications";
    const auto events = guest.exchange(stage.now);
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_THAT(to_text(events[0]), Not(HasSubstr("link-down")));
}

TEST(Streams, FiltersAndRefusalsAreAsTheClientSeesThem) {
    auto stage = stream_stage(
        "  - expect: {refused: {code: 1}}\n"
        "  - expect: {refused: 22}\n"
        "  - expect: {refused: {code: 50}, within: 1s}\n"
        "  - expect: {refused: 21}\n"
        "  - send: {notification: {link-up: {if-name: eth0}}}\n"
        "  - send: {notification: {link-up: {if-name: eth1}}}\n");
    const auto code = [&](StreamRequest wanted) {
        const auto client = stage.listener(std::move(wanted));
        return client.failure() ? client.failure()->peer.code : -1;
    };
    EXPECT_EQ(code(request("NETCNF")), ERR_NOEXISTS);
    auto wanted = request("NETCONF");
    wanted.usid = 99;
    EXPECT_EQ(code(wanted), ERR_NOSESSION);
    wanted = request("NETCONF");
    wanted.xpath_filter = "link-up[";
    EXPECT_EQ(code(wanted), ERR_XPATH);
    EXPECT_EQ(code(request("NETCONF", "2026-11-22T10:00:00Z", "2026-11-22T09:00:00Z")),
              ERR_PROTOUSAGE);
    wanted.xpath_filter = "/link-up[if-name = 'eth1']";
    auto filtered = stage.listener(wanted);
    EXPECT_EQ(stage.run(), StepStatus::done) << stage.failure();
    const auto events = filtered.exchange(stage.now);
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_THAT(to_text(events[0]), HasSubstr("eth1"));
}

TEST(Streams, AFilterThatCostsTooMuchHoldsTheEventBackAndIsTold) {
    auto stage = stream_stage("  - send: {notification: {link-up: {if-name: eth0}}}\n");
    auto wanted = request("NETCONF");
    wanted.xpath_filter = fmt::format("re-match('{}cb', '(a|aa)+b')", std::string(64, 'a'));
    auto filtered = stage.listener(wanted);
    auto other = stage.listener(request("NETCONF"));
    stage.engine_.poll(stage.now, stage.hub_.poll(stage.now));
    const auto events = stage.hub_.poll(stage.now);
    const auto ended = of_kind<FilterEnded>(events);
    ASSERT_THAT(ended, SizeIs(1));
    EXPECT_EQ(describe(HubEvent(ended[0]), stage.hub_),
              fmt::format("the filter of subscriber {} was ended on 1 event, not sent: re-match() "
                          "took more than 1000000 steps",
                          filtered.id()));
    EXPECT_EQ(stage.hub_.filter_ends(), 1U);
    EXPECT_EQ(stage.hub_.counters(filtered.id())->filter_ends, 1U);
    EXPECT_THAT(filtered.exchange(stage.now), IsEmpty());
    EXPECT_THAT(other.exchange(stage.now), SizeIs(1));
}

// ---- term, raw ----

TEST(Bytes, ATermGoesToWhomeverItIsForWhateverTheMask) {
    Stage stage(
        "  - term: \"{1, 115, <<\\\"admin\\\">>, 17, <<\\\"hi\\\">>}\"\n"
        "  - term: {text: \"{1, 2}\", to: auditor}\n");
    auto auditor = stage.auditor();
    auto other = stage.client(NOTIF_COMMIT_DIFF);
    EXPECT_EQ(stage.poll(), StepStatus::done);
    EXPECT_THAT(stage.texts(auditor), ElementsAre("hi"));
    EXPECT_THAT(auditor.malformed(), SizeIs(1));
    EXPECT_THAT(stage.texts(other), ElementsAre("hi"));
    EXPECT_THAT(other.malformed(), IsEmpty());
}

TEST(Bytes, RawBytesGoInAFrameOrNot) {
    const Bytes payload = encode_payload(*parse_term("{8192}"));
    Bytes frame;
    append_frame(frame, payload);
    Stage stage(fmt::format(
        "  - raw: {{hex: \"{0}\", frame: true}}\n"
        "  - raw: {{hex: \"{1}\"}}\n"
        "  - raw: \"{2}\"\n",
        to_hex(payload), to_hex(ByteView(frame).first(5)), to_hex(ByteView(frame).subspan(5))));
    auto one = stage.client(NOTIF_AUDIT);
    EXPECT_EQ(stage.poll(), StepStatus::done);
    EXPECT_THAT(stage.types(one), ElementsAre(NOTIF_HEARTBEAT, NOTIF_HEARTBEAT));
}

// ---- delay ----

std::vector<std::string> delays(std::string_view step, std::uint64_t seed) {
    Stage stage(fmt::format("  - repeat: {{times: 20, steps: [{{delay: {}}}]}}\n", step),
                test::stage_head, {.seed = seed});
    EXPECT_EQ(stage.run(), StepStatus::done) << stage.failure();
    return stage.traced;
}

TEST(Delay, IsDrawnFromTheSeed) {
    for (const auto* step : {"{uniform: [50ms, 200ms]}", "{exponential: 100ms}"}) {
        EXPECT_EQ(delays(step, 1), delays(step, 1));
        EXPECT_NE(delays(step, 1), delays(step, 2));
    }
    EXPECT_EQ(delays("{uniform: [50ms, 200ms], seed: 3}", 1),
              delays("{uniform: [50ms, 200ms], seed: 3}", 2))
        << "a seed of its own wins";
    EXPECT_THAT(delays("{fixed: 5ms}", 1), Each(HasSubstr("delay 5ms")));
}

TEST(Delay, KeepsToItsBounds) {
    Stage stage(
        "  - repeat: {times: 1000, steps: [{delay: {uniform: [50ms, 60ms]}}]}\n"
        "  - delay: {uniform: [7ms, 7ms]}\n");
    EXPECT_EQ(stage.run(), StepStatus::done);
    EXPECT_GT(stage.now, Instant{} + 54s);
    EXPECT_LT(stage.now, Instant{} + 56s);
    EXPECT_THAT(stage.traced.back(), HasSubstr("delay 7ms"));

    Stage mean("  - repeat: {times: 5000, steps: [{delay: {exponential: 10ms}}]}\n");
    EXPECT_EQ(mean.run(), StepStatus::done);
    EXPECT_GT(mean.now, Instant{} + 47s);
    EXPECT_LT(mean.now, Instant{} + 53s);
}

// ---- expect ----

TEST(Expect, AcknowledgementsOfEveryVerdict) {
    Stage stage(
        "  - send: {event: NOTIF_AUDIT, fields: {usid: 1}, id: a}\n"
        "  - expect: {ack: a}\n"
        "  - expect: {ack: {of: a, verdict: duplicate, from: auditor}}\n"
        "  - expect: {ack: {verdict: unknown}}\n"
        "  - send: {event: NOTIF_AUDIT, fields: {usid: 2}, id: b}\n"
        "  - optional: {steps: [{barrier: {of: b, within: 1s}}]}\n"
        "  - expect: {ack: {of: b, verdict: late}}\n");
    auto auditor = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::running);
    for (const std::int64_t usid : {1, 1, 5})
        auditor.ack(stage.now, {AckKind::audit_synced, usid});
    EXPECT_EQ(stage.poll(), StepStatus::running) << stage.failure();
    EXPECT_EQ(stage.after(1s), StepStatus::running) << stage.failure();
    auditor.ack(stage.now, {AckKind::audit_synced, 2});
    EXPECT_EQ(stage.poll(), StepStatus::done) << stage.failure();
}

TEST(Expect, ADisconnectOfAnybodyNeedsNoSubscription) {
    Stage stage(
        "  - expect: {disconnect: {anybody: true}}\n"
        "  - expect: {disconnect: {anybody: true}, within: 1s}\n");
    auto auditor = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::running);
    stage.look_in();
    EXPECT_EQ(stage.poll(), StepStatus::running) << stage.failure();
    stage.leave(auditor);
    EXPECT_EQ(stage.poll(), StepStatus::done) << stage.failure();
}

TEST(Expect, ADisconnectIsPartOfTheReconnect) {
    Stage stage(
        "  - expect: {reconnect: auditor}\n"
        "  - expect: {disconnect: auditor}\n"
        "  - expect: {reconnect: {role: all}, within: 1s}\n");
    auto first = stage.auditor();
    auto other = stage.client(NOTIF_COMMIT_DIFF);
    EXPECT_EQ(stage.poll(), StepStatus::running);
    stage.leave(first);
    EXPECT_EQ(stage.poll(), StepStatus::running) << stage.failure();
    auto second = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::running);
    EXPECT_EQ(stage.after(5s), StepStatus::running) << "the disconnect before is used up";
    stage.leave(second);
    EXPECT_EQ(stage.poll(), StepStatus::running);
    auto third = stage.client(NOTIF_COMMIT_DIFF);
    EXPECT_EQ(stage.poll(), StepStatus::running) << "nobody of its role had gone";
    auto fourth = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::done) << stage.failure();
}

TEST(Expect, SubscriptionsByRoleMaskAndStream) {
    Stage stage(
        "  - expect: {subscription: auditor}\n"
        "  - expect: {subscription: {must: NOTIF_COMMIT_DIFF, must_not: [NOTIF_AUDIT, "
        "NOTIF_HA_INFO]}}\n"
        "  - expect: {subscription: {stream: interface, role: all}, within: 2s}\n");
    auto one = stage.client(NOTIF_COMMIT_DIFF | NOTIF_AUDIT);
    EXPECT_EQ(stage.poll(), StepStatus::running);
    auto two = stage.client(NOTIF_COMMIT_DIFF);
    auto three = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::running) << "the order does not matter";
    auto four = stage.listener(request("NETCONF"));
    EXPECT_EQ(stage.poll(), StepStatus::running);
    EXPECT_EQ(stage.after(2s), StepStatus::failed);
    EXPECT_THAT(stage.failure(),
                HasSubstr("s.yaml:6:5: expect: expected a new subscription to stream interface "
                          "within 2s; instead came: subscriber 4"));
}

TEST(Expect, TheSyslogIsTakenAndReturned) {
    Stage stage(
        "  - expect: {syslog: taken}\n"
        "  - expect: {disconnect: {}}\n"
        "  - expect: {syslog: {state: returned}, within: 1s}\n");
    auto one = stage.client(NOTIF_TAKEOVER_SYSLOG);
    auto two = stage.client(NOTIF_TAKEOVER_SYSLOG | NOTIF_AUDIT);
    EXPECT_EQ(stage.poll(), StepStatus::running);
    stage.leave(one);
    EXPECT_EQ(stage.poll(), StepStatus::running);
    EXPECT_TRUE(stage.hub_.syslog_taken());
    stage.hub_.close(two.id(), CloseHow::fin);
    EXPECT_EQ(stage.poll(), StepStatus::done) << stage.failure();
    EXPECT_FALSE(stage.hub_.syslog_taken());
}

TEST(Expect, ASubscriberThatDoesNotRead) {
    Stage stage("  - expect: {slow: auditor}\n");
    auto auditor = stage.auditor();
    auto other = stage.client(NOTIF_DAEMON);
    EXPECT_EQ(stage.poll(), StepStatus::running);
    stage.hub_.send(stage.now, test::audit(1, std::string(9 << 20, 'x')));
    EXPECT_EQ(stage.poll(), StepStatus::done) << stage.failure();
    EXPECT_THAT(stage.types(other), ElementsAre(NOTIF_DAEMON)) << "REQ-SLOW-2";
}

TEST(Expect, ADisconnectIsMetByOneThatDoesNotRead) {
    Stage stage("  - expect: {disconnect: auditor}\n");
    auto auditor = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::running);
    stage.hub_.send(stage.now, test::audit(1, std::string(9 << 20, 'x')));
    EXPECT_EQ(stage.poll(), StepStatus::done) << stage.failure();
}

TEST(Expect, NothingIsAboutClientsOnly) {
    Stage stage(
        "  - close: {to: auditor}\n"
        "  - expect: {nothing: 1s}\n");
    auto auditor = stage.auditor();
    stage.hub_.poll(stage.now);
    EXPECT_EQ(stage.poll(), StepStatus::running);
    EXPECT_EQ(stage.poll(), StepStatus::running) << stage.failure();
    EXPECT_EQ(stage.after(1s), StepStatus::done) << stage.failure();
}

// ---- what nobody expects ----

TEST(Strict, ASubscriberThatDoesNotReadFails) {
    Stage stage("  - delay: 1s\n");
    auto auditor = stage.auditor();
    stage.poll();
    stage.hub_.send(stage.now, test::audit(1, std::string(9 << 20, 'x')));
    EXPECT_EQ(stage.poll(), StepStatus::failed);
    EXPECT_THAT(stage.failure(), HasSubstr("unexpected: subscriber 1 (auditor) does not read"));
    EXPECT_THAT(stage.failure(), HasSubstr("; 1 events, 94"));
}

TEST(Strict, ASubscriberThatDoesNotReadIsAllowedWhereTheyMayGo) {
    Stage stage("  - delay: 1s\n", "format: 1\nallow: disconnects\nsteps:\n");
    auto client = stage.client(NOTIF_AUDIT);
    stage.poll();
    stage.hub_.send(stage.now, test::audit(1, std::string(9 << 20, 'x')));
    EXPECT_EQ(stage.run(), StepStatus::done) << stage.failure();
}

TEST(Strict, WhatWasNotReadAfterTheEndFailsToo) {
    Stage stage("  - delay: 1s\n");
    auto auditor = stage.auditor();
    auto other = stage.client(NOTIF_DAEMON);
    stage.poll();
    stage.hub_.send(stage.now, test::audit(1));
    EXPECT_EQ(stage.run(), StepStatus::done);
    for (const auto peer : {auditor.id(), other.id()})
        stage.hub_.close(peer, CloseHow::fin);
    stage.hub_.forget(other.id());
    EXPECT_EQ(stage.poll(), StepStatus::done) << "subscribers may go then";
    stage.hub_.drop_slow(stage.now, auditor.id(), "it read nothing");
    EXPECT_EQ(stage.poll(), StepStatus::failed);
    EXPECT_THAT(stage.failure(), HasSubstr("unexpected: subscriber 1 (auditor) does not read"));
}

TEST(Strict, AWrongAcknowledgementFailsWithItsBytes) {
    Stage stage(
        "  - send: {event: NOTIF_AUDIT, fields: {usid: 17}, id: a}\n"
        "  - barrier: a\n");
    auto auditor = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::running);
    auditor.ack(stage.now, {AckKind::audit_synced, 18});
    EXPECT_EQ(stage.poll(), StepStatus::failed);
    EXPECT_EQ(stage.failure(),
              "1 s.yaml:5:5: unexpected: subscriber 1 (auditor) gave sync_audit_notification(18), "
              "for which nothing waits\n"
              "  accepted here: s.yaml:5:5: every acknowledgement of 'a' within 10s\n"
              "  bytes:  836802611264000673796e636564\n"
              "  term:   {18, synced}\n"
              "  fields: call=sync_audit_notification(18) verdict=unknown");
}

TEST(Strict, ALaterExpectationSavesIt) {
    Stage stage(
        "  - delay: 1s\n"
        "  - repeat: {times: 1, steps: [{when: {product: confd, steps: [{parallel: [[{expect: "
        "{ack: {verdict: unknown}}}], [{any_of: [[{expect: {disconnect: auditor}}]]}]]}]}}]}\n");
    auto auditor = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::running);
    auditor.ack(stage.now, {AckKind::audit_synced, 18});
    stage.leave(auditor);
    EXPECT_EQ(stage.poll(), StepStatus::running) << stage.failure();
    EXPECT_EQ(stage.after(1s), StepStatus::done) << stage.failure();
}

TEST(Strict, WhatNoExpectationHasTakenInTheEndFails) {
    Stage stage(
        "  - delay: 1s\n"
        "  - optional: {steps: [{expect: {disconnect: auditor, within: 1s}}, {expect: {ack: "
        "{verdict: unknown}}}]}\n");
    auto auditor = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::running);
    auditor.ack(stage.now, {AckKind::audit_synced, 18});
    EXPECT_EQ(stage.after(1s), StepStatus::running) << stage.failure();
    EXPECT_EQ(stage.after(1s), StepStatus::failed);
    EXPECT_THAT(stage.failure(), StartsWith("1 s.yaml:5:5: unexpected: subscriber 1 (auditor) gave "
                                            "sync_audit_notification(18)"));
    EXPECT_THAT(stage.failure(), HasSubstr("\n  accepted here: nothing\n"));
}

TEST(Strict, ADisconnectFailsUnlessTheServerDidIt) {
    Stage stage("  - delay: 1s\n");
    auto auditor = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::running);
    stage.leave(auditor);
    EXPECT_EQ(stage.poll(), StepStatus::failed);
    EXPECT_EQ(stage.failure(),
              "1 s.yaml:4:5: unexpected: subscriber 1 (auditor) disconnected\n"
              "  accepted here: s.yaml:4:5: nothing until the delay is over");

    Stage closing("  - close: {to: auditor}\n  - delay: 1s\n");
    auto closed = closing.auditor();
    EXPECT_EQ(closing.run(), StepStatus::done) << closing.failure();
}

/// A frame that no client of this protocol sends.
Bytes nonsense() {
    Bytes frame;
    append_frame(frame, encode_payload(*parse_term("{17, done, 3}")));
    return frame;
}

TEST(Strict, MalformedInputFailsWithItsBytes) {
    Stage stage("  - delay: 1s\n");
    auto auditor = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::running);
    stage.hub_.feed(stage.now, auditor.id(), nonsense());
    EXPECT_EQ(stage.poll(), StepStatus::failed);
    EXPECT_THAT(stage.failure(), StartsWith("1 s.yaml:4:5: unexpected: subscriber 1 (auditor) sent "
                                            "what cannot be read: not an acknowledgement: "));
    EXPECT_THAT(stage.failure(), HasSubstr("\n  term:   {17, done, 3}"));
}

TEST(Strict, CanBeToldToPutUpWithThings) {
    const std::string steps = "steps: [{delay: 1s}]\n";
    const auto play = [&](const std::string& allow, int what) {
        Stage stage(steps, "format: 1\n" + allow);
        auto auditor = stage.auditor();
        stage.poll();
        if (what == 0) auditor.ack(stage.now, {AckKind::audit_synced, 18});
        if (what == 1) stage.leave(auditor);
        if (what == 2) stage.hub_.feed(stage.now, auditor.id(), nonsense());
        return stage.run();
    };
    const std::string names[] = {"acks", "disconnects", "malformed"};
    for (int allowed = 0; allowed < 3; ++allowed) {
        for (int what = 0; what < 3; ++what) {
            EXPECT_EQ(play(fmt::format("allow: {}\n", names[allowed]), what),
                      allowed == what ? StepStatus::done : StepStatus::failed)
                << names[allowed] << what;
        }
    }
    EXPECT_EQ(play("", 0), StepStatus::failed);
    EXPECT_EQ(play("allow: [acks, disconnects]\n", 1), StepStatus::done);
}

// ---- branches ----

TEST(Parallel, RunsSideBySideUntilAllAreDone) {
    Stage stage(
        "  - parallel:\n"
        "      - [{delay: 2s}, {log: slow}]\n"
        "      - [{delay: 1s}, {log: quick}, {delay: 2s}, {log: last}]\n"
        "  - log: after\n");
    EXPECT_EQ(stage.run(), StepStatus::done);
    EXPECT_EQ(stage.now, Instant{} + 3s);
    EXPECT_THAT(stage.log, ElementsAre("quick", "slow", "last", "after"));
}

TEST(Parallel, FailsWithTheFirst) {
    Stage stage(
        "  - parallel: {branches: [[{delay: 10s}, {log: never}], [{expect: {ack: {}, within: "
        "1s}}]]}\n");
    EXPECT_EQ(stage.run(), StepStatus::failed);
    EXPECT_EQ(stage.now, Instant{} + 1s);
    EXPECT_EQ(stage.failure(), "1 s.yaml:4:59: expect: expected an acknowledgement within 1s");
    EXPECT_THAT(stage.log, IsEmpty());
}

TEST(Parallel, EachBranchWaitsForItsOwn) {
    Stage stage(
        "  - send: {event: NOTIF_AUDIT, fields: {usid: 1}, id: a}\n"
        "  - send: {event: NOTIF_AUDIT, fields: {usid: 2}, id: b}\n"
        "  - parallel: [[{expect: {ack: a}}, {log: a}], [{expect: {ack: b}}, {log: b}]]\n");
    auto auditor = stage.auditor();
    stage.poll();
    EXPECT_THAT(stage.engine_.accepts(), SizeIs(2));
    auditor.ack(stage.now, {AckKind::audit_synced, 2});
    EXPECT_EQ(stage.poll(), StepStatus::running);
    auditor.ack(stage.now, {AckKind::audit_synced, 1});
    EXPECT_EQ(stage.poll(), StepStatus::done);
    EXPECT_THAT(stage.log, ElementsAre("b", "a"));
}

constexpr std::string_view either =
    "  - send: {event: NOTIF_AUDIT, fields: {usid: 1}, id: a}\n"
    "  - any_of:\n"
    "      - [{expect: {ack: a, within: 2s}}, {log: answered}, {delay: 5s}]\n"
    "      - [{expect: {disconnect: auditor, within: 3s}}, {log: gone}]\n"
    "  - log: after\n";

TEST(AnyOf, GoesOnWithTheFirstThatIsFulfilled) {
    Stage stage(either);
    auto auditor = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::running);
    auditor.ack(stage.now, {AckKind::audit_synced, 1});
    EXPECT_EQ(stage.poll(), StepStatus::running);
    EXPECT_EQ(stage.run(), StepStatus::done) << stage.failure();
    EXPECT_EQ(stage.now, Instant{} + 5s) << "the other one's time does not matter any more";
    EXPECT_THAT(stage.log, ElementsAre("answered", "after"));

    Stage other(either);
    auto leaver = other.auditor();
    EXPECT_EQ(other.poll(), StepStatus::running);
    EXPECT_EQ(other.after(2500ms), StepStatus::running) << "one alternative is left";
    other.leave(leaver);
    EXPECT_EQ(other.poll(), StepStatus::done) << other.failure();
    EXPECT_THAT(other.log, ElementsAre("gone", "after"));
}

TEST(AnyOf, IsStrictWithWhatItDidNotChoose) {
    Stage stage(either);
    auto auditor = stage.auditor();
    stage.poll();
    auditor.ack(stage.now, {AckKind::audit_synced, 1});
    EXPECT_EQ(stage.poll(), StepStatus::running);
    stage.leave(auditor);
    EXPECT_EQ(stage.poll(), StepStatus::failed);
}

TEST(AnyOf, FailsWhenNoneIsFulfilled) {
    Stage stage(either);
    auto auditor = stage.auditor();
    EXPECT_EQ(stage.run(), StepStatus::failed);
    EXPECT_EQ(stage.now, Instant{} + 3s);
    EXPECT_EQ(stage.failure(),
              "1 s.yaml:5:5: any_of: none of 2 alternatives; expect: expected an acknowledgement "
              "of 'a' within 2s; expect: expected a subscriber of role auditor to disconnect "
              "within 3s");

    Stage waits(
        "  - any_of: [[{await: {count: 2, within: 1s}}], [{await: {count: 3, within: 1s}}]]\n");
    auto one = waits.auditor();
    EXPECT_EQ(waits.run(), StepStatus::failed);
    EXPECT_EQ(waits.engine_.outcome(), Outcome::timed_out);
}

constexpr std::string_view perhaps =
    "  - send: {event: NOTIF_AUDIT, fields: {usid: 1}, id: a}\n"
    "  - optional:\n"
    "      steps:\n"
    "        - expect: {ack: a, within: 1s}\n"
    "        - log: answered\n"
    "        - expect: {ack: {of: a, verdict: duplicate}, within: 1s}\n"
    "  - log: after\n";

TEST(Optional, IsLeftOutTakenOrFailsLater) {
    Stage skipped(perhaps);
    auto silent = skipped.auditor();
    EXPECT_EQ(skipped.run(), StepStatus::done) << skipped.failure();
    EXPECT_EQ(skipped.now, Instant{} + 1s);
    EXPECT_THAT(skipped.log, ElementsAre("after"));

    Stage taken(perhaps);
    auto eager = taken.auditor();
    taken.poll();
    eager.ack(taken.now, {AckKind::audit_synced, 1});
    eager.ack(taken.now, {AckKind::audit_synced, 1});
    EXPECT_EQ(taken.poll(), StepStatus::done) << taken.failure();
    EXPECT_THAT(taken.log, ElementsAre("answered", "after"));

    Stage begun(perhaps);
    auto half = begun.auditor();
    begun.poll();
    half.ack(begun.now, {AckKind::audit_synced, 1});
    EXPECT_EQ(begun.run(), StepStatus::failed);
    EXPECT_EQ(begun.failure(),
              "1 s.yaml:9:11: expect: expected a duplicate acknowledgement of 'a' within 1s");
}

TEST(When, GoesByTheMasksThatAreThere) {
    Stage stage(
        "  - when: {mask: NOTIF_COMMIT_DIFF, steps: [{log: diff}]}\n"
        "  - when: {mask: NOTIF_COMMIT_DIFF, role: auditor, steps: [{log: auditor with diff}]}\n"
        "  - when: {mask: [NOTIF_AUDIT, NOTIF_HA_INFO], steps: [{log: both in one mask}]}\n"
        "  - when: {mask: NOTIF_AUDIT, product: confd, steps: [{log: audit}]}\n"
        "  - when: {mask: NOTIF_AUDIT, product: nso, steps: [{log: nso}]}\n");
    auto auditor = stage.auditor();
    auto other = stage.client(NOTIF_COMMIT_DIFF | NOTIF_HA_INFO);
    EXPECT_EQ(stage.poll(), StepStatus::done);
    EXPECT_THAT(stage.log, ElementsAre("diff", "audit"));
}

TEST(When, IsDecidedOnceAndThenStrict) {
    Stage stage(
        "  - when: {mask: NOTIF_COMMIT_DIFF, steps: [{expect: {disconnect: all}}]}\n"
        "  - delay: 1s\n");
    auto auditor = stage.auditor();
    EXPECT_EQ(stage.poll(), StepStatus::running);
    auto late = stage.client(NOTIF_COMMIT_DIFF);
    stage.leave(late);
    EXPECT_EQ(stage.poll(), StepStatus::failed) << "the steps were left out";
}

TEST(Roles, GoByVerbosityAndStream) {
    Stage stage(
        "  - await: {role: debug, count: 1}\n"
        "  - await: {role: links, count: 1}\n"
        "  - send: {event: NOTIF_PROGRESS, to: debug}\n",
        "format: 1\n"
        "streams: [{name: NETCONF}, {name: links}]\n"
        "subscribers: [{role: debug, must: NOTIF_PROGRESS, verbosity: 3}, {role: links, stream: "
        "links}]\n"
        "steps:\n");
    const auto verbose = [&](std::int64_t verbosity) {
        auto config = client_config(NOTIF_PROGRESS);
        config.subscription.verbosity = verbosity;
        return HubClient(stage.hub_, stage.now, config);
    };
    auto debug = verbose(VERBOSITY_DEBUG);
    auto normal = verbose(VERBOSITY_NORMAL);
    auto netconf = stage.listener(request("NETCONF"));
    EXPECT_EQ(stage.poll(), StepStatus::running);
    auto links = stage.listener(request("links"));
    EXPECT_EQ(stage.poll(), StepStatus::done);
    EXPECT_EQ(stage.hub_.role_of(debug.id()), "debug");
    EXPECT_EQ(stage.hub_.role_of(normal.id()), "");
    EXPECT_EQ(stage.hub_.role_of(netconf.id()), "");
    EXPECT_EQ(stage.hub_.role_of(links.id()), "links");
    EXPECT_THAT(stage.types(debug), ElementsAre(NOTIF_PROGRESS));
    EXPECT_THAT(stage.types(normal), IsEmpty());
}

// ---- finally ----

TEST(Finally, RunsLastReachedFirst) {
    Stage stage(
        "  - finally: {steps: [{log: first}]}\n"
        "  - repeat: {times: 2, steps: [{finally: {steps: [{log: \"round $i\"}, {delay: 1s}]}}]}\n"
        "  - log: steps\n");
    EXPECT_EQ(stage.run(), StepStatus::done);
    EXPECT_EQ(stage.now, Instant{} + 2s);
    EXPECT_THAT(stage.log, ElementsAre("steps", "round 2", "round 1", "first"));
}

TEST(Finally, RunsAfterAFailureWhichCounts) {
    Stage stage(
        "  - finally: {steps: [{expect: {ack: {}, within: 1s}}]}\n"
        "  - finally: {steps: [{send: {event: NOTIF_AUDIT, fields: {msg: bye}}}, {log: cleaned}]}\n"
        "  - await: {count: 2, within: 1s}\n"
        "  - finally: {steps: [{log: not reached}]}\n");
    auto auditor = stage.auditor();
    EXPECT_EQ(stage.run(), StepStatus::failed);
    EXPECT_EQ(stage.now, Instant{} + 2s);
    EXPECT_THAT(stage.texts(auditor), ElementsAre("bye"));
    EXPECT_THAT(stage.log, ElementsAre("cleaned"));
    EXPECT_THAT(stage.failure(), StartsWith("3 s.yaml:6:5: await: "));
    EXPECT_FALSE(stage.engine_.next_deadline());
}

TEST(Finally, FailsAScenarioThatWasFine) {
    Stage stage(
        "  - finally: {steps: [{log: still}]}\n"
        "  - finally: {steps: [{expect: {ack: {}, within: 1s}}, {log: never}]}\n");
    EXPECT_EQ(stage.run(), StepStatus::failed);
    EXPECT_EQ(stage.failure(), "1 s.yaml:5:24: expect: expected an acknowledgement within 1s");
    EXPECT_THAT(stage.log, ElementsAre("still"));
}

TEST(Finally, ExpectsOnlyAtTheEnd) {
    Stage stage("  - finally: {steps: [{expect: {disconnect: all}}]}\n  - delay: 1s\n");
    auto auditor = stage.auditor();
    stage.poll();
    stage.leave(auditor);
    EXPECT_EQ(stage.poll(), StepStatus::failed);
}

// ---- close ----

TEST(CloseStep, EndsConnectionsInThreeWays) {
    for (const std::string how : {"fin", "rst", "half"}) {
        Stage stage(
            fmt::format("  - send: {{event: NOTIF_AUDIT, fields: {{usid: 1}}, id: a}}\n"
                        "  - close: {{to: auditor, how: {}}}\n"
                        "  - send: {{event: NOTIF_AUDIT}}\n"
                        "  - {}\n",
                        how, how == "half" ? "barrier: a" : "delay: 1s"));
        auto auditor = stage.auditor();
        auto other = stage.client(NOTIF_AUDIT);
        EXPECT_EQ(stage.poll(), StepStatus::running);
        EXPECT_THAT(stage.types(auditor), SizeIs(how == "rst" ? 0 : 1)) << how;
        EXPECT_THAT(stage.types(other), SizeIs(2));
        ASSERT_TRUE(auditor.closed()) << how;
        EXPECT_EQ(*auditor.closed(), how == "fin"   ? CloseHow::fin
                                     : how == "rst" ? CloseHow::rst
                                                    : CloseHow::half);
        if (how == "half") auditor.ack(stage.now, {AckKind::audit_synced, 1});
        EXPECT_EQ(stage.run(), StepStatus::done) << how << stage.failure();
        EXPECT_FALSE(other.closed());
    }
}

// ---- fault ----

TEST(FaultStep, ActsUntilItIsCleared) {
    Stage stage(
        "  - fault: {kind: drop, name: lose, role: auditor, events: NOTIF_AUDIT}\n"
        "  - send: {event: NOTIF_AUDIT, fields: {msg: one}}\n"
        "  - delay: 1s\n"
        "  - fault: {clear: lose}\n"
        "  - send: {event: NOTIF_AUDIT, fields: {msg: two}}\n"
        "  - fault: {kind: duplicate, count: 2}\n"
        "  - fault: {kind: split, bytes: 3, gap: 1ms}\n"
        "  - delay: 1s\n"
        "  - send: {event: NOTIF_AUDIT, fields: {msg: three}}\n"
        "  - delay: 1s\n"
        "  - fault: {clear: all}\n"
        "  - delay: 1s\n"
        "  - send: {event: NOTIF_AUDIT, fields: {msg: four}}\n");
    auto auditor = stage.auditor();
    auto other = stage.client(NOTIF_AUDIT);
    std::vector<std::string> got;
    std::vector<std::string> others;
    for (int i = 0; i < 10'000 && stage.poll() == StepStatus::running; ++i) {
        for (auto& text : stage.texts(auditor))
            got.push_back(std::move(text));
        for (auto& text : stage.texts(other))
            others.push_back(std::move(text));
        stage.now += 1ms;
    }
    for (auto& text : stage.texts(auditor))
        got.push_back(std::move(text));
    EXPECT_THAT(got, ElementsAre("two", "three", "three", "three", "four"));
    EXPECT_THAT(others, ElementsAre("one", "two", "three", "three", "three"));
    EXPECT_THAT(stage.hub_.faults().faults(), IsEmpty());
    EXPECT_THAT(stage.traced, testing::Contains(HasSubstr("fault drop to auditor")));
    EXPECT_THAT(stage.traced, testing::Contains(HasSubstr("fault: clear lose")));
}

TEST(FaultStep, DrawsItsSeedFromTheScenarios) {
    const auto hits = [](std::uint64_t seed, const std::string& own) {
        Stage stage(fmt::format("  - fault: {{kind: drop, probability: 0.5{}}}\n"
                                "  - repeat: {{times: 64, steps: [{{send: {{event: NOTIF_AUDIT, "
                                "fields: {{msg: $i}}}}}}]}}\n",
                                own),
                    test::stage_head, {.seed = seed});
        auto one = stage.client(NOTIF_AUDIT);
        EXPECT_EQ(stage.run(), StepStatus::done);
        return stage.texts(one);
    };
    EXPECT_EQ(hits(1, ""), hits(1, ""));
    EXPECT_NE(hits(1, ""), hits(2, ""));
    EXPECT_EQ(hits(1, ", seed: 5"), hits(2, ", seed: 5"));
    EXPECT_THAT(hits(1, "").size(), testing::AllOf(testing::Gt(16U), testing::Lt(48U)));
}

TEST(FaultStep, IsDoneToWhatIsSentFromThenOn) {
    Stage stage(
        "  - send: {event: NOTIF_AUDIT, fields: {msg: before}}\n"
        "  - fault: {kind: drop, name: f}\n"
        "  - send: {event: NOTIF_AUDIT, fields: {msg: dropped}}\n"
        "  - fault: {clear: f}\n"
        "  - send: {event: NOTIF_AUDIT, fields: {msg: after}}\n"
        "  - fault: {kind: duplicate, name: f}\n"
        "  - send: {event: NOTIF_AUDIT, fields: {msg: twice}}\n"
        "  - fault: {clear: f}\n"
        "  - send: {event: NOTIF_AUDIT, fields: {msg: once}}\n");
    auto one = stage.client(NOTIF_AUDIT);
    EXPECT_EQ(stage.poll(), StepStatus::done);
    EXPECT_THAT(stage.texts(one), ElementsAre("before", "after", "twice", "twice", "once"));
}

TEST(Send, ADiffBesidePrintedFieldsHasVariables) {
    auto stage = stream_stage(
        "  - repeat:\n"
        "      times: 2\n"
        "      as: n\n"
        "      steps:\n"
        "        - send:\n"
        "            fields: {type: 16, name: NOTIF_COMMIT_DIFF, commit_diff: {database: 2, "
        "flags: 0}}\n"
        "            diff: [{path: '/interfaces/interface{eth$n}/mtu', op: value_set, "
        "value: 1500}]\n");
    EXPECT_EQ(stage.run(), StepStatus::done) << stage.failure();
}

// ---- mix ----

/// Steps under this head start on line 4.
constexpr std::string_view mix_head =
    "format: 1\n"
    "sessions: [{usid: 17, username: admin}, {usid: 18, username: guest}]\n"
    "steps:\n";

TEST(Mix, SendsSoManyAtItsRateByWeight) {
    Stage stage("  - mix: {events: {daemon: 9, NOTIF_NETCONF: 1}, count: 1000, rate: 100/s}\n",
                mix_head);
    auto one = stage.client(NOTIF_DAEMON | NOTIF_NETCONF);
    EXPECT_EQ(stage.run(), StepStatus::done);
    EXPECT_EQ(stage.now, Instant{} + 9990ms) << "the first at once";
    const auto types = stage.types(one);
    EXPECT_THAT(types, SizeIs(1000));
    EXPECT_NEAR(static_cast<double>(std::ranges::count(types, NOTIF_NETCONF)), 100, 40);
}

TEST(Mix, SendsWhatFitsIntoItsTime) {
    Stage stage("  - mix: {events: {daemon: 1}, duration: 1s, rate: 10/s}\n", mix_head);
    auto one = stage.client(NOTIF_DAEMON);
    EXPECT_EQ(stage.run(), StepStatus::done);
    EXPECT_THAT(stage.types(one), SizeIs(10));
}

TEST(Mix, IsDrawnFromTheSeed) {
    // Sessions have logged in when the scenario began.
    const auto head = "clock: 2026-11-22T10:00:00Z\n" + std::string(mix_head);
    const auto play = [&](std::uint64_t seed, const std::string& own) {
        Stage stage(fmt::format("  - mix: {{events: {{audit: 3, commit_simple: 1, ha_info: 1, "
                                "snmpa: 1}}, count: 50, rate: 1000/s{}}}\n",
                                own),
                    head, {.seed = seed});
        EXPECT_EQ(stage.run(), StepStatus::done);
        return stage.traced;
    };
    EXPECT_EQ(play(1, ""), play(1, ""));
    EXPECT_NE(play(1, ""), play(2, ""));
    EXPECT_NE(play(1, ", seed: 9"), play(1, ""));
    EXPECT_EQ(play(1, ", seed: 9"), play(2, ", seed: 9"));
    EXPECT_THAT(play(1, ""), SizeIs(51)) << "the step, and each event";
}

TEST(Mix, AnAuditSessionThatHangsDoesNotHoldUpOthers) {
    Stage stage("  - mix: {events: {audit: 1}, count: 40, rate: 1000/s, within: 1h}\n", mix_head);
    auto auditor = stage.auditor();
    std::map<std::int64_t, int> got;
    std::vector<std::int64_t> to_answer;
    const auto go_on = [&](bool all) {
        for (int i = 0; i < 200 && stage.run(10ms) == StepStatus::running; ++i) {
            for (const auto& event : auditor.exchange(stage.now)) {
                const auto usid = event.get<AuditNotification>()->usid;
                ++got[usid];
                to_answer.push_back(usid);
            }
            std::erase_if(to_answer, [&](std::int64_t usid) {
                if (!all && usid == 17) return false;
                auditor.ack(stage.now, {AckKind::audit_synced, usid});
                return true;
            });
        }
    };
    go_on(false);
    EXPECT_EQ(got[17], 1) << "one is not answered, the next must wait";
    EXPECT_GT(got[18], 10);
    EXPECT_THAT(to_answer, ElementsAre(17));
    EXPECT_THAT(stage.engine_.accepts(), SizeIs(1));
    EXPECT_EQ(stage.engine_.accepts()[0].text, "the acknowledgements of 1 random events");
    go_on(true);
    EXPECT_EQ(stage.engine_.status(), StepStatus::done) << stage.failure();
    EXPECT_EQ(got[17] + got[18], 40);
}

TEST(Mix, AllOfHaHangsAndNothingElse) {
    Stage stage("  - mix: {events: {ha_info: 1, daemon: 1}, count: 40, rate: 1000/s, within: 5s}\n",
                mix_head);
    auto one = stage.client(NOTIF_HA_INFO | NOTIF_HA_INFO_SYNC | NOTIF_DAEMON);
    EXPECT_EQ(stage.run(2s), StepStatus::running);
    const auto types = stage.types(one);
    EXPECT_EQ(std::ranges::count(types, NOTIF_HA_INFO), 1);
    EXPECT_GT(std::ranges::count(types, NOTIF_DAEMON), 10);
    EXPECT_EQ(stage.run(), StepStatus::failed);
    EXPECT_EQ(stage.failure(), "3 s.yaml:4:5: mix: expected sync_ha_notification() within 5s");
}

TEST(Mix, TransactionsWaitForTheirSubscribers) {
    Stage stage("  - mix: {events: {commit_diff: 1}, count: 5, rate: 1000/s}\n", mix_head);
    auto one = stage.client(NOTIF_COMMIT_DIFF);
    EXPECT_EQ(stage.run(1s), StepStatus::running);
    std::size_t answered = 0;
    for (int i = 0; i < 10 && stage.poll() == StepStatus::running; ++i) {
        for (const auto& event : one.exchange(stage.now)) {
            one.ack(stage.now, *ack_owed(event, NOTIF_COMMIT_DIFF));
            ++answered;
        }
    }
    EXPECT_EQ(stage.engine_.status(), StepStatus::done) << stage.failure();
    EXPECT_EQ(answered, 5U);
}

TEST(Mix, NeedNotWait) {
    Stage stage(
        "  - mix: {events: {audit: 1, ha_info: 1, commit_diff: 1}, count: 30, rate: 1000/s, acks: "
        "ignore}\n",
        mix_head);
    auto one = stage.client(test::all_sync);
    EXPECT_EQ(stage.run(), StepStatus::done);
    EXPECT_THAT(stage.types(one), SizeIs(30));
}

TEST(Mix, DrawsNotificationsOfTheModules) {
    auto stage = stream_stage("  - mix: {stream: NETCONF, count: 20, rate: 1000/s}\n");
    auto listener = stage.listener(request("NETCONF"));
    auto other = stage.listener(request("live"));
    EXPECT_EQ(stage.run(), StepStatus::done) << stage.failure();
    EXPECT_THAT(listener.exchange(stage.now), SizeIs(20));
    EXPECT_THAT(other.exchange(stage.now), IsEmpty());
    EXPECT_THAT(listener.malformed(), IsEmpty());
}

// ---- a dry run ----

TEST(DryRun, PrintsATimelineWithoutAnybody) {
    Stage stage(
        "  - await: {role: auditor, count: 2}\n"
        "  - send: {event: NOTIF_AUDIT, fields: {usid: 17, msg: hi}, to: auditor, id: a}\n"
        "  - barrier: {of: a, within: 2s}\n"
        "  - delay: 250ms\n"
        "  - expect: {disconnect: auditor}\n"
        "  - expect: {nothing: 1s}\n"
        "  - optional: {steps: [{expect: {ack: a}}]}\n"
        "  - any_of: [[{await: 3}, {log: chosen}], [{expect: {syslog: taken}}]]\n"
        "  - when: {mask: NOTIF_COMMIT_DIFF, steps: [{term: \"ok\"}]}\n"
        "  - raw: {hex: 00 01, to: auditor}\n"
        "  - fault: {kind: reset, role: auditor, name: f}\n"
        "  - close: {to: auditor, how: rst}\n"
        "  - mix: {events: {heartbeat: 1}, count: 2, rate: 2/s}\n"
        "  - finally: {steps: [{fault: {clear: f}}]}\n",
        test::stage_head, {}, true);
    EXPECT_EQ(stage.run(), StepStatus::done) << stage.failure();
    EXPECT_EQ(fmt::format("{}", fmt::join(stage.traced, "\n")),
              "0 4:5 await 2 subscribers of role auditor within 1m\n"
              "0 5:5 send to auditor NOTIF_AUDIT logno=AUTH_LOGIN_SUCCESS user=\"admin\" usid=17 "
              "msg=\"hi\"\n"
              "0 6:5 barrier: every acknowledgement of 'a' within 2s\n"
              "0 7:5 delay 250ms\n"
              "250 8:5 expect a subscriber of role auditor to disconnect within 10s\n"
              "250 9:5 expect nothing for 1s\n"
              "1250 10:25 expect an acknowledgement of 'a' within 10s\n"
              "1250 11:16 await 3 subscribers within 1m\n"
              "1250 11:28 log: chosen\n"
              "1250 12:46 term ok\n"
              "1250 13:5 raw 2 bytes to auditor\n"
              "1250 14:5 fault reset to auditor\n"
              "1250 15:5 close (rst) of role auditor\n"
              "1250 16:5 mix of 2 events at 2/s\n"
              "1250 16:5 send NOTIF_HEARTBEAT\n"
              "1750 16:5 send NOTIF_HEARTBEAT\n"
              "1750 17:24 fault: clear f");
}

}  // namespace
}  // namespace confd::sim
