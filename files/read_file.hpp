// SPDX-License-Identifier: Apache-2.0
// A file named by a person: whatever keeps it from being read is said, whenever it comes up.
//
// A folder opens like a file and fails when it is read, and so do broken disks and network shares:
// streams of the standard library make an empty file of all these.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace confd {

/// All of a file; of a pipe or device what comes until its end. `limit` bounds what it may hold, in
/// bytes. The error is a sentence: "scenarios: Is a directory".
std::expected<std::string, std::string> read_file(const std::filesystem::path& path,
                                                  std::size_t limit);

/// Takes the next bytes; false when no more are wanted.
using TakePiece = std::function<bool(std::string_view piece)>;

/// Hands a file over as it comes, for input that need not be in memory at once. The error is as
/// above; pieces that came before it have been handed over.
std::expected<void, std::string> read_pieces(const std::filesystem::path& path,
                                             const TakePiece& take);
/// The same of a descriptor, which stays open. `name` is what errors call it.
std::expected<void, std::string> read_pieces(int descriptor, std::string_view name,
                                             const TakePiece& take);

/// The text without the byte order mark that some editors put in front of UTF-8.
std::string_view without_byte_order_mark(std::string_view text);

}  // namespace confd
