// SPDX-License-Identifier: Apache-2.0
// Subscribing to event notifications: the asynchronous form, with Asio completion tokens.
//
//     AsyncEventSocket sock(executor, ConnectOptions::from_environment());
//     co_await async_notifications_connect(sock, NOTIF_COMMIT_DIFF, use_awaitable);
//     const auto event = co_await async_read_notification(sock, use_awaitable);
//
// Any completion token will do. Completion signatures begin with std::exception_ptr, so coroutines
// and futures throw the events::Error of the blocking form, with the peer's code and text;
// callbacks look at it through error_of().
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "client/constants.hpp"
#include "client/error.hpp"
#include "client/options.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/session/ack.hpp"

namespace confd::events {

class Core;

/// One subscription, on an executor with one thread or a strand. Functions may be called from
/// any thread; handlers run on their own executor, or on the socket's when they have none.
/// One read at a time; acknowledgements may be sent while it waits.
class AsyncEventSocket {
  public:
    explicit AsyncEventSocket(boost::asio::any_io_executor executor, ConnectOptions options = {});
    AsyncEventSocket(AsyncEventSocket&&) noexcept;
    AsyncEventSocket& operator=(AsyncEventSocket&&) noexcept;
    /// close()
    ~AsyncEventSocket();

    /// Whatever is under way completes with Error::Kind::closed.
    void close();

    const boost::asio::any_io_executor& get_executor() const { return executor_; }
    const ConnectOptions& options() const { return options_; }
    /// For the functions below.
    const std::shared_ptr<Core>& core() const { return core_; }

  private:
    boost::asio::any_io_executor executor_;
    ConnectOptions options_;
    std::shared_ptr<Core> core_;
};

/// The error that a callback got, or nothing on success.
std::optional<Error> error_of(const std::exception_ptr& error);

namespace detail {

using Done = std::move_only_function<void(std::exception_ptr)>;
using ReadDone = std::move_only_function<void(std::exception_ptr, Notification)>;

/// Erases the handler's type, so that the machinery is compiled once; keeps its executor busy until
/// it has run there.
template <class Handler>
auto posted(const boost::asio::any_io_executor& fallback, Handler handler) {
    namespace asio = boost::asio;
    auto executor = asio::prefer(asio::get_associated_executor(handler, fallback),
                                 asio::execution::outstanding_work.tracked);
    return [executor, handler = std::move(handler)]<class... Args>(Args&&... args) mutable {
        asio::post(executor, [handler = std::move(handler),
                              ... values = std::decay_t<Args>(std::forward<Args>(args))]() mutable {
            std::move(handler)(std::move(values)...);
        });
    };
}

void start_connect(const std::shared_ptr<Core>& core, std::uint32_t mask,
                   std::optional<NotificationsData> data,
                   std::optional<transport::Endpoint> endpoint, Done done);
void start_read(const std::shared_ptr<Core>& core, ReadDone done);
void start_acknowledge(const std::shared_ptr<Core>& core, const Ack& ack, Done done);

template <class Token>
auto connect(AsyncEventSocket& sock, std::uint32_t mask, std::optional<NotificationsData> data,
             std::optional<transport::Endpoint> endpoint, Token&& token) {
    return boost::asio::async_initiate<Token, void(std::exception_ptr)>(
        [core = sock.core(), executor = sock.get_executor()](auto handler, auto... args) {
            start_connect(core, std::move(args)..., posted(executor, std::move(handler)));
        },
        token, mask, std::move(data), std::move(endpoint));
}

}  // namespace detail

// Each mirrors the blocking function of its name. Signature: void(std::exception_ptr).

template <class Token>
auto async_notifications_connect(AsyncEventSocket& sock, std::uint32_t mask, Token&& token) {
    return detail::connect(sock, mask, std::nullopt, std::nullopt, std::forward<Token>(token));
}
template <class Token>
auto async_notifications_connect(AsyncEventSocket& sock, std::uint32_t mask,
                                 const transport::Endpoint& endpoint, Token&& token) {
    return detail::connect(sock, mask, std::nullopt, endpoint, std::forward<Token>(token));
}
template <class Token>
auto async_notifications_connect2(AsyncEventSocket& sock, std::uint32_t mask,
                                  const NotificationsData& data, Token&& token) {
    return detail::connect(sock, mask, data, std::nullopt, std::forward<Token>(token));
}
template <class Token>
auto async_notifications_connect2(AsyncEventSocket& sock, std::uint32_t mask,
                                  const NotificationsData& data,
                                  const transport::Endpoint& endpoint, Token&& token) {
    return detail::connect(sock, mask, data, endpoint, std::forward<Token>(token));
}

/// Signature: void(std::exception_ptr, Notification).
template <class Token>
auto async_read_notification(AsyncEventSocket& sock, Token&& token) {
    return boost::asio::async_initiate<Token, void(std::exception_ptr, Notification)>(
        [core = sock.core(), executor = sock.get_executor()](auto handler) {
            detail::start_read(core, detail::posted(executor, std::move(handler)));
        },
        token);
}

template <class Token>
auto async_acknowledge(AsyncEventSocket& sock, const Ack& ack, Token&& token) {
    return boost::asio::async_initiate<Token, void(std::exception_ptr)>(
        [core = sock.core(), executor = sock.get_executor()](auto handler, const Ack& what) {
            detail::start_acknowledge(core, what, detail::posted(executor, std::move(handler)));
        },
        token, ack);
}
template <class Token>
auto async_diff_notification_done(AsyncEventSocket& sock, const TransCtx& tctx, Token&& token) {
    return async_acknowledge(sock, {AckKind::diff_done, tctx.th}, std::forward<Token>(token));
}
template <class Token>
auto async_sync_audit_notification(AsyncEventSocket& sock, std::int64_t usid, Token&& token) {
    return async_acknowledge(sock, {AckKind::audit_synced, usid}, std::forward<Token>(token));
}
template <class Token>
auto async_sync_ha_notification(AsyncEventSocket& sock, Token&& token) {
    return async_acknowledge(sock, {AckKind::ha_synced, 0}, std::forward<Token>(token));
}
template <class Token>
auto async_sync_audit_network_notification(AsyncEventSocket& sock, std::int64_t usid,
                                           Token&& token) {
    return async_acknowledge(sock, {AckKind::audit_network_synced, usid},
                             std::forward<Token>(token));
}

}  // namespace confd::events
