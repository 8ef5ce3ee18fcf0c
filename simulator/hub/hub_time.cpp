// Time: what is due, and which peers need a look although nothing is. Neither costs anything for
// peers to which nothing happens.
#include <algorithm>
#include <initializer_list>
#include <utility>

#include "simulator/hub/hub.hpp"

namespace confd::sim {
namespace {

std::optional<Instant> earliest(std::initializer_list<std::optional<Instant>> times) {
    std::optional<Instant> out;
    for (const auto& time : times) {
        if (time && (!out || *time < *out)) out = time;
    }
    return out;
}

}  // namespace

std::vector<HubEvent> Hub::poll(Instant now) {
    latest_ = now;
    hand_out();
    for (const auto id : deadlines_.due(now))
        touched_.insert(id);
    // Whom one of them touches further down the list is seen to now, the others next time.
    for (PeerId id = 0;;) {
        const auto next = touched_.upper_bound(id);
        if (next == touched_.end()) break;
        id = *next;
        touched_.erase(next);
        visit(now, id);
    }
    for (const auto send : barriers_.due(now)) {
        transactions_.finish(send);
        happened(BarrierExpired{send, barriers_.expire(send)});
    }
    report_hits();
    return std::exchange(happened_, {});
}

/// Does what is due for the peer: everything of deadline_of(), and what no deadline tells.
void Hub::visit(Instant now, PeerId id) {
    auto* const found = find(id);
    if (found == nullptr) return;
    auto& peer = *found;
    if (peer.lines != nullptr) move_in(now, id, peer);
    check_limits(now, id, peer);
    if (peer.listens()) {
        send_beats(now, peer);
        pump(now, id, peer);
        check_queue(now, id, peer);
    }
    settle(id, peer);
}

void Hub::send_beats(Instant now, Peer& peer) {
    for (auto& beat : peer.beats) {
        if (beat.next > now) continue;
        keep_share(peer);
        if (peer.session.send({beat.type, SignalNotification{}})) {
            ++peer.counters.events;
            ++peer.counters.beats;
            ++peer.stats->events[bit_of(beat.type)];
        }
        // After a pause there is one beat, not all that were missed.
        beat.next += beat.interval;
        if (beat.next <= now) beat.next = now + beat.interval;
    }
}

std::optional<Instant> Hub::next_deadline() const {
    return earliest({deadlines_.next(), barriers_.next_deadline()});
}

/// When visit() or output() has something to do for the peer.
std::optional<Instant> Hub::deadline_of(const Peer& peer) const {
    auto next = limits_deadline(peer);
    if (peer.lines != nullptr) {
        next = earliest({next, peer.lines->out.deadline(), peer.lines->in.deadline()});
    }
    if (!peer.listens()) return next;
    for (const auto& beat : peer.beats)
        next = earliest({next, beat.next});
    if (peer.crowded_since) next = earliest({next, *peer.crowded_since + config_.queue.patience});
    return earliest({next, stop_time(peer)});
}

std::optional<Instant> Hub::stop_time(const Peer& peer) const {
    if (!peer.feed || queued(peer) >= replay_queue) return std::nullopt;
    const auto stop = peer.feed->deadline();
    if (!stop) return std::nullopt;
    // Subscribers name any year; the clock's nanoseconds do not reach that far.
    constexpr std::chrono::microseconds far = std::chrono::years(50);
    return config_.clock_origin + std::clamp(*stop - config_.wall_origin, -far, far);
}

/// To be called when something about the peer may have changed: nobody asks it again before the
/// deadline that is noted here.
void Hub::note(PeerId id, Peer& peer) {
    deadlines_.set(id, peer.deadline, deadline_of(peer));
    if (peer.listens() && is_crowded(peer)) touched_.insert(id);
}

/// The same, when bytes were queued or have left: that moves no deadline but of faults and replays.
void Hub::note_queue(PeerId id, Peer& peer) {
    if (peer.feed || peer.lines != nullptr || peer.maapi != nullptr) return note(id, peer);
    if (peer.listens() && is_crowded(peer)) touched_.insert(id);
}

/// The same, when it is not output() that has changed it.
void Hub::settle(PeerId id, Peer& peer) {
    count_pending(peer);
    note(id, peer);
    const bool closes = peer.close && !peer.closed;
    if (peer.session.has_output() || !peer.passed.empty() || peer.lines != nullptr ||
        peer.maapi != nullptr || closes) {
        ready_.add(id);
    }
}

void Hub::settle_all() {
    for (auto& [id, peer] : peers_)
        settle(id, *peer);
}

}  // namespace confd::sim
