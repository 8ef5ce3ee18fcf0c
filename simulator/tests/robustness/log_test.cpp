// SPDX-License-Identifier: Apache-2.0
// --log and standard output where nothing can be written any more.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>

#include "simulator/tests/robustness/rig.hpp"

namespace confd::sim::test {
namespace {

using testing::HasSubstr;

/// Sends events to a subscriber that acknowledges them.
void exchange(SteeredSimulator& sim, int events) {
    const auto subscriber = subscribed(sim.port(), NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    for (int i = 0; i < events; ++i) {
        sim.send(audit_event);
        const auto header = subscriber.read(4);
        ASSERT_EQ(header.size(), 4U);
        subscriber.read(header[3]);
        subscriber.send(ack_frame({AckKind::audit_synced, 17}));
        sim.await_no_barriers();
    }
}

TEST(FullDisk, IsReportedOnceAndTheRunGoesOn) {
    SteeredSimulator sim({"--log", "/dev/full"});
    exchange(sim, 3);
    sim.stop();
    EXPECT_EQ(count(sim.process().text(), "cannot write /dev/full: No space left"), 1U)
        << sim.process().text();
}

TEST(FullDisk, LeavesWholeLines) {
    const TempFile log("", ".jsonl");
    SteeredSimulator sim({"--log", log.path()});
    constexpr rlim_t room = 5'000;
    const rlimit small{room, room};
    ASSERT_EQ(::prlimit(sim.process().id(), RLIMIT_FSIZE, &small, nullptr), 0);
    exchange(sim, 20);
    sim.stop();
    EXPECT_EQ(count(sim.process().text(), "cannot write " + log.path() + " any more"), 1U);
    std::ifstream file(log.path());
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    EXPECT_LE(text.size(), room);
    EXPECT_GT(text.size(), room / 2);
    ASSERT_TRUE(text.ends_with("}\n"));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        EXPECT_TRUE(boost::json::parse(line).is_object());
}

TEST(ClosedPipe, OfTheLogIsReportedOnceAndTheRunGoesOn) {
    const auto path = testing::TempDir() + "confd-sim-" + std::to_string(::getpid()) + ".fifo";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    SteeredSimulator sim({"--log", path});
    exchange(sim, 1);
    ::close(reader);
    exchange(sim, 2);
    sim.stop();
    EXPECT_EQ(count(sim.process().text(), ": Broken pipe"), 1U) << sim.process().text();
    std::filesystem::remove(path);
}

TEST(ClosedPipe, OfStandardErrorDoesNotEndTheRun) {
    const auto path = testing::TempDir() + "confd-sim-" + std::to_string(::getpid()) + ".sock";
    const TempFile scenario(
        "format: 1\nallow: disconnects\n"
        "steps: [{await: 1}, {send: {event: NOTIF_AUDIT}}, {await: 1}]\n");
    // The reader goes once it listens, before the simulator has said all it has to say.
    Process shell(
        "/bin/bash",
        {"-c", "set -o pipefail; \"$@\" 2>&1 | sed /^listening/q; echo exit \"${PIPESTATUS[0]}\"",
         "bash", CONFD_SIM, "run", scenario.path(), "--path", path});
    EXPECT_EQ(shell.line_after("listening on "), path);
    {
        Client client(path, client_config(NOTIF_AUDIT));
        EXPECT_TRUE(client.next());
        while (client.next())
            continue;
    }
    EXPECT_EQ(shell.line_after("exit "), "0");
}

}  // namespace
}  // namespace confd::sim::test
