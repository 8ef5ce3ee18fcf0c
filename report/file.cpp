// SPDX-License-Identifier: Apache-2.0
#include "report/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

namespace confd::report {
namespace {

namespace fs = std::filesystem;
using Done = std::expected<void, std::string>;

Done failure(const fs::path& path, int code) {
    return std::unexpected(
        fmt::format("{}: {}", path.string(), std::generic_category().message(code)));
}

// Below, an int is 0 or the error of the system.

int write_all(int fd, std::string_view rest) {
    while (!rest.empty()) {
        const auto written = ::write(fd, rest.data(), rest.size());
        if (written < 0 && errno != EINTR) return errno;
        if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

int fill(const fs::path& path, std::string_view text, int flags, mode_t mode) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | flags, mode);
    if (fd < 0) return errno;
    const int failed = write_all(fd, text);
    // Some file systems tell only now that the disk is full.
    const int closed = ::close(fd) == 0 ? 0 : errno;
    return failed != 0 ? failed : closed;
}

/// With the permissions of the file that it takes the place of, if there is one.
int replace(const fs::path& path, std::string_view text, const std::optional<mode_t>& mode) {
    // Beside it, so that it can be moved there; with our number, so that two runs do not meet.
    auto temporary = path;
    temporary += fmt::format(".{}.part", ::getpid());
    int code = fill(temporary, text, O_NOFOLLOW, 0666);
    if (code == 0 && mode && ::chmod(temporary.c_str(), *mode) != 0) code = errno;
    if (code == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) code = errno;
    if (code != 0) ::unlink(temporary.c_str());
    return code;
}

/// Whether only the place of a file cannot be changed: its folder is read only, or the file is
/// mounted, as into a container.
bool is_fixed(int code) {
    return code == EACCES || code == EPERM || code == EROFS || code == EBUSY;
}

int write_to(const fs::path& path, std::string_view text) {
    struct stat old{};
    if (::lstat(path.c_str(), &old) != 0)
        return errno == ENOENT ? replace(path, text, std::nullopt) : errno;
    if (S_ISREG(old.st_mode) && old.st_nlink == 1) {
        const int code = replace(path, text, old.st_mode & 07777U);
        if (!is_fixed(code)) return code;
    }
    return fill(path, text, 0, 0666);
}

}  // namespace

Done write_report(const fs::path& path, std::string_view text) {
    std::error_code failed;
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), failed);
    if (failed) return failure(path.parent_path(), failed.value());
    if (const int code = write_to(path, text); code != 0) return failure(path, code);
    return {};
}

}  // namespace confd::report
