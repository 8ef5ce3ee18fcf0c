// SPDX-License-Identifier: Apache-2.0
// A connection to a server over TCP or a UNIX socket.
#pragma once

#include <expected>
#include <span>
#include <string>

#include "conformance/kit/server/reach.hpp"

namespace confd::kit::server {

class Socket : public Connection {
  public:
    Socket() = default;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() override { close(); }

    /// `receive_buffer` in bytes; 0 for the system's own.
    std::expected<void, std::string> connect(const Target& target, Clock::time_point deadline,
                                             int receive_buffer);

    bool send(ByteView bytes, Clock::time_point deadline) override;
    Read receive(std::span<std::uint8_t> into, std::size_t& size,
                 Clock::time_point deadline) override;
    void half_close() override;
    void abort() override;
    void close() final;

  private:
    bool wait(short events, Clock::time_point deadline) const;

    int fd_ = -1;
};

}  // namespace confd::kit::server
