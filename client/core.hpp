// SPDX-License-Identifier: Apache-2.0
// Private to client/: one event socket, on which the blocking and the asynchronous form both stand.
//
// ClientSession is the state machine; this drives it over a transport::Connection. Completions are
// called once, possibly before the call that takes them returns.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/error.hpp"
#include "client/options.hpp"
#include "protocol/session/client_session.hpp"
#include "transport/connection.hpp"

namespace confd::events {

class Core final : transport::ConnectionOwner {
  public:
    using Done = std::move_only_function<void(std::exception_ptr)>;
    using ReadDone = std::move_only_function<void(std::exception_ptr, Notification)>;

    Core(boost::asio::any_io_executor executor, ConnectOptions options)
        : executor_(std::move(executor)), options_(std::move(options)) {}

    /// `data` is null for notifications_connect.
    void connect(std::uint32_t mask, const NotificationsData* data,
                 const transport::Endpoint& endpoint, Done done);
    void read(ReadDone done);
    /// Done when the kernel has taken it.
    void send(const Ack& ack, Done done);

    /// Forgets the completion of read(); what has arrived of an event stays for the next read.
    void cancel_read();
    /// Forgets the completions of send(); what is queued still leaves.
    void cancel_sends() { send_done_.clear(); }
    /// Closes at once; whatever is under way completes with Kind::closed.
    void close();
    /// Closes without losing acknowledgements; is_open() is false when it is done.
    void finish(std::chrono::milliseconds patience);

    bool pending();
    /// Subscribed, and neither side has closed.
    bool is_open() const { return streaming_ && !failure_; }
    /// Connecting, open or finishing.
    bool is_busy() const { return connection_ && !failure_; }
    bool reached_peer() const { return reached_peer_; }
    int native_handle() const { return connection_ ? connection_->native_handle() : -1; }
    const ConnectOptions& options() const { return options_; }
    const ClientSession* session() const { return session_ ? &*session_ : nullptr; }
    const boost::asio::any_io_executor& executor() const { return executor_; }

  private:
    void connected() override;
    std::span<std::uint8_t> room(std::size_t size) override { return session_->prepare(size); }
    void received(std::size_t size) override;
    void ended() override;
    void written() override;
    bool write_failed(const std::string& why) override;
    void closed(const transport::Closed& why) override;

    void advance();
    void deliver(ClientSession::Poll step);
    void fail(const Error& error);
    void complete_read(const std::exception_ptr& error, Notification notification);
    void complete_sends(const std::exception_ptr& error);

    boost::asio::any_io_executor executor_;
    ConnectOptions options_;
    std::optional<ClientSession> session_;
    std::optional<transport::Connection> connection_;
    bool reached_peer_ = false;
    bool streaming_ = false;
    /// What the session said that no read has taken yet.
    std::optional<ClientSession::Poll> ready_;
    /// Why the socket is of no more use.
    std::optional<Error> failure_;
    /// Why nothing can be sent, though there may still be events to read.
    std::optional<Error> send_failure_;
    Done connect_done_;
    ReadDone read_done_;
    std::vector<Done> send_done_;
};

}  // namespace confd::events
