// SPDX-License-Identifier: Apache-2.0
#include "client/core.hpp"

#include <utility>

namespace confd::events {
namespace {

std::exception_ptr usage(const char* text) {
    return std::make_exception_ptr(Error(Error::Kind::usage, text, true));
}

Error closed_here() {
    return Error(Error::Kind::closed, "the socket was closed");
}

ClientConfig make_config(const ConnectOptions& options, Subscription subscription) {
    return {.release = options.release,
            .product = options.product,
            .subscription = std::move(subscription),
            .secret = options.access_secret,
            .strict = options.strict,
            .limits = options.limits};
}

}  // namespace

void Core::connect(std::uint32_t mask, const NotificationsData* data,
                   const transport::Endpoint& endpoint, Done done) {
    if (is_busy()) {
        return done(usage("the socket is connected already; a second subscription needs another"));
    }
    try {
        session_.emplace(make_config(options_, make_subscription(mask, data)));
    } catch (const Error&) {
        return done(std::current_exception());
    }
    reached_peer_ = streaming_ = false;
    ready_.reset();
    failure_.reset();
    send_failure_.reset();
    connect_done_ = std::move(done);
    connection_.emplace(executor_, options_.socket);
    connection_->connect(endpoint, *this);
}

void Core::read(ReadDone done) {
    if (!session_ || connect_done_) return done(usage("the socket is not connected"), {});
    if (read_done_) return done(usage("another read is under way"), {});
    if (failure_) return done(std::make_exception_ptr(*failure_), {});
    read_done_ = std::move(done);
    advance();
}

void Core::send(const Ack& ack, Done done) {
    if (!session_ || connect_done_) return done(usage("the socket is not connected"));
    if (failure_) return done(std::make_exception_ptr(*failure_));
    if (send_failure_) return done(std::make_exception_ptr(*send_failure_));
    send_done_.push_back(std::move(done));
    session_->send(ack);
    connection_->send(session_->take_output());
}

void Core::cancel_read() {
    read_done_ = nullptr;
    if (connection_) connection_->pause_reading();
}

void Core::close() {
    if (is_busy()) fail(closed_here());
}

void Core::finish(std::chrono::milliseconds patience) {
    streaming_ = false;
    if (is_busy()) connection_->finish(patience);
}

bool Core::pending() {
    if (!session_ || connect_done_) return false;
    if (failure_) return true;
    if (!ready_) ready_ = session_->poll();
    if (*ready_ == ClientSession::Poll::need_input) ready_.reset();
    return ready_.has_value();
}

void Core::connected() {
    reached_peer_ = true;
    advance();
}

void Core::received(std::size_t size) {
    session_->commit(size);
    advance();
}

void Core::ended() {
    session_->feed_eof();
    advance();
}

void Core::written() {
    complete_sends(nullptr);
}

bool Core::write_failed(const std::string& why) {
    send_failure_.emplace(Error::Kind::closed, "the server takes nothing more: " + why);
    complete_sends(std::make_exception_ptr(*send_failure_));
    // The events that it sent before it went away are still worth reading.
    return true;
}

void Core::closed(const transport::Closed& why) {
    using Cause = transport::Closed::Cause;
    if (failure_) return;
    if (why.cause == Cause::unreachable) return fail(Error(Error::Kind::connect, why.text));
    if (why.cause != Cause::failed) return fail(closed_here());
    fail(Error(Error::Kind::closed, "the connection broke off: " + why.text));
}

/// Looks at what has arrived if a call waits for it; asks for more if that is not enough.
void Core::advance() {
    if (!connect_done_ && !read_done_) return;
    const auto step = ready_ ? *std::exchange(ready_, std::nullopt) : session_->poll();
    if (session_->has_output()) connection_->send(session_->take_output());
    if (step == ClientSession::Poll::need_input) return connection_->resume_reading();
    // What follows stays in the kernel until the next call, so that a slow reader slows the server.
    connection_->pause_reading();
    deliver(step);
}

void Core::deliver(ClientSession::Poll step) {
    switch (step) {
        case ClientSession::Poll::need_input:
            return;
        case ClientSession::Poll::subscribed:
            streaming_ = true;
            return std::exchange(connect_done_, nullptr)(nullptr);
        case ClientSession::Poll::notification:
            return complete_read(nullptr, std::move(session_->notification()));
        case ClientSession::Poll::malformed:
            return complete_read(std::make_exception_ptr(Error(session_->error())), {});
        case ClientSession::Poll::failed:
            return fail(Error(session_->failure()));
    }
}

void Core::fail(const Error& error) {
    failure_ = error;
    streaming_ = false;
    connection_->close();
    const auto thrown = std::make_exception_ptr(error);
    if (connect_done_) std::exchange(connect_done_, nullptr)(thrown);
    if (read_done_) complete_read(thrown, {});
    complete_sends(thrown);
}

void Core::complete_read(const std::exception_ptr& error, Notification notification) {
    std::exchange(read_done_, nullptr)(error, std::move(notification));
}

void Core::complete_sends(const std::exception_ptr& error) {
    for (auto& done : std::exchange(send_done_, {}))
        done(error);
}

}  // namespace confd::events
