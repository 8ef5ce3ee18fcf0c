// SPDX-License-Identifier: Apache-2.0
// A subscriber's process is killed at every step of an exchange. The others notice nothing, nothing
// waits for it any more, nothing is left of it, and what it had acknowledged counts.
#include <gmock/gmock.h>

#include <fstream>

#include "client/maapi.hpp"
#include "simulator/tests/robustness/rig.hpp"

namespace confd::sim::test {
namespace {

using testing::HasSubstr;

constexpr std::uint32_t audit_sync = NOTIF_AUDIT | NOTIF_AUDIT_SYNC;

std::string content(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// How far the victim comes.
enum class Step : std::uint8_t {
    connected,
    half_hello,
    hello_sent,
    greeted,
    half_subscription,
    subscription_sent,
    subscribed,
    event_unread,
    event_read,
    half_ack,
    acknowledged,
};

struct NamedStep {
    Step step;
    const char* name;
};
constexpr NamedStep steps[] = {
    {Step::connected, "Connected"},
    {Step::half_hello, "HalfHello"},
    {Step::hello_sent, "HelloSent"},
    {Step::greeted, "Greeted"},
    {Step::half_subscription, "HalfSubscription"},
    {Step::subscription_sent, "SubscriptionSent"},
    {Step::subscribed, "Subscribed"},
    {Step::event_unread, "EventUnread"},
    {Step::event_read, "EventRead"},
    {Step::half_ack, "HalfAck"},
    {Step::acknowledged, "Acknowledged"},
};

/// Sends `bytes`, or half of them when that is as far as it goes.
void say(const Wire& wire, ByteView bytes, bool half, const Victim::Reached& reached) {
    wire.send(half ? bytes.first(bytes.size() / 2) : bytes);
    if (half) reached();
}

void live_until(Step step, std::uint16_t port, const Victim::Reached& reached) {
    const auto reach = [&](Step here) {
        if (step == here) reached();
    };
    const Wire wire(port);
    reach(Step::connected);
    say(wire, hello(audit_sync), step == Step::half_hello, reached);
    reach(Step::hello_sent);
    wire.read(9);
    reach(Step::greeted);
    say(wire, subscription_frame(audit_sync), step == Step::half_subscription, reached);
    reach(Step::subscription_sent);
    wire.read(10);
    reach(Step::subscribed);
    Deadline().wait(wire.fd(), POLLIN);
    reach(Step::event_unread);
    const auto length = wire.read(4);
    wire.read(length.at(3));
    reach(Step::event_read);
    say(wire, ack_frame({AckKind::audit_synced, 17}), step == Step::half_ack, reached);
    reach(Step::acknowledged);
}

class KilledClient : public testing::TestWithParam<NamedStep> {};

TEST_P(KilledClient, HoldsNothingUp) {
    const auto step = GetParam().step;
    const TempFile log("", ".jsonl");
    SteeredSimulator sim({"--log", log.path()});
    const auto witness = subscribed(sim.port(), audit_sync);
    sim.await_subscribers(1);
    Victim victim([&](const auto& reached) { live_until(step, sim.port(), reached); });
    if (step >= Step::subscription_sent) sim.await_subscribers(2);
    if (step >= Step::event_unread) sim.send(audit_event);
    victim.await_reached();
    if (step < Step::event_unread) sim.send(audit_event);
    // The witness has answered; the victim has in the last step only.
    EXPECT_EQ(witness.read(4).size(), 4U);
    witness.send(ack_frame({AckKind::audit_synced, 17}));
    victim.kill();

    sim.await_no_barriers();
    sim.await_subscribers(1);
    sim.await_connections(1);
    sim.send(audit_event);
    sim.stop();

    const auto records = content(log.path());
    EXPECT_THAT(records, HasSubstr(R"("kind":"disconnect","peer":2)"));
    if (step >= Step::subscription_sent) {
        EXPECT_THAT(sim.process().text(), HasSubstr("subscriber 2 disconnected"));
    }
    const auto acknowledged = records.find(R"("kind":"ack","peer":2,"role":"all","send":1)");
    EXPECT_EQ(acknowledged != std::string::npos, step == Step::acknowledged) << records;
}

INSTANTIATE_TEST_SUITE_P(AtEveryStep, KilledClient, testing::ValuesIn(steps),
                         [](const auto& test) { return test.param.name; });

// ---- while it reads a diff over MAAPI ----

enum class MaapiStep : std::uint8_t { half_hello, connected, half_request, attached, in_the_diff };

struct NamedMaapiStep {
    MaapiStep step;
    const char* name;
};
constexpr NamedMaapiStep maapi_steps[] = {
    {MaapiStep::half_hello, "HalfHello"},     {MaapiStep::connected, "Connected"},
    {MaapiStep::half_request, "HalfRequest"}, {MaapiStep::attached, "Attached"},
    {MaapiStep::in_the_diff, "InTheDiff"},
};

constexpr std::int64_t thandle = 1042;
constexpr const char* commit_event =
    "{event: NOTIF_COMMIT_DIFF, fields: {database: RUNNING, tctx: {th: 1042}},\n"
    " diff: [{path: \"/interfaces/interface{eth0}/mtu\", op: value_set, value: 1500},\n"
    "        {path: \"/interfaces/interface{eth1}/mtu\", op: value_set, value: 1500}]}";

void read_diff_until(MaapiStep step, std::uint16_t port, const Victim::Reached& reached) {
    const auto wire = subscribed(port, NOTIF_COMMIT_DIFF);
    wire.read(4);
    if (step == MaapiStep::half_hello) {
        const Wire raw(port);
        say(raw, hello(), true, reached);
    }
    if (step == MaapiStep::connected || step == MaapiStep::half_request) {
        const auto raw = maapi_connected(port);
        if (step == MaapiStep::half_request) raw.send(Bytes{0, 0, 0, 16, 0, 0});
        reached();
    }
    confd::maapi::MaapiSocket sock;
    confd::maapi::maapi_connect(sock, transport::TcpEndpoint{"127.0.0.1", port}, patience);
    confd::maapi::attach(sock, thandle, no_namespace, confd::maapi::no_user_session, patience);
    if (step == MaapiStep::attached) reached();
    confd::maapi::diff_iterate(
        sock, thandle,
        [&](const DiffChange&) {
            reached();
            return ITER_STOP;
        },
        patience);
}

class KilledDiffReader : public testing::TestWithParam<NamedMaapiStep> {};

TEST_P(KilledDiffReader, HoldsNothingUp) {
    SteeredSimulator sim;
    const auto witness = subscribed(sim.port(), NOTIF_COMMIT_DIFF);
    sim.await_subscribers(1);
    Victim victim(
        [&](const auto& reached) { read_diff_until(GetParam().step, sim.port(), reached); });
    sim.await_subscribers(2);
    sim.send(commit_event);
    victim.await_reached();
    EXPECT_EQ(witness.read(4).size(), 4U);
    witness.send(ack_frame({AckKind::diff_done, thandle}));
    victim.kill();

    sim.await_no_barriers();
    sim.await_connections(1);
    // The next transaction with the same handle is another one.
    sim.send(commit_event);
    witness.send(ack_frame({AckKind::diff_done, thandle}));
    sim.await_no_barriers();
    sim.stop();
}

INSTANTIATE_TEST_SUITE_P(AtEveryStep, KilledDiffReader, testing::ValuesIn(maapi_steps),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace confd::sim::test
