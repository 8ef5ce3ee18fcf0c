// SPDX-License-Identifier: Apache-2.0
// What the kernel has been told about connections on either side.
#include "transport/socket_options.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>

#include "transport/acceptor.hpp"

namespace confd::transport {
namespace {

using namespace std::chrono_literals;

int option(int descriptor, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(descriptor, level, name, &value, &size), 0);
    return value;
}

SocketOptions options_of(int descriptor) {
    EXPECT_NE(option(descriptor, IPPROTO_TCP, TCP_NODELAY), 0);
    SocketOptions out;
    out.keepalive_idle = std::chrono::seconds(option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE));
    if (option(descriptor, SOL_SOCKET, SO_KEEPALIVE) == 0) out.keepalive_idle = 0s;
    out.keepalive_interval = std::chrono::seconds(option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL));
    out.keepalive_count = option(descriptor, IPPROTO_TCP, TCP_KEEPCNT);
    out.user_timeout = std::chrono::milliseconds(option(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT));
    return out;
}

struct Silent : ConnectionOwner {
    explicit Silent(Connection c) : connection(std::move(c)) {}
    void connected() override { is_connected = true; }
    std::span<std::uint8_t> room(std::size_t) override { return buffer; }
    void received(std::size_t) override {}
    void ended() override {}
    void closed(const Closed& why) override { ADD_FAILURE() << why.text; }

    Connection connection;
    std::array<std::uint8_t, 16> buffer{};
    bool is_connected = false;
};

/// What either end of a connection has when both are given these.
std::pair<SocketOptions, SocketOptions> connected_with(const SocketOptions& options) {
    boost::asio::io_context io;
    Acceptor acceptor(io.get_executor(), options);
    std::optional<Connection> accepted;
    const auto at = acceptor.listen(TcpEndpoint{"127.0.0.1", 0}).value();
    acceptor.start([&](Connection connection) { accepted = std::move(connection); });
    Silent client(Connection(io.get_executor(), options));
    client.connection.connect(at, client);
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!accepted || !client.is_connected) {
        if (io.run_one_until(deadline) == 0) throw std::runtime_error("no connection");
    }
    return {options_of(accepted->native_handle()), options_of(client.connection.native_handle())};
}

TEST(SocketOptions, AreSetOnBothSides) {
    const SocketOptions options{.keepalive_idle = 17s,
                                .keepalive_interval = 5s,
                                .keepalive_count = 4,
                                .user_timeout = 12345ms};
    const auto [server, client] = connected_with(options);
    EXPECT_EQ(server, options);
    EXPECT_EQ(client, options);
}

TEST(SocketOptions, FindAHalfOpenPeerWithinAMinuteByDefault) {
    const auto [server, client] = connected_with({});
    EXPECT_EQ(server, SocketOptions{});
    EXPECT_EQ(client, SocketOptions{});
    EXPECT_EQ(server.keepalive_idle + server.keepalive_count * server.keepalive_interval, 60s);
    EXPECT_EQ(server.user_timeout, 60s);
}

TEST(SocketOptions, CanBeTurnedOff) {
    const auto [server, client] = connected_with({.keepalive_idle = 0s, .user_timeout = 0ms});
    EXPECT_EQ(server.keepalive_idle, 0s);
    EXPECT_EQ(client.user_timeout, 0ms);
}

}  // namespace
}  // namespace confd::transport
