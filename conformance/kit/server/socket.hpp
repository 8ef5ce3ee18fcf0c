// A blocking socket whose every call has a deadline.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <span>
#include <string>

#include "conformance/kit/server/target.hpp"
#include "protocol/bytes.hpp"

namespace confd::kit::server {

using Clock = std::chrono::steady_clock;

class Socket {
  public:
    Socket() = default;
    Socket(Socket&& other) noexcept;
    Socket& operator=(Socket&& other) noexcept;
    ~Socket() { close(); }

    /// `receive_buffer` in bytes, for a client that takes little; 0 for the system's own.
    std::expected<void, std::string> connect(const Target& target, Clock::time_point deadline,
                                             int receive_buffer = 0);

    /// False when the peer has closed or takes nothing until the deadline.
    bool send(ByteView bytes, Clock::time_point deadline);

    enum class Read : std::uint8_t { bytes, closed, timeout };
    /// `size` is set for Read::bytes. A reset is a close.
    Read receive(std::span<std::uint8_t> into, std::size_t& size, Clock::time_point deadline);

    /// No more will be sent; what comes can still be read.
    void half_close();
    /// Closes so that the peer gets a reset.
    void abort();
    void close();
    bool open() const { return fd_ >= 0; }

  private:
    bool wait(short events, Clock::time_point deadline) const;

    int fd_ = -1;
};

}  // namespace confd::kit::server
