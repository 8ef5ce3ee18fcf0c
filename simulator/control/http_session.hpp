// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 on the server's side, without I/O: bytes in, requests out.
//
//     session.commit(size);
//     while (true) switch (session.poll()) {
//         case need_input:  return;
//         case expectation: send("HTTP/1.1 100 Continue\r\n\r\n"); break;
//         case request:     send(to_bytes(handle(session.request()), session.request())); break;
//         case failed:      send(session.failure()); return close();
//     }
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "simulator/control/message.hpp"

namespace confd::sim::control {

class HttpSession {
  public:
    HttpSession();
    ~HttpSession();

    /// Room for the next read; commit() says how much of it was filled.
    std::span<std::uint8_t> prepare(std::size_t size);
    void commit(std::size_t size);

    enum class Poll : std::uint8_t {
        need_input,
        expectation,  ///< the client waits for 100 before it sends the body
        request,
        failed,  ///< what came is no request, or too large; nothing more is read
    };
    Poll poll();

    const Request& request() const;
    Response failure() const;
    /// Whether a request has begun and is not complete.
    bool in_request() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace confd::sim::control
