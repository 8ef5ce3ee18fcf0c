// SPDX-License-Identifier: Apache-2.0
// Peers that come, go, send and ask far too often. Nothing of it stays, and the others are served.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include "protocol/frame/frame.hpp"
#include "simulator/tests/robustness/rig.hpp"

namespace confd::sim::test {
namespace {

using testing::HasSubstr;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// That a subscriber gets what is sent to it now.
void expect_served(SteeredSimulator& sim, const Wire& subscriber) {
    sim.send(audit_event);
    const auto header = subscriber.read(4);
    ASSERT_EQ(header.size(), 4U);
    EXPECT_EQ(subscriber.read(header[3]).size(), header[3]);
}

/// One of the ways in which a client comes and goes.
void come_and_go(std::uint16_t port, std::size_t way) {
    switch (way % 5) {
        case 0: {
            Wire(port).reset();
            return;
        }
        case 1: {
            const Wire wire(port);
            wire.send(hello());
            return;
        }
        case 2: {
            auto wire = subscribed(port);
            wire.reset();
            return;
        }
        case 3: {
            const Wire wire(port);
            wire.send(Bytes{'G', 'E', 'T', ' ', '/', '\r', '\n', '\r', '\n'});
            return;
        }
        default:
            subscribed(port);
    }
}

TEST(Reconnects, LeaveNothingBehind) {
    SteeredSimulator sim;
    const auto witness = subscribed(sim.port());
    sim.await_subscribers(1);
    const auto rounds = [&](std::size_t number) {
        for (std::size_t i = 0; i < number; ++i) {
            come_and_go(sim.port(), i);
            sim.drain();
        }
        sim.await_subscribers(1);
        sim.await_connections(1);
    };
    rounds(1000);  // the page's last events and the summary's first subscribers are kept
    const auto warm = sim.memory();
    rounds(2000);
    sim.expect_growth_below(mebibyte, warm);  // 500 bytes a connection would be more
    expect_served(sim, witness);
    sim.stop();
}

TEST(Pending, OnesAreBoundedAndTheRestIsTurnedAwayAtOnce) {
    SteeredSimulator sim;
    const auto witness = subscribed(sim.port());
    sim.await_subscribers(1);
    std::vector<Wire> strangers;
    for (int i = 0; i < 300; ++i)
        strangers.emplace_back(sim.port());
    const auto turned_away = [&] { return std::ranges::count_if(strangers, &Wire::ended); };
    eventually([&] { return turned_away() == 44; }, "256 of 300 are kept");
    expect_served(sim, witness);
    EXPECT_TRUE(Wire(sim.port()).await_end());

    strangers.clear();
    sim.await_connections(1);
    eventually([&] { return !Wire(sim.port()).ended() && sim.get("/api/state").contains("200"); },
               "there is room again");
    sim.stop();
    EXPECT_THAT(sim.process().text(), HasSubstr("turned 1 connection away: 256 have not"));
    EXPECT_LT(count(sim.process().text(), "away: 256"), 10U) << sim.process().text();
}

TEST(Acknowledgements, AFloodOfThemIsNotReadNorKept) {
    SteeredSimulator sim;
    const auto witness = subscribed(sim.port());
    const auto flooder = subscribed(sim.port());
    sim.await_subscribers(2);
    const auto memory = sim.memory();
    Bytes flood;
    for (int i = 0; i < 4000; ++i) {
        const auto one = ack_frame({AckKind::audit_synced, 17});
        flood.insert(flood.end(), one.begin(), one.end());
    }
    // Until the kernels are full, which they only get when nobody reads.
    std::size_t refused = 0;
    std::size_t sent = 0;
    const Deadline deadline;
    while (refused < 20 && deadline.remaining() > 0) {
        const auto size = flooder.send_some(flood);
        sent += size;
        refused = size == 0 ? refused + 1 : 0;
        if (size == 0) sim.get("/api/state");
    }
    EXPECT_EQ(refused, 20U) << sent << " bytes were taken";
    sim.expect_growth_below(4 * mebibyte, memory);
    expect_served(sim, witness);
    sim.stop();
    EXPECT_THAT(sim.process().text(),
                HasSubstr("subscriber 2 gives acknowledgements for which nothing waits too fast"));
}

TEST(Requests, OfAPeerThatReadsNoAnswersAreNotReadEither) {
    SteeredSimulator sim;
    const auto witness = subscribed(sim.port());
    const auto flooder = maapi_connected(sim.port());
    const auto memory = sim.memory();
    Bytes flood;
    for (int i = 0; i < 10'000; ++i)
        append_frame(flood, Bytes{0, 0, 0, 232});  // load all namespaces
    std::size_t refused = 0;
    const Deadline deadline;
    while (refused < 20 && deadline.remaining() > 0) {
        refused = flooder.send_some(flood) == 0 ? refused + 1 : 0;
        if (refused > 0) sim.get("/api/state");
    }
    EXPECT_EQ(refused, 20U);
    sim.expect_growth_below(4 * mebibyte, memory);
    expect_served(sim, witness);
    sim.stop();
}

TEST(Descriptors, ExhaustedOnesCloseWhoConnectsAndBurnNoProcessor) {
    SteeredSimulator sim;
    const auto witness = subscribed(sim.port());
    sim.await_subscribers(1);
    const auto free = sim.descriptors() + 5;
    const rlimit few{free, free};
    ASSERT_EQ(::prlimit(sim.process().id(), RLIMIT_NOFILE, &few, nullptr), 0);
    std::vector<Wire> strangers;
    for (int i = 0; i < 60; ++i)
        strangers.emplace_back(sim.port());
    // A few were left.
    eventually([&] { return std::ranges::count_if(strangers, &Wire::ended) >= 30; },
               "who found no descriptor is closed");
    const auto before = sim.processor_time();
    // Nothing happens here that could be waited for; spinning would use all of it.
    ::poll(nullptr, 0, 500);
    EXPECT_LT(sim.processor_time() - before, std::chrono::milliseconds(250));
    strangers.clear();
    eventually([&] { return sim.get("/api/state").contains("\"running\""); }, "it serves again");
    expect_served(sim, witness);
    sim.stop();
    EXPECT_EQ(count(sim.process().text(), "cannot accept connections: Too many open files"), 1U);
}

}  // namespace
}  // namespace confd::sim::test
