// SPDX-License-Identifier: Apache-2.0
#include "report/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace confd::report {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class ReportFile : public ::testing::Test {
  protected:
    ReportFile() {
        fs::remove_all(folder);
        fs::create_directories(folder);
    }
    ~ReportFile() override { fs::remove_all(folder); }

    void has(const fs::path& file, std::string_view text) {
        const auto done = write_report(file, text);
        EXPECT_TRUE(done.has_value()) << done.error();
        EXPECT_EQ(contents(file), text);
    }
    std::ptrdiff_t files_in(const fs::path& where) const {
        return std::distance(fs::directory_iterator(where), fs::directory_iterator());
    }

    fs::path folder = fs::temp_directory_path() /
                      (std::string("confd-report-file-") +
                       ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(ReportFile, MakesFoldersAndLeavesNothingElse) {
    has(folder / "a" / "b.txt", "one");
    has(folder / "a" / "b.txt", "2");
    EXPECT_EQ(files_in(folder / "a"), 1);
}

TEST_F(ReportFile, IsANewFileThatReadersOfTheOldOneDoNotSee) {
    has(folder / "report", "the old one");
    std::ifstream reader(folder / "report");
    has(folder / "report", "new");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(reader), {}), "the old one");
}

TEST_F(ReportFile, KeepsThePermissions) {
    has(folder / "report", "old");
    ASSERT_EQ(::chmod((folder / "report").c_str(), 0640), 0);
    has(folder / "report", "new");
    EXPECT_EQ(fs::status(folder / "report").permissions(), fs::perms(0640));
}

TEST_F(ReportFile, IsWrittenThroughLinks) {
    has(folder / "real", "old and long");
    fs::create_symlink("real", folder / "symbolic");
    has(folder / "symbolic", "new");
    EXPECT_TRUE(fs::is_symlink(folder / "symbolic"));
    EXPECT_EQ(contents(folder / "real"), "new");

    fs::create_hard_link(folder / "real", folder / "hard");
    has(folder / "hard", "newer");
    EXPECT_EQ(contents(folder / "real"), "newer");

    fs::create_symlink("later", folder / "dangling");
    has(folder / "dangling", "first");
    EXPECT_EQ(contents(folder / "later"), "first");
}

TEST_F(ReportFile, IsWrittenIntoAPipe) {
    const auto pipe = folder / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    // More than a pipe holds.
    const std::string text(std::size_t{1} << 20, 'x');
    std::string got;
    std::thread reader([&] { got = contents(pipe); });
    const auto done = write_report(pipe, text);
    reader.join();
    EXPECT_TRUE(done.has_value()) << done.error();
    EXPECT_EQ(got, text);
    EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST_F(ReportFile, IsWrittenIntoADescriptor) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const auto done = write_report("/dev/fd/" + std::to_string(ends[1]), "text");
    EXPECT_TRUE(done.has_value()) << done.error();
    std::array<char, 16> got{};
    EXPECT_EQ(::read(ends[0], got.data(), got.size()), 4);
    EXPECT_STREQ(got.data(), "text");
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_F(ReportFile, IsWrittenIntoADevice) {
    // By a link, so that nothing happens to the device should this fail.
    fs::create_symlink("/dev/full", folder / "full");
    fs::create_symlink("/dev/null", folder / "null");
    EXPECT_THAT(write_report(folder / "full", "x").error(), HasSubstr("No space left on device"));
    EXPECT_TRUE(write_report(folder / "null", "x").has_value());
}

TEST_F(ReportFile, KeepsWhatIsThereWhenItCannotBeWritten) {
    has(folder / "taken" / "file", "old");
    EXPECT_THAT(write_report(folder / "taken", "x").error(), HasSubstr("taken: Is a directory"));
    EXPECT_THAT(write_report(folder / "taken" / "file" / "x", "x").error(), HasSubstr("/file: "));
    EXPECT_EQ(files_in(folder), 1);
    EXPECT_EQ(contents(folder / "taken" / "file"), "old");
}

}  // namespace
}  // namespace confd::report
