// SPDX-License-Identifier: Apache-2.0
#include "files/read_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

namespace confd {
namespace {

constexpr std::size_t piece_size = std::size_t{64} * 1024;

std::unexpected<std::string> failure(std::string_view name, int code) {
    return std::unexpected(fmt::format("{}: {}", name, std::generic_category().message(code)));
}

}  // namespace

std::expected<std::string, std::string> read_file(const std::filesystem::path& path,
                                                  std::size_t limit) {
    std::string text;
    const auto done = read_pieces(path, [&](std::string_view piece) {
        text += piece;
        return text.size() <= limit;
    });
    if (!done) return std::unexpected(done.error());
    if (text.size() > limit) {
        return std::unexpected(
            fmt::format("{}: more than {} bytes, which is the limit", path.string(), limit));
    }
    return text;
}

std::expected<void, std::string> read_pieces(const std::filesystem::path& path,
                                             const TakePiece& take) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return failure(path.string(), errno);
    auto done = read_pieces(fd, path.string(), take);
    ::close(fd);
    return done;
}

std::expected<void, std::string> read_pieces(int descriptor, std::string_view name,
                                             const TakePiece& take) {
    std::vector<char> piece(piece_size);
    while (true) {
        const auto size = ::read(descriptor, piece.data(), piece.size());
        if (size == 0) return {};
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return failure(name, errno);
        if (!take({piece.data(), static_cast<std::size_t>(size)})) return {};
    }
}

std::string_view without_byte_order_mark(std::string_view text) {
    constexpr std::string_view mark = "\xef\xbb\xbf";
    return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

}  // namespace confd
