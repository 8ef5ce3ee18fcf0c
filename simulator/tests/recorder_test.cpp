// SPDX-License-Identifier: Apache-2.0
// What records say and in which order: the tables of simulator/log/README.md, held against all
// kinds of things that happen.
#include "simulator/server/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "protocol/session/handshake.hpp"
#include "simulator/tests/support.hpp"

namespace confd::sim {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using test::audit;
using test::client_config;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr std::uint32_t audit_sync = NOTIF_AUDIT | NOTIF_AUDIT_SYNC;

std::string text_of(const json::object& record, std::string_view member) {
    const auto* value = record.if_contains(member);
    return value == nullptr     ? ""
           : value->is_string() ? std::string(value->get_string())
                                : json::serialize(*value);
}

/// A hub whose records are kept, on a clock that goes on whenever it is looked at.
class Recorded {
  public:
    explicit Recorded(HubConfig config = {})
        : hub_(std::move(config)), recorder_(hub_, [this] { return now(); }) {
        recorder_.add_sink([this](const LogRecord& record) { lines_.push_back(to_line(record)); });
        hub_.on_send([this](const Notification& event, const Sent& sent) {
            recorder_.event_sent(event, sent);
        });
    }

    Instant now() { return now_ += 1us; }
    void advance(std::chrono::milliseconds span = 0ms) {
        now_ += span;
        hub_.poll(now());
        hub_.flush(now());
    }
    Hub& hub() { return hub_; }
    Recorder& recorder() { return recorder_; }
    FaultId fault(FaultKind kind, Direction direction,
                  const std::function<void(FaultSpec&)>& with = {}) {
        auto spec = make_fault(kind);
        spec.direction = direction;
        if (with) with(spec);
        return hub_.add_fault(spec).value();
    }

    std::vector<json::object> records() const {
        std::vector<json::object> out;
        for (const auto& line : lines_)
            out.push_back(json::parse(line).as_object());
        return out;
    }
    /// "event 3", "ack 3 known", for the records of these kinds.
    std::vector<std::string> told(const std::set<std::string>& kinds) const {
        std::vector<std::string> out;
        for (const auto& record : records()) {
            auto line = text_of(record, "kind");
            if (!kinds.contains(line)) continue;
            for (const auto* member : {"send", "verdict", "barrier"}) {
                if (record.contains(member)) line += " " + text_of(record, member);
            }
            out.push_back(line);
        }
        return out;
    }

  private:
    Instant now_{};
    Hub hub_;
    Recorder recorder_;
    std::vector<std::string> lines_;
};

/// A connection to it, and a client at its other end.
class Wire : public Connection {
  public:
    Wire(Recorded& at, ClientConfig config) : Wire(at) {
        client_.emplace(std::move(config));
        exchange();
    }
    explicit Wire(Recorded& at) : at_(at) {
        at_.recorder().connecting("127.0.0.1:50000");
        id_ = at_.hub().connect(at_.now(), {});
        at_.hub().attach(id_, *this);
        at_.advance();
    }

    PeerId id() const { return id_; }
    void comes(ByteView bytes) {
        at_.hub().feed(at_.now(), id_, bytes);
        at_.advance();
    }
    void acknowledge(const Ack& ack) {
        client_->send(ack);
        comes(client_->take_output());
    }
    void ends() {
        at_.recorder().closed(id_);
        at_.hub().forget(id_);
        at_.advance();
    }

    void mark(Marks marks) override { marks_ = std::move(marks); }
    void write(Instant, ByteView bytes) override {
        at_.recorder().sent(id_, bytes, std::exchange(marks_, {}));
        if (client_) client_->feed(bytes);
    }
    void close(CloseHow) override {}
    void pause_reading(bool) override {}
    std::size_t unsent() const override { return stuck; }

    std::size_t stuck = 0;

  private:
    void exchange() {
        while (client_->has_output()) {
            comes(client_->take_output());
            client_->poll();
        }
    }

    Recorded& at_;
    std::optional<ClientSession> client_;
    PeerId id_ = 0;
    Marks marks_;
};

// ---- the manual's tables ----

struct Promise {
    std::set<std::string> directions;
    std::vector<std::pair<std::string, bool>> members;  ///< in their order; whether always
};

/// The words in backquotes of a cell; those in brackets are optional.
std::vector<std::pair<std::string, bool>> names_in(const std::string& cell) {
    std::vector<std::pair<std::string, bool>> out;
    for (std::size_t at = 0; (at = cell.find('`', at)) != std::string::npos;) {
        const auto end = cell.find('`', at + 1);
        const bool bracket = at > 0 && cell[at - 1] == '[';
        out.emplace_back(cell.substr(at + 1, end - at - 1), !bracket);
        at = end + 1;
    }
    return out;
}

std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> out;
    for (std::size_t at = 1; at < line.size();) {
        const auto end = line.find(" |", at);
        if (end == std::string::npos) break;
        out.push_back(line.substr(at, end - at));
        at = end + 2;
    }
    return out;
}

struct Manual {
    std::vector<std::string> members;
    std::map<std::string, Promise> kinds;
};

Manual read_manual() {
    Manual out;
    std::ifstream file(CONFD_SOURCE_DIR "/simulator/log/README.md");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("| `")) continue;
        const auto cells = cells_of(line);
        const auto names = names_in(cells[0]);
        if (cells.size() == 2) out.members.push_back(names.at(0).first);
        if (cells.size() != 4) continue;
        auto& promise = out.kinds[names.at(0).first];
        for (const auto* direction : {"none", "in", "out"}) {
            if (cells[1].find(fmt::format(" {}", direction)) != std::string::npos)
                promise.directions.insert(direction);
        }
        promise.members = names_in(cells[2]);
    }
    return out;
}

/// A peer that is no subscriber.
std::vector<json::object> maapi() {
    HubConfig config;
    config.server.maapi = true;
    Recorded at(config);
    Wire peer(at);
    Bytes hello;
    append_hello(hello, {.client_id = CLIENT_MAAPI});
    peer.comes(hello);
    peer.comes(Bytes{0, 0, 0, 4, 0, 0, 0, 1});
    peer.comes(Bytes{0, 0, 0, 2, 0, 0});
    peer.ends();
    return at.records();
}

/// All that can happen to subscribers, once at least.
std::vector<json::object> everything() {
    HubConfig config;
    config.server.secret = Bytes{'s', 'e', 'c', 'r', 'e', 't'};
    config.max_subscribers = 1;
    Recorded at(config);
    auto with_secret = client_config(audit_sync | NOTIF_HEARTBEAT | NOTIF_STREAM_EVENT);
    with_secret.secret = config.server.secret;
    Wire auditor(at, with_secret);
    at.recorder().step({Instant{}, Place{}, "await 1 subscriber"});
    at.recorder().line("listening");
    at.recorder().line("about it", auditor.id(), 7);

    // Acknowledgements of every verdict, and barriers that end either way.
    const auto send = [&](std::int64_t usid) {
        const auto sent = at.hub().send(at.now(), audit(usid));
        at.advance();
        return sent.id;
    };
    send(1);
    auditor.acknowledge({AckKind::audit_synced, 1});
    auditor.acknowledge({AckKind::audit_synced, 1});
    auditor.acknowledge({AckKind::diff_done, 99});
    at.hub().barriers().expire_at(send(2), at.now() + 1ms);
    at.advance(5ms);
    auditor.acknowledge({AckKind::audit_synced, 2});
    at.advance(2s);  // a heartbeat
    StreamNotification body;
    body.type = STREAM_REPLAY_COMPLETE;
    at.hub().send(at.now(), {NOTIF_STREAM_EVENT, body});
    at.advance();

    // Faults: of an event, of what comes in, and of a connection.
    const auto wrong =
        at.fault(FaultKind::wrong_type, Direction::out, [](auto& spec) { spec.field = "usid"; });
    send(3);
    at.hub().remove_fault(wrong);
    const auto doubled = at.fault(FaultKind::duplicate, Direction::in);
    auditor.acknowledge({AckKind::audit_synced, 3});
    at.hub().remove_fault(doubled);
    const auto refused = at.fault(FaultKind::fail_connections, Direction::out);
    Wire turned_down(at);
    turned_down.ends();
    at.hub().remove_fault(refused);

    // Bytes that are no message, in both directions, before and after there is a subscriber.
    at.hub().send_bytes(Bytes{0, 0, 0, 2, 7, 7, 0, 0});
    at.advance();
    Wire silent(at);
    silent.comes(Bytes{0});
    silent.ends();
    Wire one_too_many(at, with_secret);
    one_too_many.ends();

    // What comes when nobody looks at it any more.
    at.hub().close(auditor.id(), CloseHow::fin);
    auditor.acknowledge({AckKind::audit_synced, 3});
    auditor.ends();
    return at.records();
}

TEST(Records, AreWhatTheManualSays) {
    const auto manual = read_manual();
    ASSERT_THAT(manual.members, testing::SizeIs(15));
    std::map<std::string, std::set<std::string>> seen;
    auto all = everything();
    std::ranges::copy(maapi(), std::back_inserter(all));
    for (const auto& record : all) {
        const auto line = json::serialize(record);
        const auto kind = text_of(record, "kind");
        ASSERT_TRUE(manual.kinds.contains(kind)) << line;
        const auto& promise = manual.kinds.at(kind);
        EXPECT_TRUE(promise.directions.contains(text_of(record, "dir"))) << line;
        std::vector<std::string> got;
        for (const auto& member : record)
            got.emplace_back(member.key());
        std::vector<std::string> promised{"t", "wall", "dir", "kind"};
        for (const auto& [name, always] : promise.members) {
            if (always || record.contains(name)) promised.push_back(name);
        }
        EXPECT_EQ(got, promised) << line;
        // In the order of the first table.
        std::vector<std::string> ordered;
        std::ranges::copy_if(manual.members, std::back_inserter(ordered),
                             [&](const auto& name) { return record.contains(name); });
        EXPECT_EQ(got, ordered) << line;
        seen[kind].insert(text_of(record, "dir"));
        for (const auto& [name, always] : promise.members)
            seen[kind].insert((record.contains(name) ? "with " : "without ") + name);
    }
    // All of the manual was tried, every optional member both ways.
    for (const auto& [kind, promise] : manual.kinds) {
        for (const auto& direction : promise.directions)
            EXPECT_TRUE(seen[kind].contains(direction)) << kind << " " << direction;
        for (const auto& [name, always] : promise.members) {
            EXPECT_TRUE(seen[kind].contains("with " + name)) << kind << " with " << name;
            EXPECT_EQ(seen[kind].contains("without " + name), !always) << kind << " " << name;
        }
    }
    for (auto kind = RecordKind::connect; kind <= RecordKind::log;
         kind = static_cast<RecordKind>(static_cast<int>(kind) + 1))
        EXPECT_TRUE(manual.kinds.contains(std::string(to_string(kind)))) << to_string(kind);
}

TEST(Records, TimesNeverStepBack) {
    double last = 0;
    for (const auto& record : everything()) {
        const auto at = record.at("t").to_number<double>();
        EXPECT_GE(at, last);
        last = at;
    }
    EXPECT_GT(last, 2);
}

TEST(Records, TellEachThingOnceAndInItsOrder) {
    Recorded at;
    Wire client(at, client_config(audit_sync));
    at.hub().send(at.now(), audit(1));
    at.hub().send(at.now(), audit(2));
    at.advance();
    client.acknowledge({AckKind::audit_synced, 2});
    client.acknowledge({AckKind::audit_synced, 1});
    client.acknowledge({AckKind::audit_synced, 1});
    client.ends();
    EXPECT_THAT(at.told({"event", "ack", "barrier", "disconnect", "log"}),
                ElementsAre("barrier 1 opened", "barrier 2 opened", "event 1", "event 2",
                            "ack 2 known", "barrier 2 released", "ack 1 known",
                            "barrier 1 released", "ack 1 duplicate", "disconnect"));
}

TEST(Records, WhatComesBehindAnAcknowledgementWaitsForItsVerdict) {
    Recorded at;
    Wire client(at, client_config(audit_sync));
    at.hub().send(at.now(), audit(1));
    at.advance();
    Bytes bytes;
    ClientSession other(client_config(audit_sync));
    other.take_output();
    other.send({AckKind::audit_synced, 1});
    bytes = other.take_output();
    bytes.insert(bytes.end(), {0, 0, 0, 1, 131});
    client.comes(bytes);
    client.ends();
    EXPECT_THAT(at.told({"ack", "raw", "disconnect"}),
                ElementsAre("ack 1 known", "raw", "disconnect"));
}

TEST(Records, HaveEventsThatAFaultHeldWhenTheScenarioEnded) {
    Recorded at;
    Wire client(at, client_config(NOTIF_AUDIT));
    at.fault(FaultKind::delay, Direction::out,
             [](auto& spec) { spec.duration = std::chrono::milliseconds(100); });
    at.hub().send(at.now(), audit(1));
    at.hub().send(at.now(), audit(2));
    at.advance();
    at.hub().close(client.id(), CloseHow::fin);
    at.advance();
    EXPECT_THAT(at.told({"event", "disconnect"}), IsEmpty());
    at.advance(100ms);
    client.ends();
    EXPECT_THAT(at.told({"event", "disconnect"}), ElementsAre("event 1", "event 2", "disconnect"));
}

TEST(Records, KnowEventsByNumberWhateverFaultsDo) {
    // All events have the same bytes: only their way tells them apart.
    for (const auto kind : {FaultKind::drop, FaultKind::duplicate, FaultKind::split,
                            FaultKind::coalesce, FaultKind::reorder}) {
        Recorded at;
        Wire before(at, client_config(NOTIF_AUDIT));
        Wire client(at, client_config(NOTIF_AUDIT | NOTIF_HEARTBEAT));
        at.hub().send(at.now(), audit(1));
        at.fault(kind, Direction::out, [](auto& spec) {
            spec.skip = 1;
            spec.times = 1;
        });
        for (int i = 0; i < 4; ++i)
            at.hub().send(at.now(), audit(1));
        for (int i = 0; i < 100; ++i)
            at.advance(1s);
        std::vector<std::string> sends;
        for (const auto& record : at.records()) {
            if (text_of(record, "kind") == "event" && text_of(record, "peer") == "1")
                sends.push_back(text_of(record, "send"));
        }
        if (kind == FaultKind::drop) {
            EXPECT_THAT(sends, ElementsAre("1", "2", "4", "5"));
        } else if (kind == FaultKind::duplicate) {
            EXPECT_THAT(sends, ElementsAre("1", "2", "3", "3", "4", "5"));
        } else if (kind == FaultKind::reorder) {
            EXPECT_THAT(sends, ElementsAre("1", "2", "4", "3", "5"));
        } else {
            EXPECT_THAT(sends, ElementsAre("1", "2", "3", "4", "5"));
        }
        for (const auto& record : at.records()) {
            if (text_of(record, "kind") == "fault") {
                EXPECT_EQ(text_of(record, "send"), "3");
            }
        }
    }
}

TEST(Records, OfAStreamHaveTheNumbersOfItsEvents) {
    Recorded at;
    Wire client(at, client_config(NOTIF_STREAM_EVENT | NOTIF_AUDIT));
    at.hub().send(at.now(), audit(1));
    StreamNotification body;
    at.hub().send(at.now(), {NOTIF_STREAM_EVENT, body});
    at.hub().send(at.now(), audit(2));
    at.advance();
    EXPECT_THAT(at.told({"event"}), ElementsAre("event 1", "event 2", "event 3"));
}

TEST(Records, SayWhatASubscriberNeverGotBeforeItIsGone) {
    Recorded at;
    Wire client(at, client_config(NOTIF_AUDIT));
    at.hub().close(client.id(), CloseHow::fin);
    client.stuck = 100;
    at.hub().drop_slow(at.now(), client.id(), "it read nothing");
    at.recorder().closed(client.id());
    EXPECT_THAT(at.told({"log", "disconnect"}), ElementsAre("log", "disconnect"));
}

TEST(Records, HaveWhatIsLeftOfAMessage) {
    Recorded at;
    Wire client(at, client_config(NOTIF_AUDIT));
    client.comes(Bytes{0, 0});
    client.ends();
    EXPECT_THAT(at.told({"raw", "disconnect"}), ElementsAre("raw", "disconnect"));
}

}  // namespace
}  // namespace confd::sim
