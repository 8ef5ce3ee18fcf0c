// SPDX-License-Identifier: Apache-2.0
// One stream connection, TCP or UNIX, run over Boost.Asio for an owner that holds a session.
//
//     class Peer : ConnectionOwner {
//         ServerSession session_;
//         Connection connection_;
//
//         std::span<std::uint8_t> room(std::size_t n) override { return session_.prepare(n); }
//         void received(std::size_t n) override { session_.commit(n); look(); }
//         void ended() override { session_.feed_eof(); look(); }
//         void closed(const Closed& why) override { forget_me(why); }
//
//         void look() {
//             while (true) {
//                 switch (session_.poll()) {
//                     case need_input: return connection_.send(session_.take_output());
//                     case closed: connection_.send(session_.take_output());
//                                  return connection_.finish();
//                     ...
//
// Not thread-safe: use a connection from the one thread, or strand, of its executor.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "protocol/bytes.hpp"
#include "transport/endpoint.hpp"
#include "transport/socket_options.hpp"

// Only named here, so that owners of a connection need not see Asio. Include
// <boost/asio/any_io_executor.hpp> to make one from io_context.get_executor().
namespace boost::asio {
class any_io_executor;
}

namespace confd::transport {

/// Bytes asked of the kernel when there is much to read: many events come with one call, and one
/// that fills its room is followed by another.
inline constexpr std::size_t read_size = std::size_t{64} << 10;

/// Why a connection is closed.
struct Closed {
    enum class Cause : std::uint8_t {
        finished,     ///< finish() is done
        aborted,      ///< close() or reset()
        failed,       ///< the network or the peer broke it off
        stalled,      ///< the peer did not read for the write timeout, or too slowly for finish()
        unreachable,  ///< connect() did not succeed
    };
    Cause cause = Cause::finished;
    std::string text;  ///< for people; empty for aborted, and mostly for finished
};

/// The text of what finish() closed because its patience was over.
inline constexpr std::string_view peer_did_not_close = "the peer did not close";

/// What a connection tells its owner. All but wanted() are never called from inside a member
/// function of Connection, and none after the Connection was destroyed; the owner may destroy it
/// inside any of them but wanted() and room().
class ConnectionOwner {
  public:
    virtual ~ConnectionOwner() = default;

    /// connect() succeeded.
    virtual void connected() {}
    /// How much to read at most, of `size` bytes, but not 0: what a handshake still lacks, say.
    virtual std::size_t wanted(std::size_t size) { return size; }
    /// Room of `size` bytes or less, but not none; usually session.prepare(size). It is asked for
    /// when something has come, and filled at once: nothing else is called before received() or
    /// ended(), so owners may share one buffer.
    virtual std::span<std::uint8_t> room(std::size_t size) = 0;
    /// So many bytes have been put there.
    virtual void received(std::size_t size) = 0;
    /// What came after finish(), which is read only so that the peer can close in peace.
    virtual void dropped(ByteView bytes) { static_cast<void>(bytes); }
    /// The peer will send nothing more; it may still read.
    virtual void ended() = 0;
    /// Some of what was given to send() has gone to the kernel, but not all.
    virtual void progress() {}
    /// All that was given to send() has gone to the kernel.
    virtual void written() {}
    /// The peer takes nothing more, and what was queued is dropped. False, or nothing overridden,
    /// closes with Cause::failed; true goes on reading what the peer had sent before.
    virtual bool write_failed(const std::string& why) {
        static_cast<void>(why);
        return false;
    }
    /// The last call; comes once.
    virtual void closed(const Closed& why) = 0;
};

class Connection {
  public:
    struct Impl;

    /// Unconnected: for connect().
    explicit Connection(const boost::asio::any_io_executor& executor,
                        const SocketOptions& options = {});
    /// For Acceptor.
    explicit Connection(std::shared_ptr<Impl> impl);
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    /// Closes at once, without another word to the owner.
    ~Connection();

    /// Resolves the host if need be and tries each of its addresses in turn; then connected(), or
    /// closed() with Cause::unreachable. Reading is paused until resume_reading().
    void connect(const Endpoint& endpoint, ConnectionOwner& owner);

    /// Begins to read, on a connection that an Acceptor gave.
    void start(ConnectionOwner& owner);

    /// Gives the kernel what it takes of these bytes at once, if nothing is queued before them;
    /// returns how many, and tells the owner nothing. For many small batches: send() the rest.
    std::size_t try_send(ByteView bytes);
    /// Queues bytes. Small sends that are queued while a write is under way leave together.
    void send(Bytes bytes);
    /// Bytes queued that the kernel has not taken yet.
    std::size_t unsent() const;
    /// These bytes; still there when closed() tells that the peer did not read them.
    Bytes unsent_bytes() const;
    /// Closes with Cause::stalled when the kernel takes none of the queued bytes for this long; 0,
    /// the default, is never.
    void set_write_timeout(std::chrono::milliseconds timeout);

    /// A paused connection leaves what arrives in the kernel, so a peer that goes on writing
    /// stalls. One that was accepted may have taken some hundred bytes already; they wait here.
    void pause_reading();
    void resume_reading();

    /// Shuts the sending side once what is queued has gone: the peer reads the end of what we send,
    /// and what it sends is received as before. send() does nothing from now on.
    void finish_sending();

    /// Closes so that nothing queued is lost: sends it, shuts the sending side, drops what still
    /// arrives until the peer closes too or `patience` has passed. Closing with unread input would
    /// make the kernel reset the connection and the peer lose what it had not read. With
    /// Cause::stalled when the patience was too short for what was queued.
    void finish(std::chrono::milliseconds patience = std::chrono::seconds(5));
    /// Closes at once; what is queued is lost.
    void close();
    /// Closes with a TCP reset, as a crashed peer or a firewall would; what is queued here is lost.
    /// When nothing is, what the kernel has taken reaches the peer first, unless that takes longer
    /// than `patience`. Whether the peer still reads it after the reset is up to its own system:
    /// Linux lets it.
    void reset(std::chrono::milliseconds patience = std::chrono::seconds(2));
    bool is_open() const;

    /// The peer's address, such as "127.0.0.1:51234"; "unix" for a UNIX socket.
    const std::string& peer() const;
    /// The descriptor, for poll(2); -1 when not open. Non-blocking.
    int native_handle() const;

  private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace confd::transport
