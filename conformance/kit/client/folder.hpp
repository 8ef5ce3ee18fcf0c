// SPDX-License-Identifier: Apache-2.0
// A folder for one case, gone with it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace confd::kit {

class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::error_code error;
        auto name = (std::filesystem::temp_directory_path(error) / "confd-conformance-XXXXXX");
        auto text = name.string();
        if (::mkdtemp(text.data()) != nullptr) path_ = text;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        if (ok()) std::filesystem::remove_all(path_, ignored);
    }

    bool ok() const { return !path_.empty(); }
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace confd::kit
