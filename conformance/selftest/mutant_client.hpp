// SPDX-License-Identifier: Apache-2.0
// A client that is right in everything, or wrong in exactly one thing: its mutation says in which.
// It is made of our own session; what it is asked for comes from its host, as the kit gives it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocol/bytes.hpp"
#include "protocol/session/client_session.hpp"

namespace confd::kit::test {

/// What a client runs on: a process with sockets, or a test's loopback. The calls are a program's:
/// they return when they are done.
class Host {
  public:
    using Socket = std::int64_t;
    static constexpr Socket no_socket = -1;

    virtual ~Host() = default;
    /// The value of CONFD_CONFORMANCE_.., empty when it is not set.
    virtual std::string asked(std::string_view name) const = 0;
    virtual Socket connect() = 0;
    virtual bool send(Socket socket, ByteView bytes) = 0;
    /// 0 at the end.
    virtual std::size_t receive(Socket socket, std::span<std::uint8_t> into) = 0;
    virtual void close(Socket socket) = 0;
    virtual void print(const std::string& line) = 0;
    virtual void sleep(std::chrono::milliseconds span) = 0;
    [[noreturn]] virtual void crash() = 0;
    /// Ends by itself, with exit code 1.
    [[noreturn]] virtual void end() = 0;
    /// Does not end by a SIGTERM either.
    [[noreturn]] virtual void hang() = 0;
};

/// What the kit asks for.
ClientConfig config_of(const Host& host);

void run_mutant_client(const std::string& mutation, Host& host);

}  // namespace confd::kit::test
