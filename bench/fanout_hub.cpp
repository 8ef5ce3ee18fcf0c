// SPDX-License-Identifier: Apache-2.0
// What is measured: the hub and its connections as confd-sim runs them, without a scenario.
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <cstring>
#include <thread>

#include "bench/fanout.hpp"
#include "protocol/session/event_frame.hpp"
#include "simulator/server/socket_connections.hpp"
#include "transport/acceptor.hpp"

namespace confd::bench {
namespace {

class HubSender : public Sender {
  public:
    HubSender(const transport::Endpoint& endpoint, const std::vector<Notification>& events)
        : events_(events),
          batch_(to_frames(events)),
          hub_(sim::HubConfig{}),
          recorder_(hub_, [] { return Clock::now(); }),
          acceptor_(io_.get_executor()),
          connections_(hub_, recorder_, [] { return Clock::now(); }, [this] { advance(); }) {
        const auto where = acceptor_.listen(endpoint);
        if (!where) give_up(where.error());
        endpoint_ = *where;
        acceptor_.start([this](transport::Connection connection) {
            connections_.add(std::move(connection), {}, std::chrono::seconds(15));
        });
    }

    const transport::Endpoint& endpoint() const { return endpoint_; }
    std::size_t subscribers() const { return hub_.subscriber_count(); }
    void run_for(std::chrono::milliseconds span) { io_.run_one_for(span); }

    const Bytes& batch() const override { return batch_; }
    void send_batch() override {
        send();
        // Each batch is a turn of the server's loop.
        io_.poll();
    }
    void send_and_wait() override {
        const auto id = send();
        while (hub_.barriers().is_open(id))
            io_.run_one();
    }
    void idle() override { io_.poll(); }

  private:
    sim::SendId send() {
        const auto now = Clock::now();
        sim::SendId last = 0;
        for (const auto& event : events_) {
            const auto sent = hub_.send(now, event);
            if (sent.error) give_up(to_string(*sent.error));
            last = sent.id;
        }
        advance();
        return last;
    }
    void advance() {
        const auto now = Clock::now();
        hub_.poll(now);
        hub_.flush(now);
    }

    std::vector<Notification> events_;
    Bytes batch_;
    boost::asio::io_context io_{1};
    sim::Hub hub_;
    sim::Recorder recorder_;
    transport::Acceptor acceptor_;
    sim::SocketConnections connections_;
    transport::Endpoint endpoint_;
};

int connect_to(const transport::Endpoint& endpoint) {
    if (const auto* path = std::get_if<transport::UnixEndpoint>(&endpoint)) {
        const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        std::memcpy(at.sun_path, path->path.c_str(), path->path.size() + 1);
        expect(::connect(socket, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0, "connect");
        return socket;
    }
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(std::get<transport::TcpEndpoint>(endpoint).port);
    expect(::connect(socket, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0, "connect");
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

}  // namespace

Bytes to_frames(const std::vector<Notification>& events) {
    const WireContext wire{Release{}.dialect(), Product::confd};
    Bytes out;
    for (const auto& event : events)
        if (!append_event(out, event, wire)) give_up("encode");
    return out;
}

std::vector<int> connect_subscribers(const transport::Endpoint& endpoint, std::size_t count,
                                     std::uint32_t mask, std::chrono::milliseconds heartbeat) {
    std::vector<int> sockets;
    for (std::size_t i = 0; i < count; ++i) {
        sockets.push_back(connect_to(endpoint));
        subscribe(sockets.back(), mask, heartbeat);
    }
    return sockets;
}

Party make_hub_party(Family family, std::size_t subscribers,
                     const std::vector<Notification>& events) {
    const auto path = fmt::format("/tmp/confd-bench-{}.sock", ::getpid());
    const auto endpoint = family == Family::tcp
                              ? transport::Endpoint(transport::TcpEndpoint{"127.0.0.1", 0})
                              : transport::Endpoint(transport::UnixEndpoint{path});
    auto sender = std::make_unique<HubSender>(endpoint, events);
    Party party;
    std::uint32_t mask = 0;
    for (const auto& event : events)
        mask |= event.type;
    std::thread clients(
        [&] { party.sockets = connect_subscribers(sender->endpoint(), subscribers, mask, {}); });
    while (sender->subscribers() < subscribers)
        sender->run_for(std::chrono::milliseconds(10));
    // The last one still has its reply to read.
    clients.join();
    sender->idle();
    party.sender = std::move(sender);
    return party;
}

}  // namespace confd::bench
