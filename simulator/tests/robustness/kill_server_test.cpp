// SPDX-License-Identifier: Apache-2.0
// The server is killed at every step of an exchange. The client says so, having delivered
// everything that had arrived.
#include <gmock/gmock.h>

#include "client/events.hpp"
#include "client/maapi.hpp"
#include "simulator/tests/robustness/rig.hpp"

namespace confd::sim::test {
namespace {

using testing::HasSubstr;

std::vector<std::string> listen_arguments(std::uint16_t port, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"--host", "127.0.0.1", "-p", std::to_string(port), "-a"});
    return more;
}

struct KilledWhen {
    const char* name;
    const char* fault;   ///< that stops the server there; null for none
    std::size_t events;  ///< sent before
    int exits;           ///< what confd-listen makes of it
    std::size_t prints;  ///< events
    const char* says;
};

constexpr KilledWhen moments[] = {
    {"HelloUnanswered", "{kind: stall, stage: handshake, duration: 24h}", 0, 3, 0,
     "the server closed the connection"},
    {"HalfHelloReply", "{kind: stall, stage: handshake, duration: 24h, bytes: 4}", 0, 3, 0,
     "4 bytes into a message"},
    {"SubscriptionUnanswered", "{kind: stall, stage: subscription, duration: 24h}", 0, 3, 0,
     "the server closed the connection"},
    {"HalfSubscriptionReply", "{kind: stall, stage: subscription, duration: 24h, bytes: 6}", 0, 3,
     0, "6 bytes into a message"},
    // A kernel ends the connections of a killed process in order, where no message is cut in two.
    {"Subscribed", nullptr, 0, 0, 0, ""},
    {"EventsSent", nullptr, 5, 0, 5, ""},
    {"HalfEvent", "{kind: stall, stage: events, duration: 24h, bytes: 10, skip: 4}", 5, 1, 4,
     "10 bytes into a message"},
};

class KilledServer : public testing::TestWithParam<KilledWhen> {};

TEST_P(KilledServer, IsReportedAfterWhatHadArrived) {
    const auto& when = GetParam();
    SteeredSimulator sim;
    if (when.fault != nullptr) sim.add_fault(when.fault);
    Process listen(CONFD_LISTEN, listen_arguments(sim.port()));
    const bool subscribes = when.exits != 3;
    if (subscribes) sim.await_subscribers(1);
    for (std::size_t i = 0; i < when.events; ++i)
        sim.send(audit_event);
    if (when.fault != nullptr) {
        // What comes before the stall has left when this is answered.
        eventually([&] { return sim.get("/api/faults").contains("\"hits\":1"); }, "it stalls");
    } else if (when.events > 0) {
        sim.await_sent_events(when.events);
    }
    sim.process().signal(SIGKILL);

    EXPECT_EQ(listen.exit_code(), when.exits) << listen.text();
    EXPECT_EQ(count(listen.text(), "NOTIF_AUDIT logno"), when.prints) << listen.text();
    EXPECT_THAT(listen.text(), HasSubstr(when.says));
}

INSTANTIATE_TEST_SUITE_P(AtEveryStep, KilledServer, testing::ValuesIn(moments),
                         [](const auto& test) { return test.param.name; });

class KilledServerOfTheLibrary : public testing::Test {
  protected:
    transport::Endpoint where() const { return transport::TcpEndpoint{"127.0.0.1", sim.port()}; }
    /// Reads to the end: how many events came, and why it ended.
    static std::pair<std::size_t, events::Error> read_all(events::EventSocket& sock) {
        std::size_t found = 0;
        while (true) {
            try {
                events::read_notification(sock, patience);
                ++found;
            } catch (const events::Error& error) {
                return {found, error};
            }
        }
    }

    SteeredSimulator sim;
};

TEST_F(KilledServerOfTheLibrary, EventsThatArrivedBeforeAResetAreDelivered) {
    events::EventSocket sock;
    events::notifications_connect(sock, NOTIF_AUDIT | NOTIF_AUDIT_SYNC, where(), patience);
    for (int i = 0; i < 5; ++i)
        sim.send(audit_event);
    sim.await_sent_events(5);
    // It dies with an acknowledgement that it has not read: its kernel resets the connection.
    sim.process().signal(SIGSTOP);
    events::read_notification(sock, patience);
    events::sync_audit_notification(sock, 17, patience);
    sim.process().signal(SIGKILL);
    const auto [found, error] = read_all(sock);
    EXPECT_EQ(found, 4U);
    EXPECT_EQ(error.kind(), events::Error::Kind::closed);
    EXPECT_FALSE(error.recoverable());
    EXPECT_FALSE(sock.is_open());
}

TEST_F(KilledServerOfTheLibrary, AnAcknowledgementThatNobodyTakesIsAnErrorNotASignal) {
    events::EventSocket sock;
    events::notifications_connect(sock, NOTIF_AUDIT | NOTIF_AUDIT_SYNC, where(), patience);
    sim.send(audit_event);
    events::read_notification(sock, patience);
    sim.process().signal(SIGKILL);
    const auto [found, error] = read_all(sock);
    EXPECT_EQ(found, 0U);
    EXPECT_EQ(error.kind(), events::Error::Kind::closed);
    EXPECT_THROW(events::sync_audit_notification(sock, 17, patience), events::Error);
}

TEST_F(KilledServerOfTheLibrary, EndsADiffThatIsBeingRead) {
    events::EventSocket sock;
    events::notifications_connect(sock, NOTIF_COMMIT_DIFF, where(), patience);
    sim.send(
        "{event: NOTIF_COMMIT_DIFF, fields: {database: RUNNING, tctx: {th: 1042}},\n"
        " diff: [{path: \"/interfaces/interface{eth0}/mtu\", op: value_set, value: 1500},\n"
        "        {path: \"/interfaces/interface{eth1}/mtu\", op: value_set, value: 1500}]}");
    events::read_notification(sock, patience);
    confd::maapi::MaapiSocket diffs;
    confd::maapi::maapi_connect(diffs, where(), patience);
    confd::maapi::attach(diffs, 1042, no_namespace, confd::maapi::no_user_session, patience);
    std::size_t changes = 0;
    try {
        confd::maapi::diff_iterate(
            diffs, 1042,
            [&](const DiffChange&) {
                ++changes;
                sim.process().signal(SIGKILL);
                return ITER_RECURSE;
            },
            patience);
        ADD_FAILURE() << "it read on";
    } catch (const events::Error& error) {
        EXPECT_EQ(error.kind(), events::Error::Kind::closed) << error.what();
    }
    EXPECT_EQ(changes, 1U);
    EXPECT_FALSE(diffs.is_open());
}

TEST(ReplacedServer, IsFoundByAClientThatReconnects) {
    auto sim = std::make_unique<SteeredSimulator>();
    const auto port = sim->port();
    Process listen(CONFD_LISTEN, listen_arguments(port, {"--reconnect", "--backoff", "1ms",
                                                         "--backoff-max", "20ms", "--count", "2"}));
    sim->await_subscribers(1);
    sim->send(audit_event);
    EXPECT_FALSE(listen.line_after("NOTIF_AUDIT ").empty());
    sim->process().signal(SIGKILL);
    EXPECT_FALSE(listen.line_after("confd-listen: connecting again in ").empty());

    const TempFile scenario("format: 1\nsteps: [{await: 1}, {send: {event: NOTIF_AUDIT}}]\n");
    Simulator second({"run", scenario.path(), "--listen", "127.0.0.1:" + std::to_string(port)});
    EXPECT_EQ(listen.exit_code(), 0) << listen.text();
    EXPECT_EQ(second.exit_code(), 0) << second.text();
}

}  // namespace
}  // namespace confd::sim::test
