// SPDX-License-Identifier: Apache-2.0
// What the client library throws.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "protocol/error.hpp"
#include "protocol/session/client_handshake.hpp"

namespace confd::events {

/// what() is one line for people.
class Error : public std::runtime_error {
  public:
    enum class Kind : std::uint8_t {
        usage,     ///< a call that the stock library refuses, or a bad setting; nothing was sent
        connect,   ///< nothing listens there, or the address does not exist
        timeout,   ///< the deadline passed; see recoverable()
        closed,    ///< the peer closed the connection, or close() was called
        refused,   ///< the peer answered with an error: see peer()
        protocol,  ///< bytes that no peer of this protocol sends: see protocol_error()
    };

    Error(Kind kind, const std::string& text, bool recoverable = false);
    /// Kind::refused, with the code and text of the peer, or ERR_PROTOUSAGE for a refused
    /// handshake.
    explicit Error(const SessionFailure& failure, bool recoverable = false);
    /// Kind::protocol for one malformed event: recoverable.
    explicit Error(const confd::Error& malformed);

    Kind kind() const { return details_->kind; }
    /// The socket can still be used: the next read_notification() reads the next event. True for a
    /// timeout of anything but connecting, for a malformed event and for usage errors, and for a
    /// MAAPI call that the server refused.
    bool recoverable() const { return details_->recoverable; }
    /// Kind::refused: code (a PeerErrorCode or another number) and text.
    const PeerError& peer() const { return details_->failure.peer; }
    /// Kind::closed, and the peer did so between two messages, as one that is done does.
    bool orderly() const { return details_->orderly; }
    /// Kind::protocol: code, byte offset and field. Kind::closed in the middle of a message:
    /// Errc::truncated; its message is empty otherwise.
    const confd::Error& protocol_error() const { return details_->failure.error; }

  private:
    struct Details {
        Kind kind;
        bool recoverable = false;
        SessionFailure failure;
        bool orderly = false;
    };
    // Shared, because copying an exception must not throw.
    std::shared_ptr<const Details> details_;
};

}  // namespace confd::events
