// SPDX-License-Identifier: Apache-2.0
// Subscribing to event notifications: the blocking form, with the names of confd_lib_events(3).
//
//     EventSocket sock(ConnectOptions::from_environment());
//     notifications_connect(sock, NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
//     while (true) {
//         const auto event = read_notification(sock);
//         if (const auto* audit = event.get<AuditNotification>()) {
//             store(*audit);
//             sync_audit_notification(sock, audit->usid);
//         }
//     }
//
// Everything throws events::Error (client/error.hpp). client/async.hpp has the asynchronous form.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "client/constants.hpp"
#include "client/deadline.hpp"
#include "client/error.hpp"
#include "client/options.hpp"
#include "protocol/maapi/keypath.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/session/ack.hpp"

namespace confd::events {

/// One subscription. Move-only; closes when destroyed. Not thread-safe.
class EventSocket {
  public:
    explicit EventSocket(ConnectOptions options = {});
    EventSocket(EventSocket&&) noexcept;
    EventSocket& operator=(EventSocket&&) noexcept;
    ~EventSocket();

    /// Subscribed and not closed. After an error that is not recoverable() it is false, and
    /// notifications_connect() may be called again.
    bool is_open() const;

    /// The descriptor, for poll(2): readable means that read_notification() may have something.
    /// One read takes in many events, so look at pending() before polling: poll() does not see
    /// what has already been read. -1 when not connected. Do not read from it or close it.
    int native_handle() const;
    /// Whether read_notification() would return or throw at once, from what has been read already.
    bool pending();

    /// Closes so that every acknowledgement reaches the server: stops sending, drops what still
    /// arrives, and waits this long for the server to close too. Destroying closes at once.
    void close(std::chrono::milliseconds patience = std::chrono::seconds(1));

    const ConnectOptions& options() const;
    /// Of the current or last connection; 0 before the first.
    std::uint32_t mask() const;
    /// The server's hello: its protocol version and release. Default before the first connection.
    HelloReply server() const;
    /// What tags are called, as far as stream events have told: NotificationsData::use_ikp. Of the
    /// current or last connection; valid until the next one.
    const Names& names() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;

    friend void notifications_connect(EventSocket&, std::uint32_t, const transport::Endpoint&,
                                      Deadline);
    friend void notifications_connect2(EventSocket&, std::uint32_t, const NotificationsData&,
                                       const transport::Endpoint&, Deadline);
    friend Notification read_notification(EventSocket&, Deadline);
    friend void acknowledge(EventSocket&, const Ack&, Deadline);
};

/// Connects and subscribes to the events of `mask`. Throws Error: usage for a mask with
/// NOTIF_HEARTBEAT, NOTIF_HEALTH_CHECK or NOTIF_STREAM_EVENT (see notifications_connect2) or a
/// socket that is connected already; connect; timeout; closed; refused; protocol.
void notifications_connect(EventSocket& sock, std::uint32_t mask,
                           const transport::Endpoint& endpoint, Deadline deadline = {});
/// The same, to the endpoint of the socket's options.
void notifications_connect(EventSocket& sock, std::uint32_t mask, Deadline deadline = {});
/// The same, over TCP.
void notifications_connect(EventSocket& sock, std::uint32_t mask, const std::string& ip,
                           std::uint16_t port, Deadline deadline = {});
/// The same, over a UNIX socket.
void notifications_connect(EventSocket& sock, std::uint32_t mask, const std::string& path,
                           Deadline deadline = {});

/// The same with data, which heartbeats, health checks and streams need.
void notifications_connect2(EventSocket& sock, std::uint32_t mask, const NotificationsData& data,
                            const transport::Endpoint& endpoint, Deadline deadline = {});
void notifications_connect2(EventSocket& sock, std::uint32_t mask, const NotificationsData& data,
                            Deadline deadline = {});
void notifications_connect2(EventSocket& sock, std::uint32_t mask, const NotificationsData& data,
                            const std::string& ip, std::uint16_t port, Deadline deadline = {});
void notifications_connect2(EventSocket& sock, std::uint32_t mask, const NotificationsData& data,
                            const std::string& path, Deadline deadline = {});

/// The next event. Throws Error: timeout, after which the next call goes on where this one stopped;
/// protocol and recoverable() for a malformed event, after which the next call reads the next one;
/// closed when the server has closed and every event it had sent has been read.
Notification read_notification(EventSocket& sock, Deadline deadline = {});

/// Sends an acknowledgement; ack_owed() says which one an event asks for. Returns when the kernel
/// has taken it. After a timeout it is still queued, and leaves during a later call.
void acknowledge(EventSocket& sock, const Ack& ack, Deadline deadline = {});

/// The transaction of a NOTIF_COMMIT_DIFF hangs until this is called.
void diff_notification_done(EventSocket& sock, const TransCtx& tctx, Deadline deadline = {});
/// With NOTIF_AUDIT_SYNC, the user session of a NOTIF_AUDIT hangs until this is called.
void sync_audit_notification(EventSocket& sock, std::int64_t usid, Deadline deadline = {});
/// With NOTIF_HA_INFO_SYNC, all HA processing hangs until this is called.
void sync_ha_notification(EventSocket& sock, Deadline deadline = {});
/// With NCS_NOTIF_AUDIT_NETWORK_SYNC, the user session of an NCS_NOTIF_AUDIT_NETWORK hangs until
/// this is called.
void sync_audit_network_notification(EventSocket& sock, std::int64_t usid, Deadline deadline = {});

}  // namespace confd::events
