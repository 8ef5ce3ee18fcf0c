// SPDX-License-Identifier: Apache-2.0
// Prints the audit log, and lets each user session go on once its entry is printed.
#include <cstdio>

#include "client/events.hpp"

int main() {
    using namespace confd::events;
    try {
        EventSocket sock(ConnectOptions::from_environment());
        notifications_connect(sock, NOTIF_AUDIT | NOTIF_AUDIT_SYNC, std::chrono::seconds(5));
        while (true) {
            const auto event = read_notification(sock);
            if (const auto* audit = event.get<confd::AuditNotification>()) {
                std::printf("%s: %s\n", audit->user.c_str(), audit->msg.c_str());
                sync_audit_notification(sock, audit->usid);
            }
        }
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return error.orderly() ? 0 : 1;
    }
}
