#include "simulator/hub/hub.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace confd::sim {
namespace {

Bytes kept(ByteView frame) {
    const auto size = std::min(frame.size(), max_kept_frame);
    return {frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)};
}

}  // namespace

Hub::Hub(HubConfig config) : config_(std::move(config)), book_(config_.streams) {}

PeerId Hub::connect(Instant now, const Challenge& challenge) {
    const auto id = ++last_peer_;
    auto& peer =
        *(peers_[id] = std::make_unique<Peer>(ServerSession(config_.server, challenge), now));
    ++pending_;
    if (observer_ != nullptr) observer_->connects(id);
    if (const auto how = board_.on_connect(id)) {
        peer.close = *how;
        detach(id, peer, {}, true);
    } else if (board_.touches({})) {
        make_lines(peer, id, Stage::handshake, Stage::handshake);
    }
    settle(id, peer);
    report_hits();
    return id;
}

Peer* Hub::find(PeerId id) const {
    const auto found = peers_.find(id);
    return found == peers_.end() ? nullptr : found->second.get();
}

std::size_t Hub::wanted(PeerId id, std::size_t size) const {
    const auto* peer = find(id);
    // What a fault delays is not in the session yet.
    return peer == nullptr || peer->lines != nullptr ? size : peer->session.wanted(size);
}

void Hub::feed(Instant now, PeerId id, ByteView bytes) {
    latest_ = now;
    if (auto* const peer = find(id)) take_in(now, id, *peer, bytes);
}

void Hub::eof(Instant now, PeerId id) {
    auto* const found = find(id);
    if (found == nullptr) return;
    auto& peer = *found;
    latest_ = now;
    peer.ended = true;
    if (peer.lines != nullptr) {
        peer.lines->in.finish(now);
        move_in(now, id, peer);
    } else {
        peer.session.feed_eof();
        look(now, id, peer);
    }
    settle(id, peer);
}

void Hub::forget(PeerId id, std::string reason) {
    auto* const peer = find(id);
    if (peer == nullptr) return;
    detach(id, *peer, std::move(reason));
    deadlines_.set(id, peer->deadline, std::nullopt);
    if (peer->pending) --pending_;
    if (peer->stats && on_gone_) on_gone_(*peer->stats);
    peers_.erase(id);
}

void Hub::look(Instant now, PeerId id, Peer& peer) {
    while (!peer.detached && answer(id, peer) && acks_flow(now, id, peer)) {
        switch (peer.session.poll()) {
            case ServerSession::Poll::need_input:
                return peer.input.look(now, peer.session);
            case ServerSession::Poll::subscription:
                decide(now, id, peer);
                break;
            case ServerSession::Poll::ack:
                on_ack(now, id, peer);
                break;
            case ServerSession::Poll::request:
                on_request(id, peer);
                break;
            case ServerSession::Poll::closed:
                on_closed(id, peer);
                break;
        }
    }
    peer.input.pause();
}

void Hub::on_ack(Instant now, PeerId id, Peer& peer) {
    const auto ack = peer.session.ack();
    const auto answer = barriers_.answer(id, ack);
    if (answer.verdict != AckVerdict::known) peer.acks.take(ack_pace(), now);
    ++peer.counters.acks[static_cast<std::size_t>(answer.verdict)];
    if (answer.verdict == AckVerdict::known || answer.verdict == AckVerdict::late) {
        auto& latencies = peer.stats->latencies;
        if (!latencies) latencies = std::make_shared<Latencies>();
        latencies->add(std::chrono::duration_cast<Latencies::Micros>(now - answer.owed_since));
    }
    happened(
        AckReceived{id, peer.role, ack, answer.verdict, answer.send, kept(peer.session.frame())});
    if (answer.released) release(answer.send);
}

/// Nobody owes anything for the event any more.
void Hub::release(SendId send) {
    transactions_.finish(send);
    happened(BarrierReleased{send});
}

void Hub::happened(HubEvent event) {
    happened_.push_back(std::move(event));
    if (observer_ != nullptr) observer_->happened(happened_.back());
}

void Hub::on_closed(PeerId id, Peer& peer) {
    const auto& session = peer.session;
    // A MAAPI peer that goes in the middle of something has not been turned down.
    if (session.malformed() || (!peer.subscribed && !session.is_maapi())) {
        if (!session.reason().empty()) {
            happened(Refused{.peer = id,
                             .reason = session.reason(),
                             .code = session.refusal_code(),
                             .malformed = session.malformed(),
                             .frame = kept(session.frame()),
                             .subscribed = peer.subscribed,
                             .role = peer.role});
        }
    }
    detach(id, peer, session.reason(), session.malformed());
}

void Hub::detach(PeerId id, Peer& peer, std::string reason, bool by_us, bool slow) {
    if (peer.detached) return;
    peer.detached = true;
    leave(id, peer);
    if (!peer.close) peer.close = CloseHow::fin;
    const bool from_here = by_us || peer.half_closed || peer.closed;
    if (peer.stats) note_end(peer, from_here, slow, reason);
    if (peer.subscribed) ++vacancies_[peer.role];
    end_maapi(id, peer);
    happened(Disconnected{.peer = id,
                          .subscribed = peer.subscribed,
                          .by_us = from_here,
                          .maapi = peer.session.is_maapi(),
                          .role = peer.role,
                          .reason = std::move(reason)});
    for (const auto send : barriers_.drop(id))
        release(send);
    const bool took = (peer.session.subscription().mask & NOTIF_TAKEOVER_SYSLOG) != 0;
    if (peer.subscribed && took && --takers_ == 0) happened(SyslogTaken{false});
}

void Hub::note_end(Peer& peer, bool by_us, bool slow, const std::string& reason) const {
    auto& stats = *peer.stats;
    stats.left_at = latest_;
    stats.reason = reason;
    stats.acks = peer.counters.acks;
    if (slow) {
        stats.left = Left::slow;
    } else if (peer.session.malformed()) {
        stats.left = Left::malformed;
    } else if (by_us) {
        stats.left = ending_ ? Left::end : Left::scenario;
    } else {
        stats.left = Left::client;
    }
}

/// It gets no more events. What it has got still goes out.
void Hub::leave(PeerId id, Peer& peer) {
    keep_share(peer);
    listeners_.remove(id, peer);
}

void Hub::close(PeerId id, CloseHow how) {
    auto* const found = find(id);
    if (found == nullptr || found->detached) return;
    auto& peer = *found;
    peer.close = how;
    if (how == CloseHow::half) {
        // It gets no more events, so nothing that it was sent must wait for it for ever; but what
        // it owes it can still give.
        peer.half_closed = true;
        leave(id, peer);
    } else {
        if (how == CloseHow::rst) drop_output(peer);
        detach(id, peer, {}, true);
    }
    settle(id, peer);
}

std::vector<PeerId> Hub::subscribers(std::string_view role) const {
    std::vector<PeerId> out;
    for (const auto& listener : listeners_) {
        if (listener.has_role(role)) out.push_back(listener.id);
    }
    return out;
}

const ServerSession* Hub::session(PeerId id) const {
    const auto* peer = find(id);
    return peer == nullptr ? nullptr : &peer->session;
}

std::string_view Hub::role_of(PeerId id) const {
    const auto* peer = find(id);
    return peer == nullptr ? std::string_view() : std::string_view(peer->role);
}

const PeerCounters* Hub::counters(PeerId id) {
    hand_out();
    const auto* peer = find(id);
    return peer == nullptr ? nullptr : &peer->counters;
}

std::optional<PeerStats> Hub::stats(PeerId id) {
    hand_out();
    const auto* peer = find(id);
    if (peer == nullptr || !peer->stats) return std::nullopt;
    auto out = *peer->stats;
    if (peer->detached) return out;
    out.left_at = latest_;
    out.acks = peer->counters.acks;
    if (out.latencies) out.latencies = std::make_shared<Latencies>(*out.latencies);
    for (std::size_t i = 0; peer->listens() && i < out.events.size(); ++i)
        out.events[i] += peer->audience->sent[i];
    return out;
}

}  // namespace confd::sim
