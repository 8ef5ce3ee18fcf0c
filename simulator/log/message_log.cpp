#include "simulator/log/message_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

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
        const auto done = write_all(fd, buffer);
        if (done.error != 0) cut_last_line(fd, std::string_view(buffer).substr(0, done.size));
        buffer.clear();
        if (done.error == 0) return;
        close();
        on_error(fmt::format("cannot write {} any more: {}", path,
                             std::generic_category().message(done.error)));
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
