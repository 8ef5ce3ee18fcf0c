// Events, from the hub to those who are to have them.
#include <array>
#include <cassert>
#include <optional>
#include <utility>
#include <vector>

#include "protocol/session/event_frame.hpp"
#include "simulator/hub/hub.hpp"

namespace confd::sim {
namespace {

/// An event in the bytes of each dialect, where the first audience that gets it has them; empty
/// after an error.
using Forms = std::array<std::optional<ByteView>, dialect_count>;

std::optional<ByteView>& form_for(const Audience& audience, Forms& forms) {
    return forms[static_cast<std::size_t>(audience.wire.dialect)];
}

/// Who has to acknowledge the event, in the order in which they connected.
std::vector<Owed> owed(const Listeners& listeners, const Notification& notification,
                       const Target& target, Forms& forms) {
    std::vector<Owed> out;
    if (!ack_owed(notification, ~std::uint32_t{0})) return out;
    for (const auto& [id, peer, audience] : listeners) {
        if (!audience->gets(notification.type, target.role)) continue;
        if (form_for(*audience, forms)->empty()) continue;
        if (const auto ack = ack_owed(notification, audience->mask)) out.push_back({id, *ack});
    }
    return out;
}

}  // namespace

Sent Hub::send(Instant now, const Notification& notification, const Target& target,
               maapi::DiffPtr diff) {
    if (notification.type == NOTIF_STREAM_EVENT) {
        return send(now, StreamEvent{wall(now), notification, nullptr}, target);
    }
    auto sent = new_send();
    Forms forms;
    for (auto& [key, audience] : listeners_.audiences()) {
        if (!audience.gets(notification.type, target.role)) continue;
        auto& form = form_for(audience, forms);
        const auto begin = audience.batch.size();
        if (form) {
            audience.batch.insert(audience.batch.end(), form->begin(), form->end());
        } else {
            const auto added = append_event(audience.batch, notification, audience.wire);
            if (!added) sent.error = added.error();
            form = ByteView(audience.batch).subspan(begin);
        }
        if (form->empty()) continue;
        if (observer_ != nullptr) audience.marks.push_back({begin, sent.id});
        ++audience.events;
        ++audience.sent[bit_of(notification.type)];
        sent.recipients += audience.size;
        news_ = true;
    }
    sent.owed = owed(listeners_, notification, target, forms);
    for (const auto& debt : sent.owed)
        barriers_.owe(sent.id, debt, now);
    open_transaction(notification, sent.id, std::move(diff));
    if (on_send_) on_send_(notification, sent);
    return sent;
}

/// Tells every subscriber of what its audience has got: events that come one after another cost a
/// look at each audience, and only then one at each subscriber. To be called before anything else
/// is queued for a subscriber or dropped, before somebody asks, and before an audience changes.
void Hub::hand_out() {
    if (!std::exchange(news_, false)) return;
    for (const auto& [id, peer, audience] : listeners_) {
        if (!audience->fresh().empty()) give(id, *peer);
    }
    for (auto& [key, audience] : listeners_.audiences())
        audience.end_fresh();
    batches_ = true;
}

/// The subscriber gets what its audience has got: as part of its share if it has one or can have
/// one, and otherwise as a copy.
void Hub::give(PeerId id, Peer& peer) {
    auto& audience = *peer.audience;
    const auto fresh = audience.fresh();
    peer.counters.events += audience.events;
    if (!peer.share.empty()) {
        peer.share.end = fresh.end;
        audience.shared = true;
        // As note_queue() and ready_, for a peer of which nothing else has changed.
        if (peer.crowded_since || peer.share.size() + peer.unsent > config_.queue.soft)
            touched_.insert(id);
        return;
    }
    if (may_share(peer)) {
        peer.share = fresh;
        audience.shared = true;
    } else {
        mark_share(peer, fresh);
        peer.session.send_raw(audience.view(fresh), usual_batch_);
    }
    note_queue(id, peer);
    ready_.add(id);
}

/// Without a connection nothing is flushed, and with faults it matters what leaves when.
bool Hub::may_share(const Peer& peer) {
    return peer.outlet != nullptr && peer.lines == nullptr && !peer.feed &&
           !peer.session.has_output() && peer.passed.empty();
}

/// Before the session queues something of its own, what the peer has got until now is queued: its
/// share is copied to go out first.
void Hub::keep_share(Peer& peer) {
    hand_out();
    if (peer.share.empty()) return;
    mark_share(peer, peer.share);
    peer.session.send_raw(take_share(peer), usual_batch_);
}

/// To be called before the share is queued.
void Hub::mark_share(Peer& peer, Share share) const {
    if (observer_ == nullptr) return;
    append_marks(peer.marks, peer.output_size(), peer.audience->marks, share.begin, share.end);
}

/// What it shares, which it has got then.
ByteView Hub::take_share(Peer& peer) {
    return peer.audience->view(std::exchange(peer.share, {}));
}

/// To its connection, from where all that share it have it.
void Hub::write_share(Instant now, Peer& peer) {
    if (observer_ != nullptr) {
        Marks marks;
        append_marks(marks, 0, peer.audience->marks, peer.share.begin, peer.share.end);
        if (!marks.empty()) peer.outlet->mark(std::move(marks));
    }
    peer.outlet->write(now, take_share(peer));
}

/// Whether its share is all that there is to be done for the peer: nearly always.
bool Hub::only_shares(PeerId id, Peer& peer) {
    ensure_lines(peer, id);
    return !peer.share.empty() && peer.lines == nullptr && !peer.feed && peer.maapi == nullptr &&
           !peer.close && !peer.shut && !peer.session.has_output();
}

/// Nobody has a share any more. Memory of batches that nobody shared is given back too.
void Hub::clear_batches() {
    assert(!news_);
    if (!std::exchange(batches_, false)) return;
    constexpr std::size_t usual = std::size_t{1} << 20;
    auto& audiences = listeners_.audiences();
    for (auto& [key, audience] : audiences)
        audience.clear(usual / audiences.size());
}

Sent Hub::send(Instant now, const StreamEvent& event, const Target& target) {
    hand_out();  // what is counted below is what comes of the stream
    auto sent = new_send();
    book_.append(target.stream, event, target.role, wall(now), sent.id);
    for (const auto& [id, peer, audience] : listeners_) {
        if (!peer->feed) continue;
        const auto before = peer->counters.events;
        pump(now, id, *peer);
        if (peer->counters.events > before) ++sent.recipients;
        settle(id, *peer);
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
void Hub::pump(Instant now, PeerId id, Peer& peer) {
    if (!peer.feed || !peer.listens()) return;
    peer.choked = false;
    while (queued(peer) < replay_queue) {
        const auto next = peer.feed->next(wall(now));
        note_filter(id, peer);
        if (next == nullptr) return;
        keep_share(peer);
        const Mark mark{peer.output_size(), peer.feed->send()};
        if (!peer.session.send(*next)) continue;
        ++peer.counters.events;
        ++peer.stats->events[bit_of(NOTIF_STREAM_EVENT)];
        if (observer_ != nullptr && mark.send != 0) peer.marks.push_back(mark);
    }
    peer.choked = true;
}

void Hub::note_filter(PeerId id, Peer& peer) {
    auto ends = peer.feed->take_filter_ends();
    if (ends.events == 0) return;
    peer.counters.filter_ends += ends.events;
    filter_ends_ += ends.events;
    happened(FilterEnded{id, peer.role, std::move(ends)});
}

}  // namespace confd::sim
