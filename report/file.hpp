// SPDX-License-Identifier: Apache-2.0
// A report on disk, or wherever its path leads.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

namespace confd::report {

/// Writes a report whole or not at all: readers of a regular file see the old one until all of the
/// new one is there. Folders that are missing are made. A pipe, a device and a link, symbolic or
/// hard, stay what they are and are written through; opening a named pipe waits for its reader, as
/// with any tool. Programs that write to pipes have to ignore SIGPIPE.
///
/// The error is a sentence: "out/junit.xml: No space left on device".
std::expected<void, std::string> write_report(const std::filesystem::path& path,
                                              std::string_view text);

}  // namespace confd::report
