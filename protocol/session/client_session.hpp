// The client's side of an event socket, without I/O: bytes in, events and bytes out.
//
//     ClientSession session(config);
//     while (true) {
//         write_all(session.take_output());
//         switch (session.poll()) {
//             case ClientSession::Poll::need_input: session.feed(read_some()); break;
//             case ClientSession::Poll::subscribed: break;
//             case ClientSession::Poll::notification: use(session.notification()); break;
//             case ClientSession::Poll::malformed: report(session.error()); break;
//             case ClientSession::Poll::failed: return report(session.failure());
//         }
//     }
//
// transport/ runs it over a socket; tests run it over nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "protocol/bytes.hpp"
#include "protocol/error.hpp"
#include "protocol/frame/frame.hpp"
#include "protocol/limits.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/session/ack.hpp"
#include "protocol/session/handshake.hpp"
#include "protocol/session/subscription.hpp"

namespace confd {

/// Why a session can't go on.
struct SessionFailure {
    enum class Kind : std::uint8_t {
        closed,    ///< the peer closed the connection
        refused,   ///< the peer answered with an error: see `peer`
        protocol,  ///< the peer sent bytes that no peer of this protocol sends: see `error`
    };

    Kind kind = Kind::closed;
    PeerError peer;
    Error error;
};

/// One line for people.
std::string to_string(const SessionFailure& failure);

struct ClientConfig {
    Release release;                   ///< what the hello claims; chooses the dialect
    Product product = Product::confd;  ///< lays out progress events
    Subscription subscription;
    /// Contents of the access file; when set, the hello asks for the challenge.
    std::optional<Bytes> secret;
    std::uint8_t max_depth = default_max_depth;
    std::uint8_t max_key_length = default_max_key_length;
    bool strict = false;  ///< treat unknown event types as malformed
    Limits limits;
};

class ClientSession {
  public:
    enum class Poll : std::uint8_t {
        need_input,    ///< nothing more in the bytes so far
        subscribed,    ///< the server said ok; events follow
        notification,  ///< see notification() and payload()
        malformed,     ///< a frame that is no event: see error(); the session goes on
        failed,        ///< see failure(); poll() repeats it
    };

    explicit ClientSession(ClientConfig config);

    /// Looks at the bytes received so far and says what comes next.
    Poll poll();

    // Input: either feed(), or prepare() and commit() to read straight into the session's buffer.
    void feed(ByteView bytes) { input_.append(bytes); }
    std::span<std::uint8_t> prepare(std::size_t size) { return input_.prepare(size); }
    void commit(std::size_t size) { input_.commit(size); }
    /// The peer closed its side: what is complete is still delivered, then poll() fails.
    void feed_eof() { eof_ = true; }

    /// Bytes to send, oldest first; the caller takes all of them.
    Bytes take_output() { return std::exchange(output_, {}); }
    bool has_output() const { return !output_.empty(); }

    /// Queues an acknowledgement.
    void send(const Ack& ack);

    // Valid until the next poll() or input.
    const Notification& notification() const { return notification_; }
    Notification& notification() { return notification_; }
    ByteView payload() const { return payload_; }
    const Error& error() const { return error_; }

    const SessionFailure& failure() const { return failure_; }
    bool streaming() const { return state_ == State::streaming; }
    /// Whether the bytes of something started but not completed are waiting.
    bool partial() const { return input_.buffered() > 0; }
    /// The server's hello, once streaming.
    const HelloReply& server() const { return server_; }
    const ClientConfig& config() const { return config_; }

  private:
    enum class State : std::uint8_t {
        challenge,        // 17 bytes
        access_result,    // 1 byte
        hello_reply,      // 9 bytes
        subscribe_reply,  // a frame
        streaming,        // frames
        failed,
    };

    Poll fail(SessionFailure failure);
    Poll fail_protocol(Error error);
    Poll starved();
    Poll on_challenge();
    Poll on_access_result();
    Poll on_hello_reply();
    Poll on_subscribe_reply();
    Poll on_frame();
    void send_subscription();

    ClientConfig config_;
    DecodeOptions decode_options_;
    State state_;
    FrameReader input_;
    Bytes output_;
    bool eof_ = false;
    HelloReply server_;
    Notification notification_;
    ByteView payload_;
    Error error_;
    SessionFailure failure_;
};

}  // namespace confd
