// SPDX-License-Identifier: Apache-2.0
// JUnit XML, in the form that Jenkins and GitLab read: junit.xsd beside this file.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace confd::report {

/// Of an output, for each case: GitLab takes files of 30 MB at most.
inline constexpr std::size_t junit_output_limit = std::size_t{64} << 10;

enum class JUnitVerdict : std::uint8_t { passed, failed, error, skipped };

/// Texts may be anything; each is cut where it would make the file useless.
struct JUnitCase {
    std::string name;        ///< of one class, no two are alike
    std::string class_name;  ///< "client.ack": Jenkins makes a package and a class of it
    std::chrono::milliseconds time{};
    JUnitVerdict verdict = JUnitVerdict::passed;
    std::string type = {};     ///< of a failure or an error
    std::string message = {};  ///< why it did not pass
    std::string text = {};     ///< all that is to be known: GitLab shows it, not the attributes
    std::string output = {};
};

struct JUnitSuite {
    std::string program;  ///< "confd-conformance"
    std::string name;
    std::string timestamp = {};  ///< RFC 3339; empty for none
    std::vector<std::pair<std::string, std::string>> properties = {};
    std::vector<JUnitCase> cases = {};
};

std::string to_junit(const JUnitSuite& suite);

}  // namespace confd::report
