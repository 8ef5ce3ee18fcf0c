// SPDX-License-Identifier: Apache-2.0
// The baseline: send() of bytes that are there already, to one socket after the other.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "bench/fanout.hpp"

namespace confd::bench {
namespace {

class RawSender : public Sender {
  public:
    RawSender(std::vector<int> sockets, Bytes batch, std::size_t ack_size)
        : sockets_(std::move(sockets)),
          batch_(std::move(batch)),
          ack_size_(ack_size),
          poller_(::epoll_create1(0)) {
        expect(poller_ >= 0, "epoll_create1");
        for (const auto socket : sockets_) {
            epoll_event event{.events = EPOLLIN, .data = {.fd = socket}};
            expect(::epoll_ctl(poller_, EPOLL_CTL_ADD, socket, &event) == 0, "epoll_ctl");
        }
    }
    ~RawSender() override {
        for (const auto socket : sockets_)
            ::close(socket);
        ::close(poller_);
    }

    const Bytes& batch() const override { return batch_; }

    void send_batch() override {
        for (const auto socket : sockets_)
            send_all(socket);
    }

    void send_and_wait() override {
        send_batch();
        std::array<epoll_event, 512> ready{};
        std::array<std::uint8_t, 65536> room{};
        for (std::size_t missing = sockets_.size() * ack_size_; missing > 0;) {
            const auto count = ::epoll_wait(poller_, ready.data(), ready.size(), -1);
            for (int i = 0; i < count; ++i) {
                const auto socket = ready[static_cast<std::size_t>(i)].data.fd;
                const auto size = ::recv(socket, room.data(), room.size(), MSG_DONTWAIT);
                expect(size > 0, "recv");
                missing -= static_cast<std::size_t>(size);
            }
        }
    }

  private:
    void send_all(int socket) const {
        for (std::size_t sent = 0; sent < batch_.size();) {
            const auto size = ::send(socket, batch_.data() + sent, batch_.size() - sent,
                                     MSG_NOSIGNAL | MSG_DONTWAIT);
            if (size >= 0) {
                sent += static_cast<std::size_t>(size);
                continue;
            }
            expect(errno == EAGAIN, "send");
            pollfd writable{socket, POLLOUT, 0};
            ::poll(&writable, 1, -1);
        }
    }

    std::vector<int> sockets_;
    Bytes batch_;
    std::size_t ack_size_;
    int poller_;
};

std::pair<int, int> tcp_pair(int listener, const sockaddr_in& at) {
    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    expect(::connect(client, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0, "connect");
    const int server = ::accept(listener, nullptr, nullptr);
    expect(server >= 0, "accept");
    const int on = 1;
    ::setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return {server, client};
}

}  // namespace

Party make_raw_party(Family family, std::size_t subscribers,
                     const std::vector<Notification>& events, std::size_t ack_size) {
    Party party;
    std::vector<int> servers;
    int listener = -1;
    sockaddr_in at{};
    if (family == Family::tcp) {
        listener = ::socket(AF_INET, SOCK_STREAM, 0);
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        expect(::bind(listener, reinterpret_cast<sockaddr*>(&at), size) == 0, "bind");
        expect(::listen(listener, SOMAXCONN) == 0, "listen");
        expect(::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size) == 0, "name");
    }
    for (std::size_t i = 0; i < subscribers; ++i) {
        std::array<int, 2> pair{};
        if (family == Family::tcp) {
            std::tie(pair[0], pair[1]) = tcp_pair(listener, at);
        } else {
            expect(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0, "socketpair");
        }
        servers.push_back(pair[0]);
        party.sockets.push_back(pair[1]);
    }
    if (listener >= 0) ::close(listener);
    party.sender = std::make_unique<RawSender>(std::move(servers), to_frames(events), ack_size);
    return party;
}

}  // namespace confd::bench
