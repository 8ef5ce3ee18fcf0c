// SPDX-License-Identifier: Apache-2.0
// Standard error and logs whose reader does not read, and the signals that end a run.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "simulator/tests/robustness/rig.hpp"

namespace confd::sim::test {
namespace {

using testing::HasSubstr;

/// What a pipe holds at least.
constexpr int smallest_pipe = 4096;

TEST(UnreadOutput, DoesNotKeepSubscribersFromBeingServed) {
    const TempFile file(
        "format: 1\nallow: disconnects\nsteps: [{await: {count: 999, within: 24h}}]");
    Simulator sim({"run", file.path(), "--listen", "127.0.0.1:0"});
    const auto port = sim.port();
    ASSERT_GE(::fcntl(sim.errors_fd(), F_SETPIPE_SZ, smallest_pipe), 0);
    constexpr std::size_t subscribers = 200;
    for (std::size_t i = 0; i < subscribers; ++i)
        subscribed(port).reset();
    EXPECT_TRUE(sim.text().size() < 1000);  // no more has been read
    sim.signal(SIGTERM);
    EXPECT_EQ(sim.exit_code(), 0);
    // Nothing is lost that the backlog holds.
    EXPECT_EQ(count(sim.text(), " connected from 127.0.0.1:"), subscribers);
    EXPECT_THAT(sim.text(), HasSubstr("stopped before the scenario's end\n"));
}

TEST(UnreadOutput, SaysHowManyLinesWereDroppedOnceItIsRead) {
    const std::string text(1000, 'x');
    const TempFile file(
        "format: 1\nallow: disconnects\nsteps:\n  - await: 1\n  - repeat: {times: 3000, "
        "steps: [{log: " +
        text +
        "}]}\n  - send: {event: NOTIF_AUDIT}\n"
        "  - await: {count: 999, within: 24h}\n");
    Simulator sim({"run", file.path(), "--listen", "127.0.0.1:0"});
    Client client(sim.port(), client_config(NOTIF_AUDIT));
    ASSERT_TRUE(client.next());
    EXPECT_FALSE(sim.line_after("confd-sim: ").empty());
    client.disconnect();
    sim.signal(SIGTERM);
    EXPECT_EQ(sim.exit_code(), 0);
    const auto at = sim.text().find("confd-sim: ");
    const auto lines = std::stoul(sim.text().substr(at + std::string_view("confd-sim: ").size()));
    EXPECT_THAT(sim.text().substr(at), HasSubstr(" lines were dropped because they were not read"));
    EXPECT_EQ(count(sim.text(), text + "\n") + lines, 3000U);
}

TEST(UnreadOutput, LeavesStandardErrorAsOtherProcessesHaveIt) {
    SteeredSimulator sim;
    const auto path = "/proc/" + std::to_string(sim.process().id()) + "/fdinfo/2";
    std::ifstream file(path);
    std::string flags;
    while (file >> flags && flags != "flags:")
        continue;
    ASSERT_TRUE(file >> flags) << path;
    EXPECT_EQ(std::stoi(flags, nullptr, 8) & O_NONBLOCK, 0);
    sim.stop();
}

TEST(UnreadLog, OfAFifoNeedsNoReaderAtFirst) {
    const auto path = testing::TempDir() + "confd-sim-" + std::to_string(::getpid()) + ".fifo";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    SteeredSimulator sim({"--log", path});
    const auto subscriber = subscribed(sim.port());
    sim.send(audit_event);
    std::ifstream reader(path);
    std::string line;
    while (std::getline(reader, line) && !line.contains("NOTIF_AUDIT"))
        continue;
    EXPECT_THAT(line, HasSubstr(R"("kind":)"));
    std::filesystem::remove(path);
    sim.stop();
}

TEST(UnreadLog, OfAFifoThatNothingReadsDoesNotKeepTheRunFromEnding) {
    const auto path = testing::TempDir() + "confd-sim-" + std::to_string(::getpid()) + ".fifo";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    SteeredSimulator sim({"--log", path});
    sim.stop();
    std::filesystem::remove(path);
}

/// What is wanted is on standard output, and there is no room for it.
TEST(FullOutput, IsAnErrorWithAnExitCode) {
    Process shell("/bin/sh",
                  {"-c",
                   "for words in 'run tour --dry-run' list 'show tour' schema --help 'run --help'; "
                   "do \"$0\" $words >/dev/full; echo \"$words: $?\"; done; "
                   "\"$1\" --help >/dev/full; echo \"listen: $?\"",
                   CONFD_SIM, CONFD_LISTEN});
    EXPECT_EQ(shell.exit_code(), 0);
    for (const auto* words :
         {"run tour --dry-run", "list", "show tour", "schema", "--help", "run --help", "listen"})
        EXPECT_EQ(count(shell.text(), std::string("\n") + words + ": 70\n"), 1U) << words << "\n"
                                                                                 << shell.text();
    EXPECT_EQ(count(shell.text(), ": standard output: No space left on device\n"), 7U);
}

TEST(FullOutput, AReaderThatHasSeenEnoughIsNoError) {
    Process shell("/bin/bash",
                  {"-c", "set -o pipefail; \"$0\" list | read -r _; echo \"exit ${PIPESTATUS[0]}\"",
                   CONFD_SIM});
    EXPECT_EQ(shell.line_after("exit "), "0");
}

TEST(BadFiles, AFolderIsAnErrorThatNamesItsOption) {
    for (const auto* option : {"--ipc-access-file", "--log"}) {
        Simulator sim({"run", "tour", "--listen", "127.0.0.1:0", option, "/tmp"});
        EXPECT_EQ(sim.exit_code(), 2);
        EXPECT_THAT(sim.text(), HasSubstr(std::string("confd-sim: ") + option + ": "));
        EXPECT_THAT(sim.text(), HasSubstr("/tmp: Is a directory\n"));
    }
    for (const auto* path : {"/tmp", "/proc/self/mem"}) {
        Simulator sim({"lint", path});
        EXPECT_EQ(sim.exit_code(), 2);
        EXPECT_THAT(sim.text(), HasSubstr(std::string(path) + ":1:1: the file cannot be read: "));
    }
}

TEST(Signals, AHangupIsACleanStop) {
    SteeredSimulator sim;
    sim.process().signal(SIGHUP);
    EXPECT_EQ(sim.process().exit_code(), 0);
    EXPECT_THAT(sim.process().text(), HasSubstr("stopping: SIGHUP\nstopped before"));
}

TEST(Signals, AHangupThatIsIgnoredStaysIgnored) {
    const TempFile file("format: 1\nallow: disconnects\nsteps: [{await: 2}]");
    Process sim("/bin/sh", {"-c", "trap '' HUP; exec \"$@\"", "sh", CONFD_SIM, "run", file.path(),
                            "--listen", "127.0.0.1:0"});
    const auto number = sim.line_after("listening on 127.0.0.1:");
    ASSERT_FALSE(number.empty());
    const auto port = static_cast<std::uint16_t>(std::stoi(number));
    Client one(port, client_config(NOTIF_AUDIT));
    ASSERT_TRUE(one.subscribe());
    sim.signal(SIGHUP);
    Client two(port, client_config(NOTIF_AUDIT));
    EXPECT_FALSE(two.next());
    EXPECT_FALSE(one.next());
    one.disconnect();
    two.disconnect();
    EXPECT_EQ(sim.exit_code(), 0);
    EXPECT_THAT(sim.text(), HasSubstr("\ndone\n"));
}

/// However late they come, the scenario was fulfilled.
TEST(Signals, AtTheVeryEndChangeNoExitCode) {
    const TempFile file("format: 1\nsteps: [{log: played}]");
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        Simulator sim({"run", file.path(), "--listen", "127.0.0.1:0"});
        EXPECT_EQ(sim.line_after("played"), "");
        for (int i = 0; i < 200; ++i)
            sim.signal(number);
        EXPECT_EQ(sim.exit_code(), 0) << sim.text();
    }
}

}  // namespace
}  // namespace confd::sim::test
