// SPDX-License-Identifier: Apache-2.0
#include "client/async.hpp"

#include <boost/asio/dispatch.hpp>
#include <utility>

#include "client/core.hpp"

namespace confd::events {

namespace asio = boost::asio;

AsyncEventSocket::AsyncEventSocket(asio::any_io_executor executor, ConnectOptions options)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      core_(std::make_shared<Core>(executor_, options_)) {}
AsyncEventSocket::AsyncEventSocket(AsyncEventSocket&&) noexcept = default;

AsyncEventSocket& AsyncEventSocket::operator=(AsyncEventSocket&& other) noexcept {
    if (this == &other) return *this;
    close();
    executor_ = std::move(other.executor_);
    options_ = std::move(other.options_);
    core_ = std::move(other.core_);
    return *this;
}

AsyncEventSocket::~AsyncEventSocket() {
    close();
}

void AsyncEventSocket::close() {
    if (core_) asio::dispatch(executor_, [core = core_] { core->close(); });
}

std::optional<Error> error_of(const std::exception_ptr& error) {
    if (!error) return std::nullopt;
    try {
        std::rethrow_exception(error);
    } catch (const Error& known) {
        return known;
    }
}

namespace detail {

// A call may come from any thread; the socket is touched on its executor only.

void start_connect(const std::shared_ptr<Core>& core, std::uint32_t mask,
                   std::optional<NotificationsData> data,
                   std::optional<transport::Endpoint> endpoint, Done done) {
    asio::dispatch(core->executor(),
                   [core, mask, data = std::move(data), endpoint = std::move(endpoint),
                    done = std::move(done)]() mutable {
                       core->connect(mask, data ? &*data : nullptr,
                                     endpoint.value_or(core->options().endpoint), std::move(done));
                   });
}

void start_read(const std::shared_ptr<Core>& core, ReadDone done) {
    asio::dispatch(core->executor(),
                   [core, done = std::move(done)]() mutable { core->read(std::move(done)); });
}

void start_acknowledge(const std::shared_ptr<Core>& core, const Ack& ack, Done done) {
    asio::dispatch(core->executor(), [core, ack, done = std::move(done)]() mutable {
        core->send(ack, std::move(done));
    });
}

}  // namespace detail

}  // namespace confd::events
