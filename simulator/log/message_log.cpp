#include "simulator/log/message_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace confd::sim {
namespace {

/// Returns 0 or the reason.
int write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto size = ::write(fd, bytes.data(), bytes.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return errno;
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return 0;
}

}  // namespace

struct MessageLog::File {
    File(std::string at, int opened, OnError callback)
        : path(std::move(at)), fd(opened), on_error(std::move(callback)) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        flush();
        close();
    }

    void flush() {
        if (fd < 0) return;
        const int failed = write_all(fd, buffer);
        buffer.clear();
        if (failed == 0) return;
        close();
        on_error(fmt::format("cannot write {} any more: {}", path,
                             std::generic_category().message(failed)));
    }
    void close() {
        if (fd >= 0) ::close(std::exchange(fd, -1));
    }

    std::string path;
    int fd;
    OnError on_error;
    std::string buffer;
};

MessageLog::MessageLog(std::unique_ptr<File> file) : file_(std::move(file)) {}
MessageLog::MessageLog(MessageLog&&) noexcept = default;
MessageLog& MessageLog::operator=(MessageLog&&) noexcept = default;
MessageLog::~MessageLog() = default;

std::expected<MessageLog, std::string> MessageLog::open(const std::string& path, OnError on_error) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return std::unexpected(
            fmt::format("cannot write {}: {}", path, std::generic_category().message(errno)));
    }
    return MessageLog(std::make_unique<File>(path, fd, std::move(on_error)));
}

void MessageLog::write(const LogRecord& record) {
    if (file_->fd < 0) return;
    file_->buffer += to_line(record);
    file_->buffer += '\n';
    if (file_->buffer.size() >= log_buffer_size) file_->flush();
}

void MessageLog::flush() {
    if (!file_->buffer.empty()) file_->flush();
}

}  // namespace confd::sim
