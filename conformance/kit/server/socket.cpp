// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/server/socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "conformance/kit/run/interruption.hpp"

namespace confd::kit::server {
namespace {

std::unexpected<std::string> failed(std::string_view what) {
    return std::unexpected(fmt::format("{}: {}", what, std::strerror(errno)));
}

struct Address {
    int family = AF_UNIX;
    sockaddr_storage storage{};
    socklen_t size = 0;
};

std::expected<Address, std::string> unix_address(const std::string& path) {
    Address out;
    auto& address = reinterpret_cast<sockaddr_un&>(out.storage);
    if (path.size() >= sizeof address.sun_path) return std::unexpected("the path is too long");
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    out.size = sizeof address;
    return out;
}

std::expected<Address, std::string> resolve(const Target& target) {
    if (!target.path.empty()) return unix_address(target.path);
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error =
        ::getaddrinfo(target.host.c_str(), std::to_string(target.port).c_str(), &hints, &found);
    if (error != 0) return std::unexpected(fmt::format("{}: {}", target.host, gai_strerror(error)));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    Address out{.family = found->ai_family};
    std::memcpy(&out.storage, found->ai_addr, found->ai_addrlen);
    out.size = found->ai_addrlen;
    return out;
}

}  // namespace

std::expected<void, std::string> Socket::connect(const Target& target, Clock::time_point deadline,
                                                 int receive_buffer) {
    close();
    const auto address = resolve(target);
    if (!address) return std::unexpected(address.error());
    fd_ = ::socket(address->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd_ < 0) return failed("socket");
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (receive_buffer > 0) {
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address->storage), address->size) == 0) {
        return {};
    }
    if (errno != EINPROGRESS) return failed("connect");
    if (!wait(POLLOUT, deadline)) return std::unexpected("connect: nobody answers");
    socklen_t size = sizeof errno;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &errno, &size);
    if (errno != 0) return failed("connect");
    return {};
}

bool Socket::wait(short events, Clock::time_point deadline) const {
    return wait_for_descriptor(fd_, events, deadline);
}

bool Socket::send(ByteView bytes, Clock::time_point deadline) {
    while (!bytes.empty()) {
        const auto size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (size > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(size));
        } else if (errno != EAGAIN || !wait(POLLOUT, deadline)) {
            return false;
        }
    }
    return true;
}

Socket::Read Socket::receive(std::span<std::uint8_t> into, std::size_t& size,
                             Clock::time_point deadline) {
    if (fd_ < 0) return Read::closed;
    if (!wait(POLLIN, deadline)) return Read::timeout;
    const auto got = ::recv(fd_, into.data(), into.size(), 0);
    if (got < 0 && errno == EAGAIN) return Read::timeout;
    if (got <= 0) return Read::closed;
    size = static_cast<std::size_t>(got);
    return Read::bytes;
}

void Socket::half_close() {
    ::shutdown(fd_, SHUT_WR);
}

void Socket::abort() {
    const linger reset{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close();
}

void Socket::close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace confd::kit::server
