// SPDX-License-Identifier: Apache-2.0
// The scenarios about diffs, played at a hub without sockets, with readers over MAAPI.
#include <gtest/gtest.h>

#include "protocol/maapi/client_session.hpp"
#include "simulator/scenario/engine.hpp"
#include "simulator/tests/support.hpp"

namespace confd::sim::test {
namespace {

/// A MAAPI client that talks to a hub directly.
class MaapiClient {
  public:
    explicit MaapiClient(Hub& hub) : hub_(hub), session_({}), raw_(hub, {}) { reply(); }

    /// Calls, answers every change with `answer`, and returns how it ended.
    MaapiReply call(const MaapiRequest& request, IterAnswer answer = ITER_RECURSE) {
        session_.call(request);
        return reply(answer);
    }
    MaapiReply load(MaapiOp op) {
        session_.load(op, names);
        return reply();
    }
    /// Calls and does not wait.
    void begin(const MaapiRequest& request) {
        session_.call(request);
        exchange();
    }
    void die() { hub_.forget(raw_.id); }

    std::vector<DiffChange> changes;
    SchemaNames names;

  private:
    void exchange() {
        for (bool moved = true; moved;) {
            moved = session_.has_output();
            if (moved) hub_.feed({}, raw_.id, session_.take_output());
            const auto bytes = raw_.take({});
            moved = moved || !bytes.empty();
            session_.feed(bytes);
        }
    }

    MaapiReply reply(IterAnswer answer = ITER_RECURSE) {
        while (true) {
            exchange();
            switch (session_.poll()) {
                case MaapiClientSession::Poll::change:
                    changes.push_back(session_.change());
                    session_.answer(answer);
                    break;
                case MaapiClientSession::Poll::reply:
                    return session_.reply();
                case MaapiClientSession::Poll::connected:
                    return {};
                case MaapiClientSession::Poll::failed:
                    return std::unexpected(PeerError{-1, to_string(session_.failure())});
                case MaapiClientSession::Poll::need_input:
                    if (!session_.has_output()) {
                        return std::unexpected(PeerError{-2, "nothing more comes"});
                    }
            }
        }
    }

    Hub& hub_;
    MaapiClientSession session_;
    RawClient raw_;
};

constexpr std::int32_t handle = 1042;

class Play {
  public:
    explicit Play(const std::string& name)
        : scenario(load(name)), hub(scenario.hub_config()), engine(scenario, hub, {}) {}

    StepStatus poll(Instant at = {}) {
        now = at;
        return engine.poll(now, hub.poll(now));
    }
    /// A subscriber of COMMIT_DIFF, that has its event.
    HubClient subscriber() {
        HubClient out(hub, now, client_config(NOTIF_COMMIT_DIFF));
        poll();
        out.exchange(now);
        return out;
    }
    std::string failure() const {
        return engine.failure() ? to_string(*engine.failure()) : std::string();
    }

    Scenario scenario;
    Hub hub;
    Engine engine;
    Instant now;

  private:
    static Scenario load(const std::string& name) {
        auto loaded =
            load_scenario_file(std::string(CONFD_SOURCE_DIR) + "/scenarios/" + name + ".yaml");
        if (loaded) return std::move(*loaded);
        for (const auto& error : loaded.error())
            ADD_FAILURE() << to_string(error);
        return {};
    }
};

const Ack done{AckKind::diff_done, handle};
const MaapiAttach attach{.thandle = handle, .usid = 17};
const MaapiDiffIterate iterate{.thandle = handle, .flags = ITER_WANT_ATTR | ITER_WANT_P_CONTAINER};

TEST(DiffScenario, EveryOperationIsRead) {
    Play play("commit-diff-every-operation");
    auto subscriber = play.subscriber();
    MaapiClient reader(play.hub);
    ASSERT_TRUE(reader.load(MAAPI_LOAD_ALL_NS));
    ASSERT_TRUE(reader.load(MAAPI_LOAD_MOUNT_POINTS));
    ASSERT_TRUE(reader.load(MAAPI_LOAD_HASH_DB));
    ASSERT_TRUE(reader.call(attach));
    ASSERT_TRUE(reader.call(iterate));
    ASSERT_EQ(reader.changes.size(), 14U);
    EXPECT_EQ(to_text(reader.changes[1].path, reader.names), "/interfaces/interface{eth0}/mtu");
    std::set<Mop> ops;
    for (const auto& change : reader.changes)
        ops.insert(change.op);
    EXPECT_EQ(ops.size(), 6U);
    EXPECT_EQ(play.poll(), StepStatus::running);
    subscriber.ack(play.now, done);
    EXPECT_EQ(play.poll(), StepStatus::done) << play.failure();
    // The transaction is gone with the acknowledgement.
    EXPECT_EQ(reader.call(iterate).error().code, ERR_BADSTATE);
    // Nobody counts a reader.
    EXPECT_EQ(play.hub.subscriptions(), 1U);
    EXPECT_EQ(play.hub.subscribers().size(), 1U);
}

TEST(DiffScenario, TwoReaders) {
    Play play("commit-diff-two-readers");
    HubClient first(play.hub, play.now, client_config(NOTIF_COMMIT_DIFF));
    auto second = play.subscriber();
    first.exchange(play.now);
    MaapiClient a(play.hub);
    MaapiClient b(play.hub);
    ASSERT_TRUE(a.call(attach));
    ASSERT_TRUE(b.call(attach));
    ASSERT_TRUE(a.call(iterate));
    first.ack(play.now, done);
    EXPECT_EQ(play.poll(), StepStatus::running);
    // The transaction is there as long as the second subscriber has not answered.
    ASSERT_TRUE(b.call(iterate));
    EXPECT_EQ(a.changes, b.changes);
    second.ack(play.now, done);
    EXPECT_EQ(play.poll(), StepStatus::done) << play.failure();
}

TEST(DiffScenario, AReaderDies) {
    Play play("commit-diff-reader-dies");
    auto subscriber = play.subscriber();
    MaapiClient reader(play.hub);
    ASSERT_TRUE(reader.call(attach));
    reader.begin(iterate);
    reader.die();
    EXPECT_EQ(play.poll(), StepStatus::running);
    play.hub.forget(subscriber.id());
    EXPECT_EQ(play.poll(), StepStatus::done) << play.failure();
}

TEST(DiffScenario, TheTransactionIsGone) {
    Play play("commit-diff-gone");
    auto subscriber = play.subscriber();
    const auto late = play.now + std::chrono::seconds(1);
    play.poll(late);
    MaapiClient reader(play.hub);
    const auto reply = reader.call(attach);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, 61);
    EXPECT_EQ(play.poll(late), StepStatus::done) << play.failure();
}

TEST(DiffScenario, AFaultIsForSocketsThatAreThereToo) {
    Play play("commit-diff-every-operation");
    auto subscriber = play.subscriber();
    MaapiClient reader(play.hub);
    auto reset = make_fault(FaultKind::reset);
    reset.service = Service::maapi;
    ASSERT_TRUE(play.hub.add_fault(reset));
    EXPECT_FALSE(reader.call(attach));
    // The subscriber notices nothing.
    subscriber.ack(play.now, done);
    EXPECT_EQ(play.hub.subscribers().size(), 1U);
}

/// Faults of every kind that may be for either, as they are without `service`.
TEST(DiffScenario, FaultsAreOfSubscribersUnlessTheySayOtherwise) {
    for (const auto& info : fault_kinds()) {
        if (info.services.front() == Service::any) continue;
        for (const auto direction : info.directions) {
            for (const auto stage : info.stages) {
                Play play("commit-diff-every-operation");
                auto subscriber = play.subscriber();
                MaapiClient before(play.hub);
                auto fault = make_fault(info.kind);
                fault.direction = direction;
                fault.stage = stage;
                ASSERT_TRUE(play.hub.add_fault(fault)) << info.name;
                MaapiClient after(play.hub);
                for (auto* reader : {&before, &after}) {
                    EXPECT_TRUE(reader->load(MAAPI_LOAD_HASH_DB)) << info.name;
                    EXPECT_TRUE(reader->call(attach)) << info.name;
                    EXPECT_TRUE(reader->call(iterate)) << info.name;
                }
                EXPECT_EQ(play.hub.faults().faults().front().candidates, 0) << info.name;
            }
        }
    }
}

TEST(DiffScenario, AFaultOfMaapiIsOfNothingElse) {
    Play play("commit-diff-every-operation");
    for (const auto stage : {Stage::handshake, Stage::events}) {
        auto delay = make_fault(FaultKind::delay);
        delay.service = Service::maapi;
        delay.stage = stage;
        ASSERT_TRUE(play.hub.add_fault(delay));
    }
    HubClient subscriber(play.hub, play.now, client_config(NOTIF_COMMIT_DIFF));
    play.poll();
    EXPECT_EQ(subscriber.exchange(play.now).size(), 1U);
    const auto candidates = [&](std::size_t fault) {
        return play.hub.faults().faults()[fault].candidates;
    };
    EXPECT_EQ(candidates(0) + candidates(1), 0);
    MaapiClient reader(play.hub);
    EXPECT_EQ(candidates(0), 1);
    EXPECT_EQ(candidates(1), 0);
}

TEST(DiffScenario, ReadingFails) {
    Play play("commit-diff-error");
    auto subscriber = play.subscriber();
    MaapiClient reader(play.hub);
    ASSERT_TRUE(reader.call(attach));
    const auto reply = reader.call(iterate);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().text, "the database is locked");
    EXPECT_EQ(reader.changes.size(), 2U);
    subscriber.ack(play.now, done);
    EXPECT_EQ(play.poll(), StepStatus::done) << play.failure();
}

}  // namespace
}  // namespace confd::sim::test
