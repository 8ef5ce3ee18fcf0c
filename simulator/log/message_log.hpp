// SPDX-License-Identifier: Apache-2.0
// The file of `--log`: JSON Lines, buffered. A regular file is written at once and has every line.
// A pipe, a terminal or another device has a reader, which may be slow or gone and is never waited
// for: what it does not read is dropped, and a record says how much.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "simulator/log/record.hpp"

namespace confd::sim {

/// Lines waiting to be written; more are written at once, without waiting for flush().
inline constexpr std::size_t log_buffer_size = std::size_t{256} << 10;

/// Bytes that wait for the reader of a log that is no regular file.
inline constexpr std::size_t max_unread_log = std::size_t{4} << 20;

class MessageLog {
  public:
    struct File;

    /// Gets a sentence when the file cannot be written. Comes once, and the run goes on: a full
    /// disk is no reason to fail the client under test. What is in a regular file then ends with
    /// a whole line and the log is silent; a pipe is tried again with the next line.
    using OnError = std::function<void(const std::string&)>;

    /// Creates the file, or empties it. Only its owner may read it: what is on the wire includes
    /// passwords. A FIFO need not have a reader yet. The error is a sentence.
    static std::expected<MessageLog, std::string> open(const std::string& path, OnError on_error);

    MessageLog(MessageLog&&) noexcept;
    MessageLog& operator=(MessageLog&&) noexcept;
    /// close()
    ~MessageLog();

    void write(const LogRecord& record);
    /// To be called whenever the caller has nothing else to do at the moment.
    void flush();
    /// flush(), and for a reader what waits for it, as long as it reads (output_farewell). Nothing
    /// is written afterwards.
    void close();

  private:
    explicit MessageLog(std::unique_ptr<File> file);
    std::unique_ptr<File> file_;  // null after close()
};

}  // namespace confd::sim
