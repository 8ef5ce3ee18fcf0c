// The file of `--log`: JSON Lines, buffered.
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

class MessageLog {
  public:
    /// Gets a sentence when the file can no longer be written. Comes once; the log is silent from
    /// then on, and the run goes on: a full disk is no reason to fail whoever is being tested. What
    /// is in a file then ends with a whole line.
    using OnError = std::function<void(const std::string&)>;

    /// Creates the file, or empties it. Only its owner may read it: what is on the wire includes
    /// passwords. The error is a sentence.
    static std::expected<MessageLog, std::string> open(const std::string& path, OnError on_error);

    MessageLog(MessageLog&&) noexcept;
    MessageLog& operator=(MessageLog&&) noexcept;
    /// flush()
    ~MessageLog();

    void write(const LogRecord& record);
    /// To be called whenever the caller has nothing else to do at the moment.
    void flush();

  private:
    struct File;
    explicit MessageLog(std::unique_ptr<File> file);
    std::unique_ptr<File> file_;
};

}  // namespace confd::sim
