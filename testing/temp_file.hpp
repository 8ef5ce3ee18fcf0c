// SPDX-License-Identifier: Apache-2.0
// A file of a test's own, removed at the end.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

namespace confd::test {

class TempFile {
  public:
    explicit TempFile(std::string_view content, std::string_view suffix = ".yaml") {
        path_ = ::testing::TempDir() + "confd-XXXXXX" + std::string(suffix);
        const int fd = ::mkstemps(path_.data(), static_cast<int>(suffix.size()));
        EXPECT_GE(fd, 0);
        ::close(fd);
        std::ofstream(path_) << content;
    }
    TempFile(const TempFile&) = delete;
    TempFile& operator=(const TempFile&) = delete;
    ~TempFile() { ::unlink(path_.c_str()); }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace confd::test
