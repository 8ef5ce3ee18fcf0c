// SPDX-License-Identifier: Apache-2.0
#include "client/maapi.hpp"

#include <fmt/format.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "protocol/maapi/client_session.hpp"
#include "transport/connection.hpp"

namespace confd::maapi {
namespace {

using Poll = MaapiClientSession::Poll;

bool passed(const Deadline& deadline) {
    return deadline.at() && Deadline::Clock::now() >= *deadline.at();
}

std::int32_t wire_handle(std::int64_t thandle) {
    using Range = std::numeric_limits<std::int32_t>;
    if (thandle >= Range::min() && thandle <= Range::max()) {
        return static_cast<std::int32_t>(thandle);
    }
    throw Error(Error::Kind::usage, fmt::format("{} is no transaction handle", thandle), true);
}

}  // namespace

/// MaapiClientSession over a connection whose io_context runs only during calls.
struct MaapiSocket::Impl final : transport::ConnectionOwner {
    explicit Impl(ConnectOptions o) : options(std::move(o)) {}

    boost::asio::io_context io{1};
    ConnectOptions options;
    std::optional<MaapiClientSession> session;
    std::optional<transport::Connection> connection;
    bool reached_peer = false;
    /// Why the socket is of no more use.
    std::optional<Error> failure;

    std::span<std::uint8_t> room(std::size_t size) override { return session->prepare(size); }
    void connected() override { reached_peer = true; }
    void received(std::size_t size) override { session->commit(size); }
    void ended() override { session->feed_eof(); }
    // What the server said before it went away may still be read.
    bool write_failed(const std::string&) override { return true; }
    void closed(const transport::Closed& why) override {
        if (failure) return;
        const bool unreachable = why.cause == transport::Closed::Cause::unreachable;
        failure.emplace(unreachable ? Error::Kind::connect : Error::Kind::closed,
                        unreachable ? why.text : "the connection broke off: " + why.text);
    }

    bool is_open() const { return session && !failure; }

    [[noreturn]] void fail(const Error& error) {
        failure = error;
        connection->close();
        throw Error(error);
    }

    void open(const transport::Endpoint& endpoint, const Deadline& deadline) {
        if (is_open()) throw Error(Error::Kind::usage, "the socket is connected already", true);
        connection.reset();
        session.emplace(MaapiClientConfig{
            .release = options.release, .secret = options.access_secret, .limits = options.limits});
        failure.reset();
        reached_peer = false;
        connection.emplace(io.get_executor(), options.socket);
        connection->connect(endpoint, *this);
        run_until_connected(endpoint, deadline);
        expect(Poll::connected, deadline);
    }

    void run_until_connected(const transport::Endpoint& endpoint, const Deadline& deadline) {
        while (!reached_peer && !failure) {
            if (run_some(deadline)) continue;
            fail(Error(Error::Kind::timeout,
                       fmt::format("cannot connect to {} in time", to_string(endpoint))));
        }
    }

    /// Lets one thing happen; false when the deadline comes first.
    bool run_some(const Deadline& deadline) {
        if (io.stopped()) io.restart();
        if (io.poll_one() > 0) return true;
        return (deadline.at() ? io.run_one_until(*deadline.at()) : io.run_one()) > 0;
    }

    /// What the session says next.
    Poll next(const Deadline& deadline) {
        while (true) {
            if (failure) throw Error(*failure);
            const auto step = session->poll();
            if (session->has_output()) connection->send(session->take_output());
            if (step == Poll::failed) fail(Error(session->failure()));
            if (step != Poll::need_input) return step;
            connection->resume_reading();
            // A server that keeps sending parts of a message must not keep us.
            const bool late = passed(deadline);
            if (!run_some(deadline) || late) {
                fail(Error(Error::Kind::timeout, "the server did not answer in time"));
            }
        }
    }

    void expect(Poll expected, const Deadline& deadline) {
        if (next(deadline) != expected) {
            fail(Error(Error::Kind::protocol, "the server answered something else"));
        }
    }

    void need_open() const {
        if (failure) throw Error(*failure);
        if (!session) throw Error(Error::Kind::usage, "the socket is not connected", true);
    }

    void check_reply() const {
        if (session->reply()) return;
        throw Error(SessionFailure{SessionFailure::Kind::refused, session->reply().error(), {}},
                    true);
    }

    /// Waits for the reply to what has been queued.
    void finish_call(const Deadline& deadline) {
        expect(Poll::reply, deadline);
        check_reply();
    }

    void call(const MaapiRequest& request, const Deadline& deadline) {
        need_open();
        session->call(request);
        finish_call(deadline);
    }

    void load(MaapiOp op, SchemaNames& into, const Deadline& deadline) {
        need_open();
        session->load(op, into);
        finish_call(deadline);
    }

    void iterate(std::int32_t thandle, const DiffVisitor& visitor, const Deadline& deadline) {
        need_open();
        // Everything that a transaction has.
        session->call(
            MaapiDiffIterate{.thandle = thandle, .flags = ITER_WANT_ATTR | ITER_WANT_P_CONTAINER});
        while (next(deadline) == Poll::change) {
            session->answer(visit(visitor));
            if (!passed(deadline)) continue;
            fail(Error(Error::Kind::timeout, "the changes did not come in time"));
        }
        check_reply();
    }

    IterAnswer visit(const DiffVisitor& visitor) {
        try {
            return visitor(session->change());
        } catch (...) {
            close();
            throw;
        }
    }

    void close() {
        if (!is_open()) return;
        failure.emplace(Error::Kind::closed, "the socket was closed");
        connection->close();
    }
};

MaapiSocket::MaapiSocket(ConnectOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
MaapiSocket::MaapiSocket(MaapiSocket&&) noexcept = default;
MaapiSocket& MaapiSocket::operator=(MaapiSocket&&) noexcept = default;
MaapiSocket::~MaapiSocket() = default;

bool MaapiSocket::is_open() const {
    return impl_->is_open();
}
void MaapiSocket::close() {
    impl_->close();
}
const ConnectOptions& MaapiSocket::options() const {
    return impl_->options;
}

void maapi_connect(MaapiSocket& sock, const transport::Endpoint& endpoint, Deadline deadline) {
    sock.impl_->open(endpoint, deadline);
}

void maapi_connect(MaapiSocket& sock, Deadline deadline) {
    maapi_connect(sock, sock.options().endpoint, deadline);
}

SchemaNames load_schemas(MaapiSocket& sock, Deadline deadline) {
    SchemaNames names;
    // In the order of the stock library.
    for (const auto op : {MAAPI_LOAD_ALL_NS, MAAPI_LOAD_MOUNT_POINTS, MAAPI_LOAD_HASH_DB})
        sock.impl_->load(op, names, deadline);
    return names;
}

void attach(MaapiSocket& sock, std::int64_t thandle, std::int64_t ns, std::int64_t usid,
            Deadline deadline) {
    MaapiAttach request;
    request.thandle = wire_handle(thandle);
    request.ns = ns;
    if (usid != no_user_session) request.usid = usid;
    sock.impl_->call(request, deadline);
}

void diff_iterate(MaapiSocket& sock, std::int64_t thandle, const DiffVisitor& visitor,
                  Deadline deadline) {
    sock.impl_->iterate(wire_handle(thandle), visitor, deadline);
}

void detach(MaapiSocket& sock, std::int64_t thandle, Deadline deadline) {
    sock.impl_->call(MaapiDetach{wire_handle(thandle)}, deadline);
}

}  // namespace confd::maapi
