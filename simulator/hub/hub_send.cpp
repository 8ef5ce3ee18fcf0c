// Events, from the hub to those who are to have them.
#include <array>
#include <utility>

#include "simulator/hub/hub.hpp"

namespace confd::sim {
namespace {

/// An event in the burst of a dialect.
struct Encoded {
    bool tried = false;
    Share frame;          ///< empty after an error
    bool wanted = false;  ///< some subscriber has it in its share
};

}  // namespace

/// The subscriber gets the frame that has just been added to the burst: as part of its share if
/// that ends where the frame begins, or if nothing else is queued, and otherwise as a copy.
bool Hub::share(const Listener& listener, Share frame) {
    auto& peer = *listener.peer;
    if (!peer.share.empty() && peer.share.end == frame.begin) {
        peer.share.end = frame.end;
        // As note_queue() and ready_, for a peer of which nothing else has changed.
        if (peer.crowded_since || peer.share.size() + peer.unsent > config_.queue.soft)
            touched_.insert(listener.id);
        return true;
    }
    // Without a connection nothing is flushed, and with faults it matters what leaves when.
    const bool begins = peer.share.empty() && peer.outlet != nullptr && peer.lines == nullptr &&
                        !peer.feed && !peer.session.has_output() && peer.passed.empty();
    if (begins) {
        peer.share = frame;
    } else {
        keep_share(peer);
        peer.session.send_raw(burst_.view(listener.wire.dialect, frame), usual_batch_);
    }
    note_queue(listener.id, peer);
    ready_.add(listener.id);
    return begins;
}

/// Before the session queues something of its own: its share is copied to go out first.
void Hub::keep_share(Peer& peer) {
    if (!peer.share.empty()) peer.session.send_raw(take_share(peer), usual_batch_);
}

/// What it shares, which it has got then.
ByteView Hub::take_share(Peer& peer) {
    return burst_.view(peer.session.context().dialect, std::exchange(peer.share, {}));
}

/// Whether its share is all that there is to be done for the peer: nearly always.
bool Hub::only_shares(PeerId id, Peer& peer) {
    ensure_lines(peer, id);
    return !peer.share.empty() && peer.lines == nullptr && !peer.feed && peer.maapi == nullptr &&
           !peer.close && !peer.shut && !peer.session.has_output();
}

Sent Hub::send(Instant now, const Notification& notification, const Target& target,
               maapi::DiffPtr diff) {
    if (notification.type == NOTIF_STREAM_EVENT) {
        return send(now, StreamEvent{wall(now), notification, nullptr}, target);
    }
    auto sent = new_send();
    const bool may_owe = ack_owed(notification, ~std::uint32_t{0}).has_value();
    std::array<Encoded, dialect_count> encoded;
    for (const auto& listener : listeners_) {
        if ((listener.mask & notification.type) == 0 || !listener.has_role(target.role)) continue;
        auto& form = encoded[static_cast<std::size_t>(listener.wire.dialect)];
        if (!std::exchange(form.tried, true)) {
            const auto frame = burst_.add(notification, listener.wire);
            if (!frame) sent.error = frame.error();
            form.frame = frame.value_or(Share{});
        }
        if (form.frame.empty()) continue;
        form.wanted |= share(listener, form.frame);
        ++sent.recipients;
        ++listener.peer->counters.events;
        if (!may_owe) continue;
        if (const auto ack = ack_owed(notification, listener.mask)) {
            barriers_.owe(sent.id, {listener.id, *ack});
            sent.owed.push_back({listener.id, *ack});
        }
    }
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        if (!encoded[i].wanted) burst_.drop(static_cast<Dialect>(i), encoded[i].frame);
    }
    open_transaction(notification, sent.id, std::move(diff));
    if (on_send_) on_send_(notification, sent);
    return sent;
}

Sent Hub::send(Instant now, const StreamEvent& event, const Target& target) {
    auto sent = new_send();
    book_.append(target.stream, event, target.role, wall(now));
    for (const auto& listener : listeners_) {
        auto& peer = *listener.peer;
        if (!peer.feed) continue;
        const auto before = peer.counters.events;
        pump(now, peer);
        if (peer.counters.events > before) ++sent.recipients;
        settle(listener.id, peer);
    }
    if (on_send_) on_send_(event.notification, sent);
    return sent;
}

void Hub::send_bytes(ByteView bytes, std::string_view role) {
    for (const auto& listener : listeners_) {
        if (!listener.has_role(role)) continue;
        keep_share(*listener.peer);
        listener.peer->session.send_raw(bytes);
        settle(listener.id, *listener.peer);
    }
}

/// Sends what the peer's stream has for it, as far as there is room.
void Hub::pump(Instant now, Peer& peer) {
    if (!peer.feed || !peer.listens) return;
    peer.choked = false;
    while (queued(peer) < replay_queue) {
        const auto next = peer.feed->next(wall(now));
        if (next == nullptr) return;
        keep_share(peer);
        if (peer.session.send(*next)) ++peer.counters.events;
    }
    peer.choked = true;
}

}  // namespace confd::sim
