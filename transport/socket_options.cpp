// SPDX-License-Identifier: Apache-2.0
#include "transport/socket_options.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace confd::transport {
namespace {

void set(int descriptor, int level, int name, int value) {
    static_cast<void>(::setsockopt(descriptor, level, name, &value, sizeof value));
}

}  // namespace

void apply(const SocketOptions& options, int descriptor) {
    set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    const auto idle = static_cast<int>(options.keepalive_idle.count());
    set(descriptor, SOL_SOCKET, SO_KEEPALIVE, idle > 0 ? 1 : 0);
    if (idle > 0) {
        set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, idle);
        set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL,
            static_cast<int>(options.keepalive_interval.count()));
        set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, options.keepalive_count);
    }
    set(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(options.user_timeout.count()));
}

}  // namespace confd::transport
