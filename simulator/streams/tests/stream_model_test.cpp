// SPDX-License-Identifier: Apache-2.0
// StreamCursors against a model: random logs, subscriptions, live events, times and readers of any
// speed.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <ostream>

#include "protocol/value/calendar.hpp"
#include "simulator/streams/tests/support.hpp"

namespace confd::sim {
namespace {

using test::at;

/// Few times, tags and severities, so that they often meet.
constexpr std::uint32_t tags = 3;
constexpr std::int64_t usid_without_tag_0 = 5;
const std::vector<std::string> roles{std::string(all_roles), "auditor", "operator"};

struct Fact {
    std::int64_t number = 0;
    std::int64_t time = 0;
    std::uint32_t tag = 0;
    int severity = -1;  // none below 0
    std::string role = std::string(all_roles);
    std::int64_t appended = 0;

    StreamEvent event() const { return test::event(tag, number, at(time), severity); }
};

struct Wish {
    std::optional<std::int64_t> start;
    std::optional<std::int64_t> stop;
    std::optional<int> severity;
    std::int64_t usid = 0;
    std::string role;

    StreamRequest request() const {
        StreamRequest out;
        out.name = "s";
        if (start) out.start_time = to_datetime(at(*start));
        if (stop) out.stop_time = to_datetime(at(*stop));
        if (severity) out.xpath_filter = "severity >= " + std::to_string(*severity);
        out.usid = usid;
        return out;
    }
};

/// One subscription: what it asked for, when, and what it has been given.
struct Reader {
    Wish wish;
    std::size_t joined = 0;  // the number of events that had been appended
    StreamCursor cursor;
    std::vector<std::string> got;
};

Fact any_fact(std::int64_t number) {
    Fact fact;
    fact.number = number;
    fact.time = *rc::gen::inRange(0, 20);
    fact.tag = *rc::gen::inRange<std::uint32_t>(0, tags);
    fact.severity = *rc::gen::inRange(-1, 3);
    return fact;
}

Wish any_wish() {
    Wish wish;
    if (*rc::gen::inRange(0, 4) != 0) wish.start = *rc::gen::inRange(0, 20);
    if (wish.start && *rc::gen::arbitrary<bool>()) {
        wish.stop = *wish.start + *rc::gen::inRange(0, 20);
    }
    if (*rc::gen::inRange(0, 3) == 0) wish.severity = *rc::gen::inRange(0, 3);
    wish.usid = *rc::gen::element<std::int64_t>(0, 0, usid_without_tag_0);
    wish.role = *rc::gen::elementOf(roles);
    return wish;
}

/// The rules, written down plainly.
struct Model {
    AfterReplay after_replay = AfterReplay::end;
    std::optional<std::string> replay_failed;
    std::vector<Fact> log;  // by time
    std::vector<Fact> appended;

    static bool wanted(const Wish& wish, const Fact& fact) {
        if (fact.role != all_roles && fact.role != wish.role) return false;
        if (wish.usid == usid_without_tag_0 && fact.tag == 0) return false;
        return !wish.severity || (fact.severity >= 0 && fact.severity >= *wish.severity);
    }
    static bool in_range(const Wish& wish, std::int64_t time) {
        return *wish.start <= time && (!wish.stop || time <= *wish.stop);
    }
    void replay(const Reader& reader, std::vector<std::string>& out) const {
        auto facts = log;
        facts.insert(facts.end(), appended.begin(),
                     appended.begin() + std::ptrdiff_t(reader.joined));
        for (const auto& fact : facts) {
            if (wanted(reader.wish, fact) && in_range(reader.wish, fact.time))
                out.push_back(std::to_string(fact.number));
        }
    }
    /// Everything that has to have come by now, if the reader has kept up.
    std::vector<std::string> expected(const Reader& reader, std::int64_t now) const {
        const auto& wish = reader.wish;
        const bool rfc = after_replay == AfterReplay::live;
        std::vector<std::string> out;
        if (wish.start && replay_failed) return {"replay_failed: " + *replay_failed};
        if (wish.start) replay(reader, out);
        if (wish.start && (rfc || !wish.stop)) out.push_back("replay_complete");
        if (wish.start && !rfc && !wish.stop) return out;
        for (std::size_t i = reader.joined; i < appended.size(); ++i) {
            const bool in_time = !wish.stop || appended[i].appended <= *wish.stop;
            if (in_time && wanted(wish, appended[i]))
                out.push_back(std::to_string(appended[i].number));
        }
        if (wish.stop && now > *wish.stop) out.push_back("notification_complete");
        return out;
    }
    bool over(const Reader& reader, std::int64_t now) const {
        const auto& wish = reader.wish;
        if (!wish.start) return false;
        if (replay_failed) return true;
        return wish.stop ? now > *wish.stop : after_replay == AfterReplay::end;
    }
};

struct Play {
    Model model;
    std::unique_ptr<Streams> streams;
    std::deque<Reader> readers;
    std::int64_t now = *rc::gen::inRange(0, 10);
    std::int64_t last_number = 0;

    explicit Play(std::size_t remembered) {
        model.after_replay = *rc::gen::element(AfterReplay::end, AfterReplay::live);
        if (*rc::gen::inRange(0, 8) == 0) model.replay_failed = "lost";
        StreamDefinition stream{.name = "s"};
        stream.after_replay = model.after_replay;
        stream.replay_failed = model.replay_failed;
        stream.access = {{.usid = usid_without_tag_0, .notifications = {{test::test_ns, 0}}}};
        const auto logged = *rc::gen::inRange(0, 10);
        while (last_number < logged) {
            model.log.push_back(any_fact(++last_number));
            stream.log.push_back(model.log.back().event());
        }
        std::ranges::stable_sort(model.log, {}, &Fact::time);
        streams = std::make_unique<Streams>(
            StreamsConfig{.streams = {std::move(stream)},
                          .sessions = {},
                          .compiler = std::make_shared<test::SeverityCompiler>(),
                          .remembered = remembered});
    }

    void append() {
        auto fact = any_fact(++last_number);
        fact.role = *rc::gen::elementOf(roles);
        fact.appended = now;
        RC_ASSERT(streams->append(*rc::gen::element<std::string>("s", ""), fact.event(), fact.role,
                                  at(now)));
        model.appended.push_back(fact);
    }
    void subscribe(const Wish& wish) {
        auto cursor = streams->subscribe(wish.request());
        RC_ASSERT(cursor.has_value());
        cursor->set_role(wish.role);
        readers.push_back({wish, model.appended.size(), std::move(*cursor), {}});
    }
    Reader& some_reader() { return readers[*rc::gen::inRange<std::size_t>(0, readers.size())]; }

    void read_some(Reader& reader) const {
        for (auto left = *rc::gen::inRange(1, 4); left > 0; --left) {
            const auto notification = reader.cursor.next(at(now));
            if (!notification) return;
            reader.got.push_back(test::name_of(*notification));
        }
    }
    void read_all(Reader& reader) const {
        std::ranges::copy(test::drain(reader.cursor, at(now)), std::back_inserter(reader.got));
        RC_ASSERT(reader.got == model.expected(reader, now));
        RC_ASSERT(reader.cursor.over() == model.over(reader, now));
        const bool waits = reader.wish.stop && !reader.cursor.over();
        RC_ASSERT(reader.cursor.deadline().has_value() == waits);
    }
    void step() {
        switch (*rc::gen::inRange(0, 8)) {
            case 0:
                return subscribe(any_wish());
            case 1:
                now += *rc::gen::inRange(1, 5);
                return;
            case 2:
                return readers.empty() ? void() : read_all(some_reader());
            case 3:
            case 4:
                return readers.empty() ? void() : read_some(some_reader());
            default:
                return append();
        }
    }
};

RC_GTEST_PROP(StreamCursors, GiveWhatTheModelSays, ()) {
    Play play(default_remembered_events);
    for (auto steps = *rc::gen::inRange(0, 60); steps > 0; --steps)
        play.step();
    play.now += *rc::gen::inRange(0, 40);
    for (auto& reader : play.readers)
        play.read_all(reader);
}

// A cursor whose wishes leave nothing out: what it got and what it missed is all there was.
RC_GTEST_PROP(StreamCursors, CountWhatTheyMissed, ()) {
    const auto remembered = *rc::gen::inRange<std::size_t>(0, 6);
    Streams streams({.streams = {}, .sessions = {}, .compiler = {}, .remembered = remembered});
    auto cursor = streams.subscribe({.name = "any"}).value();
    std::int64_t appended = 0;
    std::int64_t last = 0;
    std::uint64_t got = 0;
    for (const int count : *rc::gen::container<std::vector<int>>(rc::gen::inRange(-8, 8))) {
        for (int i = 0; i < count; ++i)
            streams.append("any", test::event(0, ++appended, at(0)), all_roles, at(0));
        for (const auto& name :
             count < 0 ? test::drain(cursor, at(0)) : std::vector<std::string>()) {
            RC_ASSERT(std::exchange(last, std::stoll(name)) < std::stoll(name));
            ++got;
        }
    }
    got += test::drain(cursor, at(0)).size();
    RC_ASSERT(got + cursor.missed() == static_cast<std::uint64_t>(appended));
}

}  // namespace
}  // namespace confd::sim
