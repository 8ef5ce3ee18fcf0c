// Peers that send too much, too fast, or not at all (limits/peer_limits.hpp).
#include <fmt/format.h>

#include <utility>

#include "simulator/hub/hub.hpp"

namespace confd::sim {

/// To be called when something about the peer may have changed.
void Hub::count_pending(Peer& peer) {
    if (!peer.pending || !(peer.subscribed || peer.session.is_maapi())) return;
    peer.pending = false;
    --pending_;
}

/// Whether the peer's next message is to be looked at. Those that nothing waits for are looked at
/// no faster than their pace; what had come before the peer left is let through.
bool Hub::acks_flow(Instant now, PeerId id, Peer& peer) {
    const bool flow = peer.ended || peer.acks.ready(ack_pace()) <= now;
    if (flow != peer.acks_held) return flow;
    peer.acks_held = !flow;
    ready_.add(id);
    if (!flow && !std::exchange(peer.acks_were_held, true)) {
        happened(AcksHeld{id, peer.role});
    }
    return flow;
}

/// What the peer has to send in time. Nothing from one to which a fault may be done: that can be
/// what it waits for itself.
std::optional<InputClock::Due> Hub::input_due(const Peer& peer) const {
    if (peer.detached || peer.lines != nullptr) return std::nullopt;
    return peer.input.due(peer.session, config_.limits);
}

std::optional<Instant> Hub::limits_deadline(const Peer& peer) const {
    if (peer.detached) return std::nullopt;
    if (peer.acks_held) return peer.acks.ready(ack_pace());
    const auto due = input_due(peer);
    return due ? std::optional(due->at) : std::nullopt;
}

void Hub::check_limits(Instant now, PeerId id, Peer& peer) {
    if (peer.acks_held) return look(now, id, peer);
    const auto due = input_due(peer);
    if (!due || due->at > now) return;
    // Nobody who has not come so far would understand an answer, nor wait for one.
    if (peer.session.in_handshake()) peer.close = CloseHow::rst;
    peer.session.time_out(fmt::format("{} was not complete in time", due->what));
    look(now, id, peer);
}

}  // namespace confd::sim
