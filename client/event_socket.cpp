// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <utility>

#include "client/core.hpp"
#include "client/events.hpp"

namespace confd::events {

/// The asynchronous form on an io_context of its own, which runs only during calls.
struct EventSocket::Impl {
    explicit Impl(ConnectOptions options) : core(io.get_executor(), std::move(options)) {}

    boost::asio::io_context io{1};
    Core core;

    /// Whether `done` came before the deadline.
    bool run(const Deadline& deadline, const std::function<bool()>& done) {
        if (done()) return true;
        io.restart();
        io.poll();
        while (!done()) {
            const auto ran = deadline.at() ? io.run_one_until(*deadline.at()) : io.run_one();
            if (ran == 0) return false;
        }
        return true;
    }

    void connect(std::uint32_t mask, const NotificationsData* data,
                 const transport::Endpoint& endpoint, const Deadline& deadline) {
        bool done = false;
        std::exception_ptr error;
        core.connect(mask, data, endpoint, [&](std::exception_ptr failed) {
            error = std::move(failed);
            done = true;
        });
        const bool in_time = run(deadline, [&] { return done; });
        if (!in_time) core.close();
        if (in_time && error) std::rethrow_exception(error);
        if (!in_time) throw_connect_timeout(endpoint);
    }

    [[noreturn]] void throw_connect_timeout(const transport::Endpoint& endpoint) const {
        const auto at = to_string(endpoint);
        throw Error(Error::Kind::timeout,
                    core.reached_peer()
                        ? fmt::format("{} accepted the connection, but did not answer in time", at)
                        : fmt::format("cannot connect to {} in time", at));
    }
};

EventSocket::EventSocket(ConnectOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
EventSocket::EventSocket(EventSocket&&) noexcept = default;
EventSocket& EventSocket::operator=(EventSocket&&) noexcept = default;
EventSocket::~EventSocket() = default;

bool EventSocket::is_open() const {
    return impl_->core.is_open();
}
int EventSocket::native_handle() const {
    return impl_->core.native_handle();
}
bool EventSocket::pending() {
    return impl_->core.pending();
}
const ConnectOptions& EventSocket::options() const {
    return impl_->core.options();
}

std::uint32_t EventSocket::mask() const {
    const auto* session = impl_->core.session();
    return session == nullptr ? 0 : session->config().subscription.mask;
}

HelloReply EventSocket::server() const {
    const auto* session = impl_->core.session();
    return session == nullptr ? HelloReply{} : session->server();
}

const Names& EventSocket::names() const {
    const auto* session = impl_->core.session();
    return session == nullptr ? no_names() : session->names();
}

void EventSocket::close(std::chrono::milliseconds patience) {
    impl_->core.finish(patience);
    // Twice the patience cannot pass: the connection gives up by itself.
    impl_->run(2 * patience, [this] { return !impl_->core.is_busy(); });
    impl_->core.close();
}

void notifications_connect(EventSocket& sock, std::uint32_t mask,
                           const transport::Endpoint& endpoint, Deadline deadline) {
    sock.impl_->connect(mask, nullptr, endpoint, deadline);
}

void notifications_connect(EventSocket& sock, std::uint32_t mask, Deadline deadline) {
    notifications_connect(sock, mask, sock.options().endpoint, deadline);
}

void notifications_connect(EventSocket& sock, std::uint32_t mask, const std::string& ip,
                           std::uint16_t port, Deadline deadline) {
    notifications_connect(sock, mask, transport::TcpEndpoint{ip, port}, deadline);
}

void notifications_connect(EventSocket& sock, std::uint32_t mask, const std::string& path,
                           Deadline deadline) {
    notifications_connect(sock, mask, transport::UnixEndpoint{path}, deadline);
}

void notifications_connect2(EventSocket& sock, std::uint32_t mask, const NotificationsData& data,
                            const transport::Endpoint& endpoint, Deadline deadline) {
    sock.impl_->connect(mask, &data, endpoint, deadline);
}

void notifications_connect2(EventSocket& sock, std::uint32_t mask, const NotificationsData& data,
                            Deadline deadline) {
    notifications_connect2(sock, mask, data, sock.options().endpoint, deadline);
}

void notifications_connect2(EventSocket& sock, std::uint32_t mask, const NotificationsData& data,
                            const std::string& ip, std::uint16_t port, Deadline deadline) {
    notifications_connect2(sock, mask, data, transport::TcpEndpoint{ip, port}, deadline);
}

void notifications_connect2(EventSocket& sock, std::uint32_t mask, const NotificationsData& data,
                            const std::string& path, Deadline deadline) {
    notifications_connect2(sock, mask, data, transport::UnixEndpoint{path}, deadline);
}

Notification read_notification(EventSocket& sock, Deadline deadline) {
    bool done = false;
    std::exception_ptr error;
    Notification event;
    sock.impl_->core.read([&](std::exception_ptr failed, Notification&& read) {
        error = std::move(failed);
        event = std::move(read);
        done = true;
    });
    if (!sock.impl_->run(deadline, [&] { return done; })) {
        sock.impl_->core.cancel_read();
        throw Error(Error::Kind::timeout, "no event arrived in time", true);
    }
    if (error) std::rethrow_exception(error);
    return event;
}

void acknowledge(EventSocket& sock, const Ack& ack, Deadline deadline) {
    bool done = false;
    std::exception_ptr error;
    sock.impl_->core.send(ack, [&](std::exception_ptr failed) {
        error = std::move(failed);
        done = true;
    });
    if (!sock.impl_->run(deadline, [&] { return done; })) {
        sock.impl_->core.cancel_sends();
        throw Error(Error::Kind::timeout, "the server did not take the acknowledgement in time",
                    true);
    }
    if (error) std::rethrow_exception(error);
}

void diff_notification_done(EventSocket& sock, const TransCtx& tctx, Deadline deadline) {
    acknowledge(sock, {AckKind::diff_done, tctx.th}, deadline);
}

void sync_audit_notification(EventSocket& sock, std::int64_t usid, Deadline deadline) {
    acknowledge(sock, {AckKind::audit_synced, usid}, deadline);
}

void sync_ha_notification(EventSocket& sock, Deadline deadline) {
    acknowledge(sock, {AckKind::ha_synced, 0}, deadline);
}

void sync_audit_network_notification(EventSocket& sock, std::int64_t usid, Deadline deadline) {
    acknowledge(sock, {AckKind::audit_network_synced, usid}, deadline);
}

}  // namespace confd::events
