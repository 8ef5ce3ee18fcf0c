// SPDX-License-Identifier: Apache-2.0
// Programs that the kit starts, whatever they do with their outputs.
#include "conformance/kit/run/command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <rapidcheck/gtest.h>

#include <csignal>

#include "conformance/kit/run/interruption.hpp"

namespace confd::kit {
namespace {

using testing::EndsWith;
using testing::StartsWith;

/// Nothing takes so long; a test that waits for it fails.
Command::Clock::time_point deadline() {
    return Command::Clock::now() + std::chrono::seconds(40);
}

Command start(const std::string& line) {
    auto command = Command::start({.arguments = shell(line), .input = "input\n", .variables = {}});
    if (!command) throw std::runtime_error(command.error());
    return std::move(*command);
}

RC_GTEST_PROP(KeptText, HasBothEndsOfWhatIsTooLong, (const std::vector<std::string>& pieces)) {
    const auto limit = 2 * *rc::gen::inRange<std::size_t>(1, 40);
    KeptText kept(limit);
    std::string whole;
    for (const auto& piece : pieces) {
        kept.add(piece);
        whole += piece;
    }
    RC_ASSERT(kept.size() == whole.size());
    if (whole.size() <= limit) {
        RC_ASSERT(kept.text() == whole);
        return;
    }
    const auto half = limit / 2;
    const auto expected = whole.substr(0, half) + "\n.. " + std::to_string(whole.size() - limit) +
                          " bytes ..\n" + whole.substr(whole.size() - half);
    RC_ASSERT(kept.text() == expected);
}

TEST(Command, HasItsInputAndItsOutputs) {
    auto command = start("cat; echo wrong >&2; exit 3");
    ASSERT_TRUE(command.wait_until(deadline()));
    EXPECT_EQ(command.exit_code(), 3);
    EXPECT_EQ(command.output(), "input\n");
    EXPECT_EQ(command.errors(), "wrong\n");
}

TEST(Command, MayOpenItsOutputsByName) {
    auto command = start("echo a > /dev/stdout; echo b > /dev/stdout; echo c > /dev/stderr");
    ASSERT_TRUE(command.wait_until(deadline()));
    EXPECT_EQ(command.output(), "a\nb\n");
    EXPECT_EQ(command.errors(), "c\n");
}

TEST(Command, IsNotHeldUpByWhatItPrintsAndFillsNoMemory) {
    const auto size = max_command_output + 1'000'000;
    auto command = start("head -c " + std::to_string(size) +
                         " /dev/zero; head -c 3000000 /dev/zero >&2; echo end");
    ASSERT_TRUE(command.wait_until(deadline()));
    EXPECT_EQ(command.output_size(), size + 4);
    EXPECT_LT(command.output().size(), max_command_output + 100);
    EXPECT_THAT(command.output(), EndsWith("end\n"));
    EXPECT_LT(command.errors().size(), max_command_errors + 100);
}

TEST(Command, MayCloseItsOutputs) {
    auto command = start("echo first; exec >&- 2>&-; exit 4");
    ASSERT_TRUE(command.wait_until(deadline()));
    EXPECT_EQ(command.exit_code(), 4);
    EXPECT_EQ(command.output(), "first\n");
}

TEST(Command, MayLeaveSomethingBehindThatPrintsWithoutEnd) {
    // In a session of its own no signal finds it; it ends when its output is read no more.
    auto command = start("setsid sh -c 'while echo more; do :; done' & echo parent >&2");
    ASSERT_TRUE(command.wait_until(deadline()));
    EXPECT_EQ(command.exit_code(), 0);
    EXPECT_EQ(command.errors(), "parent\n");
}

TEST(Command, TakesItsGroupWithIt) {
    std::optional<Command> reader;
    {
        auto command = start("sleep 1000 & echo $!; exec sleep 1000");
        while (command.output_size() == 0)
            ASSERT_FALSE(command.wait_until(Command::Clock::now() + std::chrono::milliseconds(5)));
        reader.emplace(start("while kill -0 " +
                             command.output().substr(0, command.output().find('\n')) +
                             " 2>/dev/null; do :; done; echo gone"));
    }
    ASSERT_TRUE(reader->wait_until(deadline()));
    EXPECT_EQ(reader->output(), "gone\n");
}

TEST(Interruption, EndsWhatWaits) {
    auto command = start("exec sleep 1000");
    {
        const Interruption interruption;
        EXPECT_EQ(interrupted_by(), "");
        EXPECT_FALSE(command.ended());
        ::raise(SIGHUP);
        EXPECT_EQ(interrupted_by(), "SIGHUP");
        EXPECT_THROW(command.wait_until(deadline()), Interrupted);
        EXPECT_THROW(command.ended(), Interrupted);
    }
    EXPECT_EQ(interrupted_by(), "");
    EXPECT_FALSE(command.ended());
}

TEST(Interruption, LeavesASignalAloneThatWasIgnored) {
    std::signal(SIGHUP, SIG_IGN);
    const Interruption interruption;
    ::raise(SIGHUP);
    EXPECT_EQ(interrupted_by(), "");
    std::signal(SIGHUP, SIG_DFL);
}

TEST(InterruptionDeathTest, ASecondSignalEndsTheProcess) {
    const auto twice = [] {
        const Interruption interruption;
        ::raise(SIGINT);
        ::raise(SIGTERM);
    };
    EXPECT_EXIT(twice(), testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace confd::kit
