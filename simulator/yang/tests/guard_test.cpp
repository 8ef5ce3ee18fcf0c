// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/guard.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <vector>

namespace confd::sim::yang {
namespace {

using testing::HasSubstr;

/// Keeps a loop and what it touches from being left out.
std::atomic<std::size_t> sink;

TEST(Guard, WorkThatEndsIsFine) {
    int here = 0;
    EXPECT_TRUE(try_in_child([&](const Progress& progress) {
        here = 1;
        progress(7);
    }));
    EXPECT_EQ(here, 0) << "it was done by another process";
    EXPECT_TRUE(try_in_child([](const Progress&) { throw std::runtime_error("met again"); }));
}

TEST(Guard, ASignalIsNamedWithTheStepThatHadBegun) {
    const auto tried = try_in_child([](const Progress& progress) {
        for (std::size_t step = 0; step < 1000; ++step)
            progress(step);
        ::raise(SIGSEGV);
    });
    ASSERT_FALSE(tried);
    EXPECT_EQ(tried.error().step, 999U);
    EXPECT_EQ(tried.error().why, "it ends with signal 11 (Segmentation fault)");
}

TEST(Guard, AnEarlyExitIsNoEnd) {
    const auto tried = try_in_child([](const Progress&) { ::_exit(0); });
    ASSERT_FALSE(tried);
    EXPECT_EQ(tried.error().why, "it exits with 0");
}

TEST(Guard, TimeOfTheProcessorIsBounded) {
    const auto tried = try_in_child(
        [](const Progress&) {
            while (true)
                ++sink;
        },
        {.processor = std::chrono::seconds(1)});
    ASSERT_FALSE(tried);
    EXPECT_EQ(tried.error().why, "it takes more than 1 s of the processor");
}

TEST(Guard, WaitingIsBounded) {
    const auto tried = try_in_child(
        [](const Progress&) {
            while (true)
                ::pause();
        },
        {.waiting = std::chrono::seconds(0)});
    ASSERT_FALSE(tried);
    EXPECT_EQ(tried.error().why, "it does not end within 0 s");
}

TEST(Guard, MemoryIsBounded) {
    const auto tried = try_in_child(
        [](const Progress&) {
            std::vector<std::vector<char>> all;
            while (true)
                sink += all.emplace_back(std::size_t{1} << 20, 'x').size();
        },
        {.memory = std::size_t{256} << 20});
    ASSERT_FALSE(tried);
    // A sanitizer's allocator ends the process in its own way.
    EXPECT_THAT(tried.error().why,
                testing::AnyOf("it takes more than 256 MiB of memory", HasSubstr("it exits with")));
}

TEST(Guard, TheChildHasNoneOfOurFiles) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    EXPECT_TRUE(try_in_child([&](const Progress&) {
        if (::fcntl(pipe[0], F_GETFD) != -1 || ::fcntl(pipe[1], F_GETFD) != -1) ::_exit(1);
        if (::fcntl(STDERR_FILENO, F_GETFD) == -1) ::_exit(1);
    }));
    ::close(pipe[0]);
    ::close(pipe[1]);
}

volatile sig_atomic_t handled = 0;

TEST(Guard, TheChildHasNoneOfOurHandlers) {
    struct sigaction before{};
    struct sigaction ours{};
    ours.sa_handler = [](int) { handled = 1; };
    ASSERT_EQ(::sigaction(SIGUSR1, &ours, &before), 0);
    const auto tried = try_in_child([](const Progress&) { ::raise(SIGUSR1); });
    ASSERT_FALSE(tried);
    EXPECT_THAT(tried.error().why, HasSubstr("signal 10"));
    EXPECT_EQ(handled, 0);
    ::raise(SIGUSR1);
    EXPECT_EQ(handled, 1) << "ours is still there, and nothing is blocked";
    ::sigaction(SIGUSR1, &before, nullptr);
}

TEST(Guard, WorksWhereChildrenAreNotWaitedFor) {
    struct sigaction before{};
    struct sigaction ignore{};
    ignore.sa_handler = SIG_IGN;
    ASSERT_EQ(::sigaction(SIGCHLD, &ignore, &before), 0);
    EXPECT_TRUE(try_in_child([](const Progress&) {}));
    const auto tried = try_in_child([](const Progress&) { ::raise(SIGSEGV); });
    ASSERT_FALSE(tried);
    EXPECT_EQ(tried.error().why, "it ends early");
    ::sigaction(SIGCHLD, &before, nullptr);
}

TEST(Guard, LeavesNoChildBehind) {
    EXPECT_TRUE(try_in_child([](const Progress&) {}));
    EXPECT_FALSE(try_in_child([](const Progress&) { ::raise(SIGKILL); }));
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace confd::sim::yang
