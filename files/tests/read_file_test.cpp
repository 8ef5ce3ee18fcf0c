// SPDX-License-Identifier: Apache-2.0
#include "files/read_file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace confd {
namespace {

using testing::HasSubstr;

/// A pipe that holds `text` and has no writer any more.
class Pipe {
  public:
    explicit Pipe(std::string_view text) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
        ::close(ends[1]);
        reader_ = ends[0];
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() { ::close(reader_); }

    int reader() const { return reader_; }
    std::string path() const { return "/dev/fd/" + std::to_string(reader_); }

  private:
    int reader_ = -1;
};

TEST(ReadFile, ReadsFilesPipesAndDevices) {
    EXPECT_THAT(read_file(CONFD_SOURCE_DIR "/files/README.md", 10'000).value(),
                HasSubstr("# files"));
    EXPECT_EQ(read_file(Pipe("a\0b").path(), 10), "a");
    EXPECT_EQ(read_file("/dev/null", 0), "");
}

TEST(ReadFile, AFolderIsNoEmptyFile) {
    EXPECT_EQ(read_file("/proc", 10).error(), "/proc: Is a directory");
}

TEST(ReadFile, SaysWhatKeepsItFromOpening) {
    EXPECT_EQ(read_file("/nowhere/at/all", 10).error(),
              "/nowhere/at/all: No such file or directory");
    EXPECT_EQ(read_file("/dev/null/x", 10).error(), "/dev/null/x: Not a directory");
}

TEST(ReadFile, SaysWhatKeepsItFromReading) {
    // The start of the address space is mapped by nobody.
    EXPECT_EQ(read_file("/proc/self/mem", 10).error(), "/proc/self/mem: Input/output error");
}

TEST(ReadFile, TakesUpToTheLimitAndNoMore) {
    EXPECT_EQ(read_file(Pipe("12345").path(), 5), "12345");
    EXPECT_THAT(read_file(Pipe("12345").path(), 4).error(), HasSubstr("more than 4 bytes"));
    EXPECT_THAT(read_file("/dev/zero", 1'000'000).error(), HasSubstr("more than 1000000 bytes"));
}

TEST(ReadPieces, StopsWhenNoMoreIsWanted) {
    std::size_t pieces = 0;
    EXPECT_TRUE(read_pieces("/dev/zero", [&](std::string_view) { return ++pieces < 3; }));
    EXPECT_EQ(pieces, 3U);
}

TEST(ReadPieces, ADescriptorStaysOpenAndHasTheNameItIsGiven) {
    const Pipe pipe("x");
    std::string text;
    EXPECT_TRUE(read_pieces(pipe.reader(), "standard input", [&](std::string_view piece) {
        text += piece;
        return true;
    }));
    EXPECT_EQ(text, "x");
    EXPECT_GE(::fcntl(pipe.reader(), F_GETFD), 0);
    EXPECT_EQ(read_pieces(-1, "standard input", [](std::string_view) { return true; }).error(),
              "standard input: Bad file descriptor");
}

TEST(ByteOrderMark, IsNoPartOfTheText) {
    EXPECT_EQ(without_byte_order_mark("\xef\xbb\xbf"
                                      "abc"),
              "abc");
    EXPECT_EQ(without_byte_order_mark("abc\xef\xbb\xbf"), "abc\xef\xbb\xbf");
    EXPECT_EQ(without_byte_order_mark("\xef\xbb"), "\xef\xbb");
    EXPECT_EQ(without_byte_order_mark(""), "");
}

}  // namespace
}  // namespace confd
