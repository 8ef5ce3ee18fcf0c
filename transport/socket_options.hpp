// SPDX-License-Identifier: Apache-2.0
// How a connection finds out that its peer is gone without a word: a machine that lost power, a
// firewall that forgot the connection.
#pragma once

#include <chrono>

namespace confd::transport {

/// In the kernel's time, whatever clock the program goes by; of TCP only. The two work together: an
/// idle connection is probed, one with something to send is given up when nothing of it is
/// acknowledged, or taken, for `user_timeout`. That is well above the 15 s after which a server
/// closes a client that does not read, so that this is not what decides on slow readers.
struct SocketOptions {
    std::chrono::seconds keepalive_idle{30};      ///< TCP_KEEPIDLE; 0 turns probing off
    std::chrono::seconds keepalive_interval{10};  ///< TCP_KEEPINTVL, between unanswered probes
    int keepalive_count = 3;                      ///< TCP_KEEPCNT, unanswered probes
    std::chrono::milliseconds user_timeout = std::chrono::seconds(60);  ///< 0: the kernel's own

    bool operator==(const SocketOptions&) const = default;
};

/// What the kernel takes; more is a slip.
inline constexpr std::chrono::seconds max_keepalive{32767};
inline constexpr int max_keepalive_count = 127;

/// Sets them, and TCP_NODELAY: events and acknowledgements are small, and a session waits for each.
/// Does nothing to a socket that is not TCP. A kernel that takes one of them not is no reason to
/// fail.
void apply(const SocketOptions& options, int descriptor);

}  // namespace confd::transport
