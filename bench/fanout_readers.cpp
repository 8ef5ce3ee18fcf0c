// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "bench/fanout.hpp"
#include "protocol/session/client_session.hpp"

namespace confd::bench {

void give_up(std::string_view what) {
    std::cerr << what << '\n';
    std::exit(EXIT_FAILURE);
}

void expect(bool ok, std::string_view what) {
    if (!ok) give_up(fmt::format("{}: {}", what, std::strerror(errno)));
}

std::string_view to_string(Family family) {
    return family == Family::tcp ? "TCP" : "UNIX";
}

Party::~Party() {
    for (const auto socket : sockets)
        ::close(socket);
}

void subscribe(int socket, std::uint32_t mask, std::chrono::milliseconds heartbeat) {
    ClientConfig config;
    config.subscription.mask = mask;
    config.subscription.heartbeat_interval = heartbeat.count();
    ClientSession session(config);
    std::array<std::uint8_t, 4096> room{};
    while (true) {
        const auto out = session.take_output();
        expect(::send(socket, out.data(), out.size(), MSG_NOSIGNAL) == std::ssize(out), "send");
        const auto what = session.poll();
        if (what == ClientSession::Poll::subscribed) return;
        if (what != ClientSession::Poll::need_input) give_up("a subscription was refused");
        if (session.has_output()) continue;
        const auto size = ::recv(socket, room.data(), room.size(), 0);
        expect(size > 0, "recv");
        session.feed(ByteView(room).first(static_cast<std::size_t>(size)));
    }
}

Readers::Readers(const Party& party, Plan plan)
    : party_(party),
      plan_(std::move(plan)),
      offsets_(party.sockets.size()),
      started_(plan_.batches) {
    latencies_.reserve(plan_.batches * party.sockets.size());
}

void Readers::run() {
    const int poller = ::epoll_create1(0);
    expect(poller >= 0, "epoll_create1");
    for (std::size_t i = 0; i < party_.sockets.size(); ++i) {
        epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
        expect(::epoll_ctl(poller, EPOLL_CTL_ADD, party_.sockets[i], &event) == 0, "epoll_ctl");
    }
    Bytes room(std::size_t{256} << 10);
    std::array<epoll_event, 512> ready{};
    const auto all = plan_.batches * party_.sockets.size();
    while (arrived() < all) {
        const auto count = ::epoll_wait(poller, ready.data(), ready.size(), -1);
        expect(count >= 0 || errno == EINTR, "epoll_wait");
        for (int i = 0; i < count; ++i) {
            const auto who = ready[static_cast<std::size_t>(i)].data.u64;
            const auto size = ::recv(party_.sockets[who], room.data(), room.size(), MSG_DONTWAIT);
            expect(size > 0, "recv");
            on_bytes(who, ByteView(room).first(static_cast<std::size_t>(size)));
        }
    }
    ::close(poller);
}

void Readers::on_bytes(std::size_t who, ByteView bytes) {
    const ByteView batch = party_.sender->batch();
    auto& offset = offsets_[who];
    const auto before = offset / batch.size();
    if (plan_.verify) {
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            if (bytes[i] != batch[(offset + i) % batch.size()]) {
                give_up(fmt::format("subscriber {} got a wrong byte at {}", who, offset + i));
            }
        }
    }
    offset += bytes.size();
    const auto after = offset / batch.size();
    const auto now = Clock::now().time_since_epoch().count();
    for (auto i = before; i < after; ++i) {
        if (i >= plan_.batches) give_up("more has come than was sent");
        latencies_.push_back(now - started_[i].load(std::memory_order_relaxed));
        if (plan_.answer.empty()) continue;
        const auto sent =
            ::send(party_.sockets[who], plan_.answer.data(), plan_.answer.size(), MSG_NOSIGNAL);
        expect(sent == std::ssize(plan_.answer), "send");
    }
    arrived_.fetch_add(after - before, std::memory_order_release);
}

}  // namespace confd::bench
