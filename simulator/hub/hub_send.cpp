// Events, from the hub to those who are to have them.
#include <array>
#include <utility>

#include "protocol/frame/frame.hpp"
#include "simulator/hub/hub.hpp"

namespace confd::sim {
namespace {

/// The notification as a frame, for every subscriber of the dialect.
std::expected<Bytes, Error> encode_frame(const Notification& notification,
                                         const WireContext& wire) {
    Bytes frame;
    const auto mark = begin_frame(frame);
    const auto good = encode_notification(to_dialect(notification, wire.dialect), frame, wire);
    if (!good) return std::unexpected(good.error());
    end_frame(frame, mark);
    return frame;
}

}  // namespace

Sent Hub::send(Instant now, const Notification& notification, const Target& target,
               maapi::DiffPtr diff) {
    if (notification.type == NOTIF_STREAM_EVENT) {
        return send(now, StreamEvent{wall(now), notification, nullptr}, target);
    }
    auto sent = new_send();
    std::array<std::optional<Bytes>, dialect_count> frames;  // empty where there is an error
    for (const auto& listener : listeners_) {
        if ((listener.mask & notification.type) == 0 || !listener.has_role(target.role)) continue;
        auto& peer = *listener.peer;
        const auto wire = peer.session.context();
        auto& frame = frames[static_cast<std::size_t>(wire.dialect)];
        if (!frame) {
            auto encoded = encode_frame(notification, wire);
            if (!encoded) sent.error = encoded.error();
            frame = std::move(encoded).value_or(Bytes());
        }
        if (frame->empty()) continue;
        peer.session.send_raw(*frame, usual_batch_);
        ++sent.recipients;
        ++peer.counters.events;
        if (const auto ack = ack_owed(notification, listener.mask)) {
            barriers_.owe(sent.id, {listener.id, *ack});
            sent.owed.push_back({listener.id, *ack});
        }
        note_queue(listener.id, peer);
        ready_.add(listener.id);
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
        if (peer.session.send(*next)) ++peer.counters.events;
    }
    peer.choked = true;
}

}  // namespace confd::sim
