// SPDX-License-Identifier: Apache-2.0
// The folders of failures on disk.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "conformance/kit/model/result.hpp"

namespace confd::kit {

/// A file for the folder of a failure.
struct Attachment {
    std::string name;  ///< "scenario.yaml": a file name, not a path
    std::string contents;
};

/// The folder of a case under `dir`: its ID, which is a path.
std::filesystem::path failure_folder(const std::filesystem::path& dir, const Case& test);

/// Writes failure_folder() with README.txt (what was expected, what happened, the command that runs
/// it again), transcript.txt, output.txt, and the attachments.
std::expected<std::filesystem::path, std::string> write_failure_folder(
    const std::filesystem::path& dir, const Result& result,
    const std::vector<Attachment>& attachments = {});

/// The exchange as text: a line for each message, then its bytes, term and fields.
std::string transcript(const Result& result);

}  // namespace confd::kit
