// SPDX-License-Identifier: Apache-2.0
// The server's side of one socket, without I/O: bytes in, requests and bytes out.
//
// The session does the handshake by itself and hands everything else to its owner: whether a
// subscription is granted, which events are sent, what an acknowledgement completes. On a MAAPI
// socket it only cuts frames: the owner reads and answers them (protocol/maapi/messages.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
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
#include "protocol/value/by_name.hpp"

namespace confd {

struct ServerConfig {
    Release release;  ///< what the reply to the hello claims
    Product product = Product::confd;
    /// When set, clients must ask for the challenge and know the secret. When not, a client that
    /// asks is challenged all the same, and any answer is accepted.
    std::optional<Bytes> secret;
    /// Keypath depth and key length that clients must have room for; a client that says 0 has no
    /// such bound.
    std::uint8_t max_depth = default_max_depth;
    std::uint8_t max_key_length = default_max_key_length;
    bool maapi = false;  ///< also serve clients that ask for MAAPI
    /// What tags are called, for subscribers with UseIKP 1; those without a name stay hashes.
    std::shared_ptr<const HashNames> names;
    Limits limits{.payload = subscriber_payload_limit};
};

/// Protocol versions that a server of this library serves, each in its own dialect; others are
/// answered with HelloReply::incompatible_version.
inline constexpr std::uint16_t oldest_protocol_version = 60;
inline constexpr std::uint16_t newest_protocol_version = 89;

class ServerSession {
  public:
    enum class Poll : std::uint8_t {
        need_input,    ///< nothing more in the bytes so far
        subscription,  ///< see subscription(); answer with accept() or refuse()
        ack,           ///< see ack()
        request,       ///< on a MAAPI socket: see frame(); answer with send_payload()
        closed,        ///< see reason(); send what is queued, then close. poll() repeats it
    };

    /// `challenge` should be random: the access check is worth no more than it.
    ServerSession(ServerConfig config, const Challenge& challenge);

    Poll poll();

    void feed(ByteView bytes) { input_.append(bytes); }
    /// How much to read next, at most: `size` bytes, but during the handshake no more than its next
    /// message. What a client sends on before it has been answered stays in its
    /// kernel.
    std::size_t wanted(std::size_t size) const;
    /// Room for the next read, for owners without a buffer of their own.
    std::span<std::uint8_t> prepare(std::size_t size) { return input_.prepare(wanted(size)); }
    void commit(std::size_t size) { input_.commit(size); }
    /// The peer closed its side: what is complete is still delivered, then poll() says closed.
    void feed_eof() { eof_ = true; }

    Bytes take_output() { return std::exchange(output_, {}); }
    bool has_output() const { return !output_.empty(); }
    std::size_t output_size() const { return output_.size(); }
    /// What take_output() would give.
    ByteView output() const { return output_; }

    /// Answers the subscription: events may be sent from now on.
    void accept();
    /// Answers with an error and closes.
    void refuse(const PeerError& error);
    /// Closes because the client has not gone on in time; poll() says so then.
    void time_out(const std::string& reason);

    /// Queues an event in the dialect of this client.
    std::expected<void, Error> send(const Notification& notification);
    /// Queues a frame with this payload, whatever it is.
    void send_payload(ByteView payload) { append_frame(output_, payload); }
    /// Queues bytes as they are, without a frame.
    void send_raw(ByteView bytes) { output_.insert(output_.end(), bytes.begin(), bytes.end()); }

    bool subscribed() const { return state_ == State::streaming; }
    /// Whether the hello, or the answer to the challenge, is still to come.
    bool in_handshake() const { return state_ == State::hello || state_ == State::access_answer; }
    /// Whether the hello asked for MAAPI and was accepted.
    bool is_maapi() const { return maapi_; }
    /// The client's hello, once received.
    const std::optional<Hello>& hello() const { return hello_; }
    WireContext context() const;
    const Subscription& subscription() const { return subscription_; }
    const Ack& ack() const { return ack_; }
    /// Whether the bytes of something begun but not completed are waiting.
    bool partial() const { return input_.buffered() > 0; }
    /// Where in what the client has sent that begins, or what comes next will.
    std::size_t offset() const { return input_.offset(); }
    /// The client's last frame, well-formed or not; valid until the next poll() or input.
    ByteView frame() const { return frame_; }
    /// Why the session closed, for the log; empty when the peer just went away.
    const std::string& reason() const { return reason_; }
    /// Whether it closed because of bytes that no client of this protocol sends.
    bool malformed() const { return malformed_; }
    /// With what code the subscription was refused; 0 when it was not.
    std::int64_t refusal_code() const { return refusal_code_; }

  private:
    enum class State : std::uint8_t {
        hello,
        access_answer,
        subscribe,  // waiting for the subscription
        deciding,   // waiting for accept() or refuse()
        streaming,
        maapi,  // frames, whatever they hold
        closed,
    };

    Poll close(std::string reason);
    Poll starved();
    Poll on_hello();
    Poll on_access_response();
    Poll reply_to_hello();
    Poll on_subscription();
    Poll on_ack();
    Poll on_request();
    Poll close_malformed(std::string reason);
    bool serves(std::uint8_t client_id) const;
    Poll refuse_usage(const Error& error);
    std::expected<std::optional<ByteView>, Error> next_frame();

    ServerConfig config_;
    Challenge challenge_;
    State state_ = State::hello;
    FrameReader input_;
    Bytes output_;
    bool eof_ = false;
    std::optional<Hello> hello_;
    Subscription subscription_;
    Ack ack_;
    ByteView frame_;
    std::string reason_;
    bool maapi_ = false;
    bool malformed_ = false;
    std::int64_t refusal_code_ = 0;
};

}  // namespace confd
