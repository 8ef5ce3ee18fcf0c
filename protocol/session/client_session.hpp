// SPDX-License-Identifier: Apache-2.0
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
#include "protocol/session/client_handshake.hpp"
#include "protocol/session/event_names.hpp"
#include "protocol/session/subscription.hpp"

namespace confd {

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
    /// Only after Poll::notification; the caller may change it or move from it.
    const Notification& notification() const { return *notification_; }
    Notification& notification() { return *notification_; }
    ByteView payload() const { return payload_; }
    const Error& error() const { return error_; }

    const SessionFailure& failure() const { return failure_; }
    bool streaming() const { return state_ == State::streaming; }
    /// Whether the bytes of something started but not completed are waiting.
    bool partial() const { return input_.buffered() > 0; }
    /// The server's hello, once streaming.
    const HelloReply& server() const { return handshake_.server(); }
    const ClientConfig& config() const { return config_; }
    /// What tags are called, as far as the server has written them by name: with UseIKP 1.
    const EventNames& names() const { return names_; }

  private:
    enum class State : std::uint8_t {
        handshake,
        subscribe_reply,  // a frame
        streaming,        // frames
        failed,
    };

    Poll fail(SessionFailure failure);
    Poll fail_protocol(Error error);
    Poll starved();
    Poll on_handshake();
    Poll on_subscribe_reply();
    Poll on_frame();
    void send_subscription();

    ClientConfig config_;
    NotificationDecoder decoder_;
    Bytes output_;  // before handshake_, which queues its hello there
    ClientHandshake handshake_;
    State state_ = State::handshake;
    FrameReader input_;
    bool eof_ = false;
    Notification* notification_ = nullptr;  // the decoder's
    ByteView payload_;
    EventNames names_;
    Error error_;
    SessionFailure failure_;
};

}  // namespace confd
