// SPDX-License-Identifier: Apache-2.0
// What the tests of YANG modules share.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/value/hash.hpp"
#include "simulator/base/random.hpp"
#include "simulator/yang/schema.hpp"

namespace confd::sim::test {

/// A folder for the modules of one test.
class Folder {
  public:
    Folder() {
        std::string name = testing::TempDir() + "/yangXXXXXX";
        path_ = mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    void write(const std::string& file, const std::string& text) const {
        std::ofstream(path_ + "/" + file) << text;
    }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

inline const std::string sample_modules = std::string(CONFD_SOURCE_DIR) + "/scenarios/yang";

inline std::string texts(Diagnostics& diagnostics) {
    std::string out;
    for (const auto& diagnostic : diagnostics.take())
        out += to_string(diagnostic) + "\n";
    return out;
}

inline std::vector<ModuleRequest> requests(const std::vector<std::string>& names) {
    std::vector<ModuleRequest> out;
    const auto file = std::make_shared<const std::string>("test.yaml");
    for (const auto& name : names)
        out.push_back({Place{file, static_cast<int>(out.size()) + 1, 1}, name});
    return out;
}

/// Loads modules that must be good.
inline std::shared_ptr<const Schema> load(const std::vector<std::string>& names,
                                          const std::string& directory = sample_modules) {
    Diagnostics diagnostics;
    auto schema = Schema::load(requests(names), {directory}, diagnostics);
    EXPECT_EQ(texts(diagnostics), "");
    return schema;
}

/// Loads one module out of its text without the lines that all of them have.
inline std::shared_ptr<const Schema> load_text(const std::string& body) {
    const Folder folder;
    folder.write("t.yang",
                 "module t { yang-version 1.1; namespace \"urn:t\"; prefix t;"
                 " import ietf-inet-types { prefix inet; }"
                 " import ietf-yang-types { prefix yang; }\n" +
                     body + "}");
    return load({"t"}, folder.path());
}

inline YamlPtr yaml(const std::string& text, Diagnostics& diagnostics) {
    return parse_yaml(text, std::make_shared<const std::string>("e.yaml"), diagnostics);
}

/// Builds an event that must be good.
inline BuiltEvent build(const Schema& schema, const std::string& text) {
    Diagnostics diagnostics;
    auto built = schema.build(*yaml(text, diagnostics), diagnostics);
    EXPECT_EQ(texts(diagnostics), "") << text;
    return built ? std::move(*built) : BuiltEvent{};
}

/// What is wrong with an event.
inline std::string errors(const Schema& schema, const std::string& text) {
    Diagnostics diagnostics;
    EXPECT_FALSE(schema.build(*yaml(text, diagnostics), diagnostics)) << text;
    return texts(diagnostics);
}

}  // namespace confd::sim::test
