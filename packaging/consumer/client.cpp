// SPDX-License-Identifier: Apache-2.0
// A program of somebody who has the client library: nothing answers it, and it says so.
#include <cstdio>

#include "client/events.hpp"

int main() {
    using namespace confd::events;
    try {
        EventSocket sock(
            ConnectOptions{.endpoint = confd::transport::UnixEndpoint{"/nonexistent"}});
        notifications_connect(sock, NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    } catch (const Error& error) {
        std::printf("%s\n", error.what());
        return error.kind() == Error::Kind::connect ? 0 : 1;
    }
    return 1;
}
