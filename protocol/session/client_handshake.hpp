// SPDX-License-Identifier: Apache-2.0
// The client's part of the handshake, whatever service it asks for: hello, access check, reply.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/bytes.hpp"
#include "protocol/error.hpp"
#include "protocol/frame/frame.hpp"
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

/// The peer closed with this much unread: in the middle of a message, or between two.
SessionFailure closed_by_peer(const FrameReader& input);

struct HandshakeConfig {
    std::uint8_t client_id = CLIENT_EVENT_NOTIFICATIONS;
    Release release;
    /// Contents of the access file; when set, the hello asks for the challenge.
    std::optional<Bytes> secret;
    std::uint8_t max_depth = default_max_depth;
    std::uint8_t max_key_length = default_max_key_length;
};

class ClientHandshake {
  public:
    enum class Step : std::uint8_t { need_input, done, failed };

    /// Queues the hello.
    ClientHandshake(HandshakeConfig config, Bytes& output);

    /// Goes on as far as the input allows; `eof` when no more will come.
    Step step(FrameReader& input, bool eof, Bytes& output);

    const SessionFailure& failure() const { return failure_; }
    /// The server's hello, once done.
    const HelloReply& server() const { return server_; }

  private:
    enum class State : std::uint8_t {
        challenge,      // 17 bytes
        access_result,  // 1 byte
        hello_reply,    // 9 bytes
    };

    Step fail(SessionFailure failure);
    Step starved(const FrameReader& input, bool eof);
    Step on_challenge(FrameReader& input, bool eof, Bytes& output);
    Step on_access_result(FrameReader& input, bool eof);
    Step on_hello_reply(FrameReader& input, bool eof);

    HandshakeConfig config_;
    State state_;
    HelloReply server_;
    SessionFailure failure_;
};

}  // namespace confd
