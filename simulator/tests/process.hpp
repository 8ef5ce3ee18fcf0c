// SPDX-License-Identifier: Apache-2.0
// confd-sim as a process, and a subscriber over a real socket. Everything has a deadline; nothing
// sleeps.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/session/client_session.hpp"
#include "testing/process.hpp"
#include "testing/temp_file.hpp"

namespace confd::sim::test {

using confd::test::Deadline;
using confd::test::patience;
using confd::test::Process;
using confd::test::TempFile;

class Simulator : public Process {
  public:
    explicit Simulator(std::vector<std::string> arguments)
        : Process(CONFD_SIM, std::move(arguments)) {}

    /// The port of the first endpoint on 127.0.0.1.
    std::uint16_t port() { return port_after("listening on 127.0.0.1:"); }
    std::uint16_t control_port() { return port_after("control on http://127.0.0.1:"); }

  private:
    std::uint16_t port_after(std::string_view prefix) {
        const auto number = line_after(prefix);
        EXPECT_FALSE(number.empty()) << text();
        return number.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(std::stoi(number));
    }
};

class Client {
  public:
    Client(std::uint16_t port, ClientConfig config) : session_(std::move(config)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connect(AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
    Client(const std::string& path, ClientConfig config) : session_(std::move(config)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        connect(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { disconnect(); }

    /// The next event, or nothing when the session has ended: see failure(), reset().
    std::optional<Notification> next() {
        const Deadline deadline;
        while (true) {
            switch (session_.poll()) {
                case ClientSession::Poll::notification:
                    return session_.notification();
                case ClientSession::Poll::subscribed:
                    break;
                case ClientSession::Poll::malformed:
                    ADD_FAILURE() << to_string(session_.error());
                    return std::nullopt;
                case ClientSession::Poll::failed:
                    disconnect();  // or the server would wait for it to
                    return std::nullopt;
                case ClientSession::Poll::need_input:
                    if (!read_some(deadline)) return std::nullopt;
                    break;
            }
        }
    }

    /// Waits for the answer to the subscription.
    bool subscribe() {
        const Deadline deadline;
        while (true) {
            switch (session_.poll()) {
                case ClientSession::Poll::subscribed:
                    return true;
                case ClientSession::Poll::need_input:
                    if (!read_some(deadline)) return false;
                    break;
                default:
                    return false;
            }
        }
    }

    /// All events until the server closes; gives what is owed when told to.
    std::vector<Notification> listen(bool acknowledge = true) {
        std::vector<Notification> events;
        while (auto event = next()) {
            const auto owed = ack_owed(*event, session_.config().subscription.mask);
            if (acknowledge && owed) send(*owed);
            events.push_back(std::move(*event));
        }
        return events;
    }

    void send(const Ack& ack) {
        session_.send(ack);
        flush();
    }
    void disconnect() {
        if (socket_ >= 0) ::close(std::exchange(socket_, -1));
    }
    const SessionFailure& failure() const { return session_.failure(); }
    /// Whether the connection ended with a reset.
    bool reset() const { return reset_; }

  private:
    void connect(int family, const sockaddr* address, socklen_t size) {
        socket_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(::connect(socket_, address, size), 0) << std::strerror(errno);
    }
    void flush() {
        const auto bytes = session_.take_output();
        if (bytes.empty() || socket_ < 0) return;
        // The server may have closed; what it has sent before can still be read.
        ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    bool read_some(const Deadline& deadline) {
        flush();
        if (!deadline.wait(socket_, POLLIN)) {
            ADD_FAILURE() << "the server sends nothing and does not close";
            return false;
        }
        const auto room = session_.prepare(65536);
        const auto size = ::read(socket_, room.data(), room.size());
        reset_ |= size < 0;
        if (size > 0) {
            session_.commit(static_cast<std::size_t>(size));
        } else {
            session_.feed_eof();
        }
        return true;
    }

    ClientSession session_;
    int socket_ = -1;
    bool reset_ = false;
};

}  // namespace confd::sim::test
