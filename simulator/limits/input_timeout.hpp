// SPDX-License-Identifier: Apache-2.0
// By when a peer must have sent what is expected of it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "protocol/session/server_session.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/limits/peer_limits.hpp"

namespace confd::sim {

class InputTimeout {
  public:
    explicit InputTimeout(Instant connected) : connected_(connected) {}

    /// To be called when the session has looked at what has come.
    void look(Instant now, const ServerSession& session) {
        if (!session.partial()) return frame_since_.reset();
        if (frame_since_ && frame_ == session.offset()) return;  // still the same one
        frame_ = session.offset();
        frame_since_ = now;
    }

    /// Nothing is read from the peer: what is missing of a frame is not its fault.
    void pause() { frame_since_.reset(); }

    struct Due {
        Instant at;
        std::string_view what;  ///< "the handshake"
    };
    /// Nothing when nothing is expected, or not by any time.
    std::optional<Due> due(const ServerSession& session, const PeerLimits& limits) const {
        if (session.in_handshake()) {
            return due(connected_, "the handshake", limits.handshake_timeout);
        }
        if (!session.subscribed() && !session.is_maapi()) {
            return due(connected_, "the subscription", limits.subscription_timeout);
        }
        if (frame_since_) return due(*frame_since_, "a frame", limits.frame_timeout);
        return std::nullopt;
    }

  private:
    static std::optional<Due> due(Instant since, std::string_view what,
                                  std::chrono::milliseconds within) {
        if (within.count() == 0) return std::nullopt;
        return Due{since + within, what};
    }

    Instant connected_;
    std::optional<Instant> frame_since_;
    std::size_t frame_ = 0;
};

}  // namespace confd::sim
