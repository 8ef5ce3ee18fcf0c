// SPDX-License-Identifier: Apache-2.0
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "simulator/base/earliest.hpp"
#include "simulator/hub/latencies.hpp"
#include "simulator/scenario/engine.hpp"
#include "simulator/summary/run_summary.hpp"
#include "simulator/summary/step_report.hpp"
#include "simulator/tests/support.hpp"

namespace confd::sim {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using test::audit;
using test::client_config;
using test::HubClient;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr std::uint32_t audit_sync = NOTIF_AUDIT | NOTIF_AUDIT_SYNC;

// ---- latencies ----

TEST(Latencies, OfNothingAreZero) {
    EXPECT_EQ(Latencies().percentile(50), 0us);
    EXPECT_EQ(Latencies().longest(), 0us);
}

RC_GTEST_PROP(Latencies, AreNoLessThanTheyWereAndLittleMore,
              (std::vector<std::uint32_t> some, std::uint32_t one)) {
    some.push_back(one);
    Latencies latencies;
    for (const auto value : some)
        latencies.add(std::chrono::microseconds(value));
    std::ranges::sort(some);
    for (const unsigned percent : {1U, 50U, 99U, 100U}) {
        const std::uint64_t exact = some[(some.size() * percent + 99) / 100 - 1];
        const auto told = static_cast<std::uint64_t>(latencies.percentile(percent).count());
        RC_ASSERT(told >= exact);
        RC_ASSERT(told <= exact + exact / 16);
    }
    RC_ASSERT(latencies.longest().count() == some.back());
}

// ---- what the hub counts ----

struct Play {
    Play() {
        hub.on_gone([this](const SubscriberStats& stats) {
            summary.add({.stats = stats, .address = "unix", .bytes_out = 100, .bytes_in = 10});
        });
    }
    void gone(HubClient& client) {
        hub.eof(now, client.id());
        hub.forget(client.id());
    }

    Instant now{};
    Hub hub{HubConfig{}};
    RunSummary summary;
};

TEST(Stats, AreOfTheTimeOfTheSubscription) {
    Play play;
    HubClient first(play.hub, play.now, client_config(audit_sync));
    play.hub.send(play.now, audit(1));
    HubClient second(play.hub, play.now, client_config(audit_sync));
    HubClient other(play.hub, play.now, client_config(NOTIF_AUDIT | NOTIF_HEARTBEAT));
    play.hub.send(play.now, audit(2));
    EXPECT_EQ(play.hub.stats(first.id())->events[0], 2U);
    EXPECT_EQ(play.hub.stats(second.id())->events[0], 1U);
    play.gone(first);
    play.hub.send(play.now, audit(3));
    play.now += 1s;
    play.hub.poll(play.now);
    play.gone(second);
    play.gone(other);
    std::vector<std::string> events;
    const auto told = json::parse(to_json_text({}, play.summary));
    for (const auto& one : told.at("subscribers").as_array())
        events.push_back(json::serialize(one.at("events")));
    EXPECT_THAT(events, ElementsAre(R"({"NOTIF_AUDIT":2})", R"({"NOTIF_AUDIT":2})",
                                    R"({"NOTIF_AUDIT":2,"NOTIF_HEARTBEAT":1})"));
}

TEST(Stats, TellHowLongAcknowledgementsTook) {
    Play play;
    HubClient client(play.hub, play.now, client_config(audit_sync));
    play.hub.send(play.now, audit(1));
    play.hub.send(play.now, audit(2));
    client.exchange(play.now);
    play.now += 5us;
    client.ack(play.now, {AckKind::audit_synced, 1});
    play.now += 7us;
    client.ack(play.now, {AckKind::audit_synced, 2});
    client.ack(play.now, {AckKind::audit_synced, 2});
    const auto stats = play.hub.stats(client.id());
    EXPECT_EQ(stats->latencies->percentile(50), 5us);
    EXPECT_EQ(stats->latencies->longest(), 12us);
    EXPECT_EQ(stats->latencies->count(), 2U) << "nothing was owed for the third";
    EXPECT_THAT(stats->acks, ElementsAre(2, 1, 0, 0));
}

TEST(Stats, TellHowASubscriberLeft) {
    Play play;
    const auto join = [&] { return HubClient(play.hub, play.now, client_config(NOTIF_AUDIT)); };
    auto goes = join();
    auto closed = join();
    auto slow = join();
    auto wrong = join();
    auto stays = join();
    play.gone(goes);
    play.hub.close(closed.id(), CloseHow::fin);
    play.hub.drop_slow(play.now, slow.id(), "it read nothing");
    play.hub.feed(play.now, wrong.id(), Bytes{0, 0, 0, 1, 0});
    play.hub.end();
    play.hub.close(stays.id(), CloseHow::fin);
    for (auto* client : {&closed, &wrong, &stays})
        play.hub.forget(client->id());
    std::vector<Left> left;
    for (const auto& one : play.summary.subscribers())
        left.push_back(one.stats.left);
    EXPECT_THAT(left,
                ElementsAre(Left::client, Left::scenario, Left::slow, Left::malformed, Left::end));
}

// ---- the JSON, and lines for people ----

SubscriberSummary subscriber(PeerId peer, std::uint64_t lost = 0) {
    SubscriberSummary out;
    out.stats.peer = peer;
    out.stats.role = "auditor";
    out.stats.mask = audit_sync;
    out.stats.subscribed = Instant(50ms);
    out.stats.left_at = Instant(2s);
    out.stats.left = lost > 0 ? Left::slow : Left::client;
    out.stats.events[bit_of(NOTIF_AUDIT)] = 3;
    out.stats.acks = {2, 0, 1, 0};
    out.stats.latencies = std::make_shared<Latencies>();
    for (const auto time : {1ms, 2ms, 30ms})
        out.stats.latencies->add(time);
    out.stats.lost = {.events = lost / 100, .bytes = lost};
    out.address = "127.0.0.1:50000";
    out.bytes_out = 2048;
    out.bytes_in = 42;
    return out;
}

TEST(RunSummary, HasTheMembersThatItsManualNames) {
    RunSummary summary;
    summary.add(subscriber(1));
    const RunFacts facts{.scenario = "tour",
                         .product = "confd",
                         .release = "7.8.2",
                         .seed = 5,
                         .result = "fulfilled",
                         .failure = {},
                         .end = Instant(3s)};
    EXPECT_EQ(to_json_text(facts, summary),
              R"({"format":1,"scenario":"tour","product":"confd","release":"7.8.2","seed":5,)"
              R"("result":"fulfilled","failure":null,"took":3000000,)"
              R"("totals":{"subscribers":1,"events":{"NOTIF_AUDIT":3},)"
              R"("acks":{"known":2,"duplicate":0,"late":1,"unknown":0},)"
              R"("latency":{"count":3,"p50":2047,"p99":30000,"max":30000},)"
              R"("bytes":{"out":2048,"in":42},"lost":{"events":0,"bytes":0},"faults":0,)"
              R"("left":{"end":0,"client":1,"scenario":0,"slow":0,"malformed":0}},)"
              R"("subscribers":[{"peer":1,"role":"auditor","address":"127.0.0.1:50000",)"
              R"("mask":["NOTIF_AUDIT","NOTIF_AUDIT_SYNC"],"subscribed":50000,"left_at":2000000,)"
              R"("left":"client","reason":"","events":{"NOTIF_AUDIT":3},)"
              R"("acks":{"known":2,"duplicate":0,"late":1,"unknown":0},)"
              R"("latency":{"count":3,"p50":2047,"p99":30000,"max":30000},)"
              R"("bytes":{"out":2048,"in":42},"lost":{"events":0,"bytes":0},"faults":0}],)"
              R"("left_out":0})"
              "\n");
}

TEST(RunSummary, KeepsTotalsOfAllAndTheRestOfMany) {
    RunSummary summary;
    for (PeerId peer = 1; peer <= max_summarised + 2; ++peer)
        summary.add(subscriber(peer));
    EXPECT_EQ(summary.left_out(), 2U);
    EXPECT_EQ(summary.totals().subscribers, max_summarised + 2);
    EXPECT_EQ(summary.totals().bytes_in, 42 * (max_summarised + 2));
}

TEST(RunSummary, IsALineForEachSubscriber) {
    RunSummary summary;
    summary.add(subscriber(1));
    summary.add(subscriber(2, 4096));
    const std::string same =
        " (auditor): 3 events (3 NOTIF_AUDIT), 3 acknowledgements (2 known, 1 late) after p50 "
        "2.0 ms, p99 30.0 ms, max 30.0 ms, 2.0 KiB out, 42 B in";
    EXPECT_THAT(to_lines(summary, false),
                ElementsAre("subscriber 1" + same + "; went",
                            "subscriber 2" + same +
                                ", never got 40 events, 4.0 KiB; was closed, it did not read"));
}

TEST(RunSummary, ShowsOfManyTheWorst) {
    RunSummary summary;
    for (PeerId peer = 1; peer <= most_shown + 1; ++peer)
        summary.add(subscriber(peer, peer == 7 ? 4096 : 0));
    const auto lines = to_lines(summary, false);
    ASSERT_THAT(lines, SizeIs(2 + worst_shown));
    EXPECT_THAT(lines[0], StartsWith("21 subscribers: 63 events"));
    EXPECT_THAT(lines[2], StartsWith("subscriber 7 "));
}

TEST(RunSummary, IsColouredWhereSomethingWentWrong) {
    RunSummary summary;
    auto good = subscriber(1);
    good.stats.acks = {3, 0, 0, 0};
    summary.add(good);
    summary.add(subscriber(2, 4096));
    EXPECT_THAT(to_lines(summary, true)[0], Not(HasSubstr("\x1b")));
    EXPECT_THAT(to_lines(summary, true)[1], StartsWith("\x1b[33m"));
    EXPECT_THAT(to_lines(summary, false)[1], Not(HasSubstr("\x1b")));
}

// ---- steps as test cases ----

/// With one subscriber, which acknowledges nothing.
std::string played(std::string_view text) {
    const auto scenario = test::load(text);
    Hub hub(scenario.hub_config());
    StepResults results;
    Engine engine(scenario, hub, {.results = &results});
    Instant now{};
    const HubClient client(hub, now, client_config(audit_sync));
    auto status = engine.poll(now, hub.poll(now));
    while (status == StepStatus::running) {
        const auto next = earliest({engine.next_deadline(), hub.next_deadline()});
        if (!next) break;
        now = std::max(now, *next);
        status = engine.poll(now, hub.poll(now));
    }
    return steps_to_junit(scenario, results, engine.failure(), false);
}

TEST(StepReport, HasACaseForEachStepOfTheFileAndOneForTheEnd) {
    const auto report = played(
        "format: 1\n"
        "name: all\n"
        "steps:\n"
        "  - await: 1\n"
        "  - repeat:\n"
        "      times: 3\n"
        "      steps:\n"
        "        - delay: 500ms\n"
        "  - optional: [{expect: {reconnect: all, within: 1s}}, {log: never}]\n"
        "  - finally: [{log: end}]\n");
    EXPECT_THAT(report, HasSubstr(R"(<testsuite name="all" tests="9" failures="0")"));
    EXPECT_THAT(report, HasSubstr(R"(<testcase name="4:5 await" classname="all" time="0.000"/>)"));
    EXPECT_THAT(report, HasSubstr(R"(<testcase name="5:5 repeat" classname="all" time="1.500"/>)"));
    EXPECT_THAT(report, HasSubstr(R"(<testcase name="8:11 delay" classname="all" time="1.500"/>)"));
    EXPECT_THAT(report, HasSubstr(R"(<skipped message="not fulfilled; )"));
    EXPECT_THAT(report, HasSubstr(R"(<skipped message="not reached"/>)"));
    EXPECT_THAT(report, HasSubstr(R"(<testcase name="end" classname="all" time="0.000"/>)"));
}

TEST(StepReport, FailsTheStepThatFailed) {
    const auto report = played(
        "format: 1\n"
        "name: fails\n"
        "steps:\n"
        "  - send: {event: NOTIF_AUDIT, id: a}\n"
        "  - parallel:\n"
        "      - [{barrier: {of: a, within: 2s}}]\n"
        "  - log: never\n");
    EXPECT_THAT(report, HasSubstr(R"(tests="5" failures="1")"));
    EXPECT_THAT(report, HasSubstr(R"( barrier" classname="fails" time="2.000">
      <failure type="timed out" message="barrier: expected every acknowledgement of 'a' within 2s)"));
    EXPECT_THAT(report, HasSubstr(R"(<testcase name="5:5 parallel" classname="fails" time="2.000">
      <skipped message="not fulfilled)"));
    EXPECT_THAT(report, HasSubstr(R"(<testcase name="7:5 log" classname="fails" time="0.000">
      <skipped message="not reached"/>)"));
}

TEST(StepReport, FailsTheEndByWhatCameAfterTheSteps) {
    const auto scenario = test::load("format: 1\nname: x\nsteps: [{log: a}]\n");
    const Failure failure{.place = scenario.steps[0]->place(),
                          .message = "it does not read",
                          .details = {},
                          .at_end = true};
    const auto report = steps_to_junit(scenario, {}, failure, false);
    EXPECT_THAT(report, HasSubstr(R"(<testcase name="end" classname="x" time="0.000">
      <failure type="expectation failed" message="it does not read">)"));
    EXPECT_THAT(steps_to_junit(scenario, {}, {}, true), HasSubstr(R"(<skipped message="stopped)"));
}

}  // namespace
}  // namespace confd::sim
