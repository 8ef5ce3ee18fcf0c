// SPDX-License-Identifier: Apache-2.0
#include "transport/connection.hpp"

#include <fmt/format.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cassert>
#include <cstring>
#include <utility>
#include <vector>

#include "transport/asio_socket.hpp"

namespace confd::transport {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using GenericEndpoint = asio::generic::stream_protocol::endpoint;

/// Where input goes that is discarded.
constexpr std::size_t discard_size = 4096;

/// What a connection that was accepted has room for while nothing arrives: a server has thousands,
/// whose peers say a word now and then.
constexpr std::size_t accepted_room = 512;

bool is_numeric(const std::string& host) {
    error_code failed;
    asio::ip::make_address(host, failed);
    return !failed;
}

}  // namespace

std::string to_text(const GenericEndpoint& endpoint) {
    const auto family = endpoint.protocol().family();
    if (family != AF_INET && family != AF_INET6) return "unix";
    asio::ip::tcp::endpoint tcp;
    std::memcpy(tcp.data(), endpoint.data(), endpoint.size());
    return to_string(Endpoint(TcpEndpoint{tcp.address().to_string(), tcp.port()}));
}

/// Handlers share it, so that it outlives the Connection while operations end; `owner` is null from
/// then on.
struct Connection::Impl : std::enable_shared_from_this<Connection::Impl> {
    Impl(const asio::any_io_executor& executor, const SocketOptions& o)
        : options(o),
          socket(executor),
          resolver(executor),
          write_timer(executor),
          finish_timer(executor) {}
    Impl(Socket connected, const SocketOptions& o)
        : options(o),
          socket(std::move(connected)),
          resolver(socket.get_executor()),
          first(accepted_room),
          write_timer(socket.get_executor()),
          finish_timer(socket.get_executor()) {
        became_connected();
    }

    SocketOptions options;
    Socket socket;
    asio::ip::tcp::resolver resolver;
    std::string peer;
    ConnectionOwner* owner = nullptr;

    // Connecting.
    std::string target;
    std::vector<GenericEndpoint> candidates;
    std::size_t candidate = 0;

    // Reading: what comes first arrives in `first`, if that has room, and the rest at the owner's.
    bool wants_to_read = false;
    bool reading = false;  // a handler will come
    bool input_ended = false;
    Bytes first;
    std::size_t first_begin = 0;  // what the owner has got of it
    std::size_t first_end = 0;
    error_code read_failed;  // what the owner is still to be told
    asio::cancellation_signal stop_read;

    /// False while connecting: the socket is open, but nothing can be sent yet.
    bool ready = false;

    // Writing: `queued` grows while `writing` is on its way.
    Bytes queued;
    Bytes writing;
    std::size_t written = 0;
    error_code broken;  // what try_send() met
    bool write_under_way = false;
    bool output_shut = false;
    std::chrono::milliseconds write_timeout{0};
    Clock::time_point write_progress;
    bool write_timer_runs = false;
    asio::steady_timer write_timer;

    // Closing.
    bool finishing = false;
    bool last_send = false;  // finish_sending() was called
    bool done = false;
    asio::steady_timer finish_timer;
    std::vector<std::uint8_t> discarded;

    /// A handler that does nothing once the connection is closed.
    template <class F>
    auto unless_done(F f) {
        return [self = shared_from_this(), f](auto&&... args) {
            if (!self->done) f(*self, std::forward<decltype(args)>(args)...);
        };
    }

    void became_connected() {
        ready = true;
        apply(options, socket.native_handle());
        error_code ignored;
        socket.non_blocking(true, ignored);
        peer = to_text(socket.remote_endpoint(ignored));
    }

    // --- connecting

    void connect(const Endpoint& endpoint) {
        target = to_string(endpoint);
        if (const auto* path = std::get_if<UnixEndpoint>(&endpoint))
            return connect_unix(path->path);
        const auto& [host, port] = std::get<TcpEndpoint>(endpoint);
        if (is_numeric(host)) {
            candidates.emplace_back(asio::ip::tcp::endpoint(asio::ip::make_address(host), port));
            return try_next({});
        }
        resolver.async_resolve(host, std::to_string(port),
                               unless_done([](Impl& self, const error_code& failed,
                                              const asio::ip::tcp::resolver::results_type& found) {
                                   for (const auto& entry : found)
                                       self.candidates.emplace_back(entry.endpoint());
                                   self.try_next(failed);
                               }));
    }

    void connect_unix(const std::string& path) {
        if (const auto why = why_no_unix_path(path); !why.empty()) return unreachable(why);
        candidates.emplace_back(asio::local::stream_protocol::endpoint(path));
        try_next({});
    }

    void try_next(const error_code& last_failure) {
        if (candidate == candidates.size()) return unreachable(last_failure.message());
        error_code ignored;
        socket.close(ignored);
        socket.async_connect(candidates[candidate++],
                             unless_done([](Impl& self, const error_code& failed) {
                                 if (failed) return self.try_next(failed);
                                 self.became_connected();
                                 if (self.owner != nullptr) self.owner->connected();
                                 self.write();
                             }));
    }

    void unreachable(const std::string& why) {
        end(Closed::Cause::unreachable, fmt::format("cannot connect to {}: {}", target, why));
    }

    // --- reading

    bool may_read() const { return wants_to_read && !finishing && !done && owner != nullptr; }

    /// What a handler of reading does: one is under way at a time, since `reading` is set.
    template <class F>
    auto reader(F f) {
        return unless_done([f](Impl& self, auto&&... args) {
            self.reading = false;
            f(self, std::forward<decltype(args)>(args)...);
            if (self.finishing) self.drain();
        });
    }

    void read() {
        if (!may_read() || reading || input_ended) return;
        if (first_begin < first_end || read_failed) {
            return later([](Impl& self) { self.deliver(false); });
        }
        reading = true;
        first.empty() ? wait_for_input() : read_first();
    }

    /// Takes nothing from the kernel that the owner has not asked for: it may look there itself.
    void wait_for_input() {
        auto handler = reader([](Impl& self, const error_code&) { self.read_rest(); });
        socket.async_wait(Socket::wait_read,
                          asio::bind_cancellation_slot(stop_read.slot(), std::move(handler)));
    }

    /// What is usual fits into `first`. Asio asks the kernel for more each time, which costs less
    /// than what it does to wait: that takes an epoll_ctl.
    void read_first() {
        const auto size = owner->wanted(first.size());
        auto handler = reader([](Impl& self, const error_code& failed, std::size_t got) {
            self.on_first(failed, got);
        });
        socket.async_read_some(asio::buffer(first.data(), size),
                               asio::bind_cancellation_slot(stop_read.slot(), std::move(handler)));
    }

    void on_first(const error_code& failed, std::size_t got) {
        first_begin = 0;
        first_end = got;
        // Aborted: the owner has paused reading.
        if (failed != asio::error::operation_aborted) read_failed = failed;
        deliver(got == first.size());
    }

    /// Gives the owner what came first, unless it has paused reading: then that waits here. `more`:
    /// there is probably more in the kernel. If the owner pauses now, that is found anyway when it
    /// resumes.
    void deliver(bool more) {
        while (may_read() && first_begin < first_end) {
            const auto room = room_for(first_end - first_begin);
            std::memcpy(room.data(), first.data() + first_begin, room.size());
            first_begin += room.size();
            owner->received(room.size());
        }
        if (!may_read() || reading) return;
        if (read_failed) return fail_reading(std::exchange(read_failed, {}));
        more ? read_rest() : read();
    }

    /// Others have their turn after each room that was filled. The owner may pause and resume
    /// whenever it is called: then a handler of reading is under way already.
    void read_rest() {
        if (!may_read()) return;
        const auto room = room_for(read_size);
        error_code failed;
        const auto size = socket.read_some(asio::buffer(room.data(), room.size()), failed);
        if (failed == asio::error::would_block) return read();
        if (failed) return fail_reading(failed);
        owner->received(size);
        if (size < room.size()) return read();
        if (may_read() && !reading) later([](Impl& self) { self.read_rest(); });
    }

    std::span<std::uint8_t> room_for(std::size_t size) {
        const auto room = owner->room(owner->wanted(size));
        assert(!room.empty());
        return room.first(std::min(room.size(), size));
    }

    void fail_reading(const error_code& failed) {
        if (failed != asio::error::eof) return end(Closed::Cause::failed, failed.message());
        input_ended = true;
        owner->ended();
    }

    template <class F>
    void later(F f) {
        reading = true;
        asio::post(socket.get_executor(), reader(f));
    }

    void pause() {
        wants_to_read = false;
        if (reading) stop_read.emit(asio::cancellation_type::total);
    }

    // --- writing

    void write() {
        if (!ready || write_under_way || done || output_shut) return;
        if (writing.empty()) {
            if (queued.empty()) return finishing ? shut_output() : end_output();
            std::swap(writing, queued);
            written = 0;
        }
        write_under_way = true;
        if (broken) {
            asio::post(socket.get_executor(),
                       unless_done([](Impl& self) { self.on_written(self.broken, 0); }));
            return;
        }
        write_progress = Clock::now();
        watch_writes();
        // Asio sends with MSG_NOSIGNAL: a peer that is gone is an error, not a SIGPIPE.
        socket.async_write_some(
            asio::buffer(writing) + written,
            unless_done([](Impl& self, const error_code& failed, std::size_t size) {
                self.on_written(failed, size);
            }));
    }

    void on_written(const error_code& failed, std::size_t size) {
        write_under_way = false;
        if (failed) return on_write_failed(failed.message());
        written += size;
        if (written == writing.size()) writing.clear();
        if (owner != nullptr) unsent() == 0 ? owner->written() : owner->progress();
        write();
    }

    void on_write_failed(const std::string& why) {
        output_shut = true;
        last_send = false;
        queued.clear();
        writing.clear();
        if (owner == nullptr || finishing || !owner->write_failed(why)) {
            end(Closed::Cause::failed, why);
        }
    }

    /// One timer looks after all writes: arming one for each would cost more than the write.
    void watch_writes() {
        if (write_timer_runs || write_timeout.count() == 0) return;
        write_timer_runs = true;
        write_timer.expires_at(write_progress + write_timeout);
        write_timer.async_wait(unless_done([](Impl& self, const error_code& failed) {
            self.write_timer_runs = false;
            if (failed || !self.write_under_way) return;
            if (Clock::now() < self.write_progress + self.write_timeout) return self.watch_writes();
            self.end(Closed::Cause::stalled,
                     fmt::format("the peer read nothing for {} ms, {} bytes are waiting",
                                 self.write_timeout.count(), self.unsent()));
        }));
    }

    /// What the kernel takes at once, without a word to the owner. A failure is left to the write
    /// that follows.
    std::size_t try_send(ByteView bytes) {
        if (!can_send() || !ready || write_under_way || unsent() > 0) return 0;
        error_code failed;
        const auto size = socket.write_some(asio::buffer(bytes.data(), bytes.size()), failed);
        if (failed && failed != asio::error::would_block) broken = failed;
        return size;
    }

    bool can_send() const { return !finishing && !last_send && !done && !output_shut; }

    std::size_t unsent() const {
        return queued.size() + (writing.empty() ? 0 : writing.size() - written);
    }

    // --- closing

    void finish(std::chrono::milliseconds patience) {
        if (finishing || done) return;
        finishing = true;
        pause();
        finish_timer.expires_after(patience);
        finish_timer.async_wait(unless_done([](Impl& self, const error_code& failed) {
            if (!failed) self.run_out_of_patience();
        }));
        asio::post(socket.get_executor(), unless_done([](Impl& self) {
                       // Shut on purpose: what was sent may still be on its way.
                       if (self.last_send && self.output_shut) return self.drain();
                       if (self.output_shut) return self.end(Closed::Cause::finished, {});
                       self.write();
                   }));
    }

    void run_out_of_patience() {
        if (unsent() == 0) return end(Closed::Cause::finished, std::string(peer_did_not_close));
        end(Closed::Cause::stalled,
            fmt::format("the peer did not read to the end, {} bytes are waiting", unsent()));
    }

    /// The peer reads the end of our output; its own goes on.
    void end_output() {
        if (!last_send) return;
        output_shut = true;
        error_code ignored;
        socket.shutdown(Socket::shutdown_send, ignored);
    }

    void shut_output() {
        output_shut = true;
        error_code failed;
        socket.shutdown(Socket::shutdown_send, failed);
        if (failed) return end(Closed::Cause::finished, {});
        drain();
    }

    /// Reads and drops until the peer closes too. Begins once the output is shut, so that a peer
    /// that only writes cannot keep us from sending what is queued.
    void drain() {
        if (!output_shut || reading || done) return;
        // The end of the input is told once only: another read would never complete.
        if (input_ended || read_failed) return end(Closed::Cause::finished, {});
        reading = true;
        discarded.resize(discard_size);
        socket.async_read_some(
            asio::buffer(discarded),
            unless_done([](Impl& self, const error_code& failed, std::size_t got) {
                self.reading = false;
                if (self.owner != nullptr && got > 0)
                    self.owner->dropped(ByteView(self.discarded).first(got));
                if (failed) return self.end(Closed::Cause::finished, {});
                self.drain();
            }));
    }

    /// Closes, and tells the owner from a handler of its own: callers of close() and connect() may
    /// be in the middle of something.
    void end(Closed::Cause cause, std::string text) {
        if (done) return;
        done = true;
        error_code ignored;
        socket.close(ignored);
        resolver.cancel();
        write_timer.cancel();
        finish_timer.cancel();
        if (owner == nullptr) return;
        asio::post(socket.get_executor(),
                   [self = shared_from_this(), why = Closed{cause, std::move(text)}] {
                       if (auto* last = std::exchange(self->owner, nullptr)) last->closed(why);
                   });
    }

    /// Whether the kernel has bytes that the peer's has not confirmed: a reset throws them away.
    bool kernel_has_output() {
        int size = 0;
        // At a UNIX socket closing takes nothing away.
        return ready && peer != "unix" && ::ioctl(socket.native_handle(), SIOCOUTQ, &size) == 0 &&
               size > 0;
    }

    void reset(std::chrono::milliseconds patience) {
        if (done || finishing || unsent() > 0 || !kernel_has_output()) return reset_now();
        finishing = true;
        pause();
        reset_when_sent(Clock::now() + patience, std::chrono::milliseconds(1));
    }

    /// The kernel does not notify us when its queue is empty.
    void reset_when_sent(Clock::time_point deadline, std::chrono::milliseconds look_again) {
        constexpr std::chrono::milliseconds longest{50};
        if (!kernel_has_output() || Clock::now() >= deadline) return reset_now();
        finish_timer.expires_after(look_again);
        finish_timer.async_wait(unless_done([deadline, next = std::min(2 * look_again, longest)](
                                                Impl& self, const error_code& failed) {
            if (!failed) self.reset_when_sent(deadline, next);
        }));
    }

    void reset_now() {
        error_code ignored;
        socket.set_option(asio::socket_base::linger(true, 0), ignored);
        end(Closed::Cause::aborted, {});
    }

    void abandon() {
        owner = nullptr;
        end(Closed::Cause::aborted, {});
    }
};

Connection make_connection(Socket socket, const SocketOptions& options) {
    return Connection(std::make_shared<Connection::Impl>(std::move(socket), options));
}

Connection::Connection(const asio::any_io_executor& executor, const SocketOptions& options)
    : impl_(std::make_shared<Impl>(executor, options)) {}
Connection::Connection(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::Connection(Connection&&) noexcept = default;

Connection& Connection::operator=(Connection&& other) noexcept {
    if (impl_ && impl_ != other.impl_) impl_->abandon();
    impl_ = std::move(other.impl_);
    return *this;
}

Connection::~Connection() {
    if (impl_) impl_->abandon();
}

void Connection::connect(const Endpoint& endpoint, ConnectionOwner& owner) {
    impl_->owner = &owner;
    impl_->connect(endpoint);
}

void Connection::start(ConnectionOwner& owner) {
    impl_->owner = &owner;
    resume_reading();
}

std::size_t Connection::try_send(ByteView bytes) {
    return impl_->try_send(bytes);
}

void Connection::send(Bytes bytes) {
    if (bytes.empty() || !impl_->can_send()) return;
    if (impl_->queued.empty()) {
        impl_->queued = std::move(bytes);
    } else {
        impl_->queued.insert(impl_->queued.end(), bytes.begin(), bytes.end());
    }
    impl_->write();
}

std::size_t Connection::unsent() const {
    return impl_->unsent();
}

Bytes Connection::unsent_bytes() const {
    const auto begin = impl_->writing.empty() ? 0 : static_cast<std::ptrdiff_t>(impl_->written);
    Bytes out(impl_->writing.begin() + begin, impl_->writing.end());
    out.insert(out.end(), impl_->queued.begin(), impl_->queued.end());
    return out;
}

void Connection::set_write_timeout(std::chrono::milliseconds timeout) {
    impl_->write_timeout = timeout;
}

void Connection::pause_reading() {
    impl_->pause();
}

void Connection::resume_reading() {
    impl_->wants_to_read = true;
    impl_->read();
}

void Connection::finish_sending() {
    impl_->last_send = true;
    impl_->write();
}

void Connection::finish(std::chrono::milliseconds patience) {
    impl_->finish(patience);
}
void Connection::close() {
    impl_->end(Closed::Cause::aborted, {});
}
void Connection::reset(std::chrono::milliseconds patience) {
    impl_->reset(patience);
}
bool Connection::is_open() const {
    return !impl_->done && impl_->socket.is_open();
}
const std::string& Connection::peer() const {
    return impl_->peer;
}

int Connection::native_handle() const {
    // Not const in Asio, though it changes nothing.
    return is_open() ? impl_->socket.native_handle() : -1;
}

}  // namespace confd::transport
