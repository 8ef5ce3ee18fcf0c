// SPDX-License-Identifier: Apache-2.0
// Lines for readers that are slow, stopped or gone. Nothing here depends on how long anything
// takes.
#include "program/line_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <thread>
#include <utility>

namespace confd::program {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

struct Pipe {
    Pipe() { EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0); }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        for (const int end : ends)
            if (end >= 0) ::close(end);
    }
    /// Takes nothing more until it is read; what it holds then ends with a line.
    void fill() const {
        ASSERT_EQ(::fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
        const std::string page(4095, '-');
        while (::write(ends[1], (page + '\n').data(), page.size() + 1) > 0)
            continue;
        ASSERT_EQ(::fcntl(ends[1], F_SETFL, 0), 0);
    }
    void close(std::size_t end) { ::close(std::exchange(ends[end], -1)); }
    /// What comes until it ends so.
    std::string read_until(std::string_view end) const {
        std::string out;
        while (!out.ends_with(end)) {
            std::array<char, 65536> buffer{};
            const auto size = ::read(ends[0], buffer.data(), buffer.size());
            if (size <= 0) break;
            out.append(buffer.data(), static_cast<std::size_t>(size));
        }
        return out;
    }
    std::array<int, 2> ends{-1, -1};
};

std::string line_of(std::size_t number) {
    return fmt::format("line {}\n", number);
}

constexpr std::size_t small_limit = 4096;
/// Far more lines than that.
constexpr std::size_t many = 10'000;

TEST(LineWriter, WritesEveryLineInItsOrder) {
    Pipe pipe;
    std::string expected;
    LineWriter out(pipe.ends[1]);
    for (std::size_t i = 0; i < 100; ++i) {
        out.write(line_of(i));
        expected += line_of(i);
    }
    EXPECT_TRUE(out.finish());
    pipe.close(1);
    EXPECT_EQ(pipe.read_until("\n\n"), expected);
    EXPECT_EQ(out.error(), 0);
}

TEST(LineWriter, APipeThatIsNotReadHoldsNothingUpAndDropsAreOwnedUpTo) {
    Pipe pipe;
    pipe.fill();
    LineWriter out(pipe.ends[1], small_limit);
    for (std::size_t i = 0; i < many; ++i)
        out.write(line_of(i), dropped_line_of("test"));
    EXPECT_FALSE(out.idle());

    const auto text = pipe.read_until(" in time\n");
    std::size_t number = 0;
    auto at = text.find(line_of(0));
    ASSERT_NE(at, std::string::npos);
    for (; text.compare(at, line_of(number).size(), line_of(number)) == 0; ++number)
        at += line_of(number).size();
    // What was taken is whole and without gaps; all the rest is counted.
    EXPECT_GT(number, 0U);
    EXPECT_EQ(text.substr(at), fmt::format("test: {}\n", dropped_text(many - number)));

    out.write("it flows again\n");
    EXPECT_EQ(pipe.read_until("again\n"), "it flows again\n");
}

TEST(LineWriter, TheEndDoesNotWaitForAReaderThatReadsNothing) {
    Pipe pipe;
    pipe.fill();
    LineWriter out(pipe.ends[1], small_limit);
    for (std::size_t i = 0; i < many; ++i)
        out.write(line_of(i));
    EXPECT_FALSE(out.finish(std::chrono::milliseconds(1)));
    out.write("too late\n");
    EXPECT_FALSE(out.idle());
}

TEST(LineWriter, AReaderThatIsGoneIsAnErrorAndNoSignal) {
    Pipe pipe;
    pipe.close(0);
    LineWriter out(pipe.ends[1]);
    out.write("one\n");
    EXPECT_FALSE(out.finish());
    EXPECT_EQ(out.error(), EPIPE);
}

TEST(LineWriter, ANonBlockingPipeOfAnotherProcessIsWaitedFor) {
    Pipe pipe;
    ::fcntl(pipe.ends[1], F_SETFL, O_NONBLOCK);
    LineWriter out(pipe.ends[1]);
    for (std::size_t i = 0; i < 10'000; ++i)
        out.write(line_of(i));
    out.write("end\n");
    EXPECT_THAT(pipe.read_until("end\n"), EndsWith("line 9999\nend\n"));
    EXPECT_TRUE(out.finish());
    EXPECT_NE(::fcntl(pipe.ends[1], F_GETFL) & O_NONBLOCK, 0);
}

TEST(LineWriter, AFullDiskIsTriedAgain) {
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    LineWriter out(full);
    out.write("one\n");
    out.write("two\n");
    EXPECT_FALSE(out.finish());
    EXPECT_EQ(out.error(), ENOSPC);
    ::close(full);
}

TEST(LineWriter, AFifoNeedsNoReaderAtFirstAndMayGetAnotherOne) {
    const auto path = testing::TempDir() + "lines-" + std::to_string(::getpid()) + ".fifo";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    LineWriter out(path, -1, max_unread_output);
    out.write("one\n", dropped_line_of("test"));
    Pipe first;
    first.ends[0] = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(first.read_until("\n"), "one\n");
    first.close(0);
    while (out.error() == 0)
        out.write("lost\n", dropped_line_of("test"));
    EXPECT_EQ(out.error(), EPIPE);
    while (!out.idle())
        std::this_thread::yield();

    Pipe second;
    second.ends[0] = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    out.write("two\n", dropped_line_of("test"));
    const auto text = second.read_until("two\n");
    EXPECT_THAT(text, HasSubstr("test: "));
    EXPECT_THAT(text, HasSubstr(" dropped because "));
    EXPECT_TRUE(out.finish());
    ::unlink(path.c_str());
}

TEST(LineWriter, NothingIsLeftOfAFifoThatNobodyOpens) {
    const auto path = testing::TempDir() + "lines-" + std::to_string(::getpid()) + ".fifo";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    LineWriter out(path, -1, max_unread_output);
    out.write("one\n");
    EXPECT_FALSE(out.finish(std::chrono::milliseconds(1)));
    ::unlink(path.c_str());
}

TEST(LineWriter, CountsInWords) {
    EXPECT_EQ(dropped_text(1), "1 line was dropped because it was not read in time");
    EXPECT_THAT(dropped_text(12), StartsWith("12 lines were dropped because they were"));
}

}  // namespace
}  // namespace confd::program
