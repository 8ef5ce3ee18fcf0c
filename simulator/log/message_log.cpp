// SPDX-License-Identifier: Apache-2.0
#include "simulator/log/message_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "program/line_writer.hpp"

namespace confd::sim {
namespace {

/// What of `bytes` has been written, and 0 or the reason why it is not all.
struct Written {
    std::size_t size = 0;
    int error = 0;
};

Written write_all(int fd, std::string_view bytes) {
    Written done;
    while (done.size < bytes.size()) {
        const auto size = ::write(fd, bytes.data() + done.size, bytes.size() - done.size);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return {done.size, errno};
        done.size += static_cast<std::size_t>(size);
    }
    return done;
}

/// Removes the beginning of a line whose end found no room. What cannot be cut, such as a pipe,
/// stays as it is.
void cut_last_line(int fd, std::string_view written) {
    const auto complete = written.rfind('\n') + 1;  // 0 when there is none
    const auto end = ::lseek(fd, 0, SEEK_CUR);
    if (end < 0) return;
    if (::ftruncate(fd, end - static_cast<off_t>(written.size() - complete)) != 0) return;
}

std::string reason(int code) {
    return std::generic_category().message(code);
}

/// What the line says that stands for dropped ones: when and how many.
std::string dropped_record(const LogRecord& last, std::size_t lines) {
    const auto text = program::dropped_text(lines);
    return to_line({.at = last.at, .wall = last.wall, .text = text}) + '\n';
}

}  // namespace

struct MessageLog::File {
    File(std::string at, OnError callback) : path(std::move(at)), on_error(std::move(callback)) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    virtual ~File() = default;

    virtual void write(const LogRecord& record) = 0;
    virtual void flush() = 0;
    virtual void close() = 0;

    const std::string path;
    const OnError on_error;
};

namespace {

/// A regular file.
class DiskFile : public MessageLog::File {
  public:
    DiskFile(std::string at, MessageLog::OnError callback, int opened)
        : File(std::move(at), std::move(callback)), fd_(opened) {}
    ~DiskFile() override { close_file(); }

    void write(const LogRecord& record) override {
        if (fd_ < 0) return;
        buffer_ += to_line(record);
        buffer_ += '\n';
        if (buffer_.size() >= log_buffer_size) flush();
    }
    void flush() override {
        if (fd_ < 0 || buffer_.empty()) return;
        const auto done = write_all(fd_, buffer_);
        if (done.error != 0) cut_last_line(fd_, std::string_view(buffer_).substr(0, done.size));
        buffer_.clear();
        if (done.error != 0) fail(done.error);
    }
    void close() override {
        flush();
        const int error = close_file();
        if (error != 0) fail(error);
    }

  private:
    int close_file() { return fd_ >= 0 && ::close(std::exchange(fd_, -1)) != 0 ? errno : 0; }
    void fail(int error) {
        close_file();
        on_error(fmt::format("cannot write {} any more: {}", path, reason(error)));
    }

    int fd_;
    std::string buffer_;
};

/// Anything with a reader.
class ReadFile : public MessageLog::File {
  public:
    /// With -1 for a FIFO that has no reader yet.
    ReadFile(std::string at, MessageLog::OnError callback, int opened)
        : File(std::move(at), std::move(callback)), writer_(path, opened, max_unread_log) {}

    void write(const LogRecord& record) override {
        writer_.write(to_line(record) + '\n',
                      [&](std::size_t lines) { return dropped_record(record, lines); });
    }
    void flush() override { report(); }
    void close() override {
        writer_.finish();
        report();
    }

  private:
    void report() {
        const int error = writer_.error();
        if (error == 0 || std::exchange(reported_, true)) return;
        on_error(fmt::format("cannot write {}: {}", path, reason(error)));
    }

    program::LineWriter writer_;
    bool reported_ = false;
};

/// Makes or empties it; the descriptor, or -1 for a FIFO that has no reader yet.
std::expected<int, int> open_file(const std::string& path) {
    // With O_NONBLOCK a FIFO without a reader is an error, ENXIO, rather than a wait.
    const int fd = ::open(path.c_str(),
                          O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    if (fd >= 0) {
        ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
        return fd;
    }
    const int error = errno;
    struct stat file{};
    const bool fifo = error == ENXIO && ::stat(path.c_str(), &file) == 0 && S_ISFIFO(file.st_mode);
    return fifo ? std::expected<int, int>(-1) : std::unexpected(error);
}

bool is_regular(int fd) {
    struct stat file{};
    return fd >= 0 && ::fstat(fd, &file) == 0 && S_ISREG(file.st_mode);
}

}  // namespace

MessageLog::MessageLog(std::unique_ptr<File> file) : file_(std::move(file)) {}
MessageLog::MessageLog(MessageLog&&) noexcept = default;
MessageLog& MessageLog::operator=(MessageLog&&) noexcept = default;
MessageLog::~MessageLog() {
    close();
}

std::expected<MessageLog, std::string> MessageLog::open(const std::string& path, OnError on_error) {
    const auto opened = open_file(path);
    if (!opened) {
        return std::unexpected(fmt::format("cannot write {}: {}", path, reason(opened.error())));
    }
    if (is_regular(*opened)) {
        return MessageLog(std::make_unique<DiskFile>(path, std::move(on_error), *opened));
    }
    return MessageLog(std::make_unique<ReadFile>(path, std::move(on_error), *opened));
}

void MessageLog::write(const LogRecord& record) {
    if (file_) file_->write(record);
}

void MessageLog::flush() {
    if (file_) file_->flush();
}

void MessageLog::close() {
    // What is reported meanwhile may come back as a record.
    if (const auto file = std::exchange(file_, nullptr)) file->close();
}

}  // namespace confd::sim
