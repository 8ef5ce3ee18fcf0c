// SPDX-License-Identifier: Apache-2.0
// How long to wait before connecting again. Clients that all lost the same server must not all come
// back at the same moment: each waits a random time, from nothing up to a bound that doubles ("full
// jitter").
//
//     Backoff backoff;
//     while (true) {
//         try {
//             notifications_connect(sock, mask, std::chrono::seconds(10));
//             backoff.succeeded();
//             follow(sock);
//         } catch (const Error& error) {
//             if (!Backoff::worthwhile(error)) throw;
//         }
//         std::this_thread::sleep_for(backoff.next());
//     }
#pragma once

#include <chrono>
#include <functional>

#include "client/error.hpp"

namespace confd::events {

struct BackoffOptions {
    std::chrono::milliseconds first{100};       ///< bound of the first wait
    std::chrono::milliseconds longest{30'000};  ///< bound of every wait
};

class Backoff {
  public:
    /// From 0 to below 1.
    using Random = std::function<double()>;

    explicit Backoff(BackoffOptions options = {}, Random random = system_random());

    /// How long to wait now: uniform from 0 to min(longest, first * 2^n), where n attempts have
    /// failed since the last success.
    std::chrono::milliseconds next();
    /// Subscribed: the next wait is a first one again.
    void succeeded() { bound_ = options_.first; }

    /// Whether connecting again can help: not when the call was wrong, the server refused, or it
    /// sends what is not this protocol.
    static bool worthwhile(const Error& error);

    /// Seeded by the system.
    static Random system_random();

  private:
    BackoffOptions options_;
    Random random_;
    std::chrono::milliseconds bound_;
};

}  // namespace confd::events
