// SPDX-License-Identifier: Apache-2.0
// Listens on any number of TCP addresses and UNIX paths, and hands out connections.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "transport/connection.hpp"
#include "transport/endpoint.hpp"
#include "transport/socket_options.hpp"

namespace confd::transport {

/// Not thread-safe: use it from the one thread, or strand, of its executor.
class Acceptor {
  public:
    /// Every connection gets the options.
    explicit Acceptor(const boost::asio::any_io_executor& executor,
                      const SocketOptions& options = {});
    Acceptor(const Acceptor&) = delete;
    Acceptor& operator=(const Acceptor&) = delete;
    /// stop()
    ~Acceptor();

    /// Binds and listens; peers can connect from now on and wait until start(). A host name takes
    /// the first of its addresses that can be bound, IPv4 before IPv6. A UNIX socket file on which
    /// no process listens any more is replaced. Returns where it listens, with the real port and
    /// numeric address, or a sentence.
    std::expected<Endpoint, std::string> listen(const Endpoint& endpoint);

    /// Hands each new connection to `accepted`, which calls Connection::start() sooner or later.
    ///
    /// Where the descriptors are exhausted, a new connection is closed at once, by means of one
    /// that is kept back, and accepting pauses for 10 ms, for 20 ms .. up to 1 s. `note`, if any,
    /// is told when that begins and when it is over.
    void start(std::function<void(Connection)> accepted,
               std::function<void(const std::string&)> note = {});

    /// Listens no more and removes the UNIX socket files it made. Connections live on.
    void stop();

    const std::vector<Endpoint>& endpoints() const;

    struct Impl;

  private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace confd::transport
