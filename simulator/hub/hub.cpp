#include "simulator/hub/hub.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace confd::sim {
namespace {

/// A replay goes on when less than this waits for the subscriber: a long log is not queued at once.
constexpr std::size_t replay_queue = std::size_t{256} << 10;

Bytes kept(ByteView frame) {
    const auto size = std::min(frame.size(), max_kept_frame);
    return {frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)};
}

}  // namespace

Hub::Hub(HubConfig config) : config_(std::move(config)), book_(config_.streams) {}

PeerId Hub::connect(const Challenge& challenge) {
    const auto id = ++last_peer_;
    auto& peer = peers_.emplace(id, Peer(ServerSession(config_.server, challenge))).first->second;
    if (const auto how = board_.on_connect(id)) {
        peer.close = *how;
        detach(id, peer, {}, true);
    } else if (board_.touches({})) {
        make_lines(peer, id, Stage::handshake, Stage::handshake);
    }
    report_hits();
    return id;
}

void Hub::feed(Instant now, PeerId id, ByteView bytes) {
    if (const auto peer = peers_.find(id); peer != peers_.end()) {
        take_in(now, id, peer->second, bytes);
    }
}

std::span<std::uint8_t> Hub::prepare(PeerId id, std::size_t size) {
    auto& peer = peers_.at(id);
    ensure_lines(peer, id);
    if (peer.lines == nullptr) return peer.session.prepare(size);
    peer.lines->received.resize(size);
    return peer.lines->received;
}

void Hub::commit(Instant now, PeerId id, std::size_t size) {
    auto& peer = peers_.at(id);
    if (peer.lines != nullptr && !peer.lines->received.empty()) {
        const auto bytes = std::exchange(peer.lines->received, {});
        return take_in(now, id, peer, ByteView(bytes).first(size));
    }
    peer.session.commit(size);
    look(now, id, peer);
}

void Hub::eof(Instant now, PeerId id) {
    const auto found = peers_.find(id);
    if (found == peers_.end()) return;
    auto& peer = found->second;
    peer.ended = true;
    if (peer.lines != nullptr) {
        peer.lines->in.finish(now);
        return move_in(now, id, peer);
    }
    peer.session.feed_eof();
    look(now, id, peer);
}

void Hub::forget(PeerId id, std::string reason) {
    const auto peer = peers_.find(id);
    if (peer == peers_.end()) return;
    detach(id, peer->second, std::move(reason));
    peers_.erase(peer);
}

void Hub::look(Instant now, PeerId id, Peer& peer) {
    while (!peer.detached && answer(id, peer)) {
        switch (peer.session.poll()) {
            case ServerSession::Poll::need_input:
                return;
            case ServerSession::Poll::subscription:
                decide(now, id, peer);
                break;
            case ServerSession::Poll::ack:
                on_ack(id, peer);
                break;
            case ServerSession::Poll::request:
                on_request(id, peer);
                break;
            case ServerSession::Poll::closed:
                on_closed(id, peer);
                break;
        }
    }
}

void Hub::decide(Instant now, PeerId id, Peer& peer) {
    if (config_.max_subscribers > 0 && subscribers().size() >= config_.max_subscribers) {
        return peer.session.refuse(
            {ERR_PROTOUSAGE,
             fmt::format("Too many subscribers, at most {} are served", config_.max_subscribers)});
    }
    // The session then says that it is closed, and why.
    if (auto opened = open_feed(peer); !opened) return peer.session.refuse(opened.error());
    admit(now, id, peer);
}

std::expected<void, PeerError> Hub::open_feed(Peer& peer) const {
    const auto& subscription = peer.session.subscription();
    if (!subscription.stream || (subscription.mask & NOTIF_STREAM_EVENT) == 0) return {};
    auto feed = book_.subscribe(*subscription.stream);
    if (!feed) return std::unexpected(feed.error());
    peer.feed = std::move(*feed);
    return {};
}

void Hub::admit(Instant now, PeerId id, Peer& peer) {
    assign_role(peer);
    const auto& subscription = peer.session.subscription();
    if (peer.feed) peer.feed->set_role(peer.role);
    if (peer.lines == nullptr && board_.touches(peer.role)) {
        // The subscription itself has been read.
        make_lines(peer, id, Stage::subscription, Stage::events);
    }
    if (peer.lines != nullptr) {
        peer.lines->out.subscribed(peer.role, peer.session.context());
        peer.lines->in.subscribed(peer.role, peer.session.context());
    }
    peer.session.accept();
    peer.subscribed = true;
    ++subscriptions_;
    start_beats(now, peer);
    happened_.push_back(Subscribed{.peer = id,
                                   .role = peer.role,
                                   .mask = subscription.mask,
                                   .stream = subscription.stream ? subscription.stream->name : "",
                                   .again = takes_place(peer)});
    if ((subscription.mask & NOTIF_TAKEOVER_SYSLOG) != 0 && takers_++ == 0) {
        happened_.push_back(SyslogTaken{true});
    }
    pump(now, peer);
}

void Hub::assign_role(Peer& peer) const {
    if (config_.roles.empty()) {
        peer.role = everybody;
        return;
    }
    for (const auto& role : config_.roles) {
        const bool room = role.count == 0 || subscribers(role.name).size() < role.count;
        if (room && role.fits(peer.session.subscription())) {
            peer.role = role.name;
            return;
        }
    }
}

/// Whether the subscriber takes the place of one that left.
bool Hub::takes_place(const Peer& peer) {
    auto& left = vacancies_[peer.role];
    if (left == 0) return false;
    --left;
    return true;
}

void Hub::start_beats(Instant now, Peer& peer) const {
    const auto& subscription = peer.session.subscription();
    const auto add = [&](std::uint32_t type, std::int64_t wanted) {
        if ((subscription.mask & type) == 0) return;
        const std::chrono::milliseconds interval(std::clamp<std::int64_t>(
            wanted, min_interval, std::chrono::milliseconds(std::chrono::years(1)).count()));
        peer.beats.push_back({type, interval, now + interval});
    };
    add(NOTIF_HEARTBEAT, subscription.heartbeat_interval);
    add(NOTIF_HEALTH_CHECK, subscription.health_check_interval);
}

void Hub::on_ack(PeerId id, Peer& peer) {
    const auto ack = peer.session.ack();
    const auto answer = barriers_.answer(id, ack);
    ++peer.counters.acks[static_cast<std::size_t>(answer.verdict)];
    happened_.push_back(
        AckReceived{id, peer.role, ack, answer.verdict, answer.send, kept(peer.session.frame())});
    if (answer.released) release(answer.send);
}

/// Nobody owes anything for the event any more.
void Hub::release(SendId send) {
    transactions_.finish(send);
    happened_.push_back(BarrierReleased{send});
}

void Hub::on_closed(PeerId id, Peer& peer) {
    const auto& session = peer.session;
    // A MAAPI peer that goes in the middle of something has not been turned down.
    if (session.malformed() || (!peer.subscribed && !session.is_maapi())) {
        if (!session.reason().empty()) {
            happened_.push_back(Refused{.peer = id,
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

void Hub::detach(PeerId id, Peer& peer, std::string reason, bool by_us) {
    if (peer.detached) return;
    peer.detached = true;
    if (!peer.close) peer.close = CloseHow::fin;
    if (peer.subscribed) ++vacancies_[peer.role];
    end_maapi(id, peer);
    happened_.push_back(Disconnected{.peer = id,
                                     .subscribed = peer.subscribed,
                                     .by_us = by_us || peer.half_closed || peer.closed,
                                     .maapi = peer.session.is_maapi(),
                                     .role = peer.role,
                                     .reason = std::move(reason)});
    for (const auto send : barriers_.drop(id))
        release(send);
    const bool took = (peer.session.subscription().mask & NOTIF_TAKEOVER_SYSLOG) != 0;
    if (peer.subscribed && took && --takers_ == 0) happened_.push_back(SyslogTaken{false});
}

void Hub::close(PeerId id, CloseHow how) {
    const auto found = peers_.find(id);
    if (found == peers_.end() || found->second.detached) return;
    auto& peer = found->second;
    peer.close = how;
    if (how == CloseHow::half) {
        peer.half_closed = true;
        // It gets no more events, so nothing that it was sent must wait for it for ever; but what
        // it owes it can still give.
        return;
    }
    if (how == CloseHow::rst) drop_output(peer);
    detach(id, peer, {}, true);
}

std::vector<HubEvent> Hub::poll(Instant now) {
    latest_ = now;
    for (auto& [id, peer] : peers_) {
        if (peer.lines != nullptr) move_in(now, id, peer);
        if (!active(peer)) continue;
        send_beats(now, peer);
        pump(now, peer);
        check_queue(now, id, peer);
    }
    while (const auto send = barriers_.due(now)) {
        transactions_.finish(*send);
        happened_.push_back(BarrierExpired{*send, barriers_.expire(*send)});
    }
    report_hits();
    return std::exchange(happened_, {});
}

void Hub::send_beats(Instant now, Peer& peer) {
    for (auto& beat : peer.beats) {
        if (beat.next > now) continue;
        if (peer.session.send({beat.type, SignalNotification{}})) {
            ++peer.counters.events;
            ++peer.counters.beats;
        }
        // After a pause there is one beat, not all that were missed.
        beat.next += beat.interval;
        if (beat.next <= now) beat.next = now + beat.interval;
    }
}

/// Sends what the peer's stream has for it, as far as there is room.
void Hub::pump(Instant now, Peer& peer) {
    if (!peer.feed || !active(peer)) return;
    while (queued(peer) < replay_queue) {
        const auto next = peer.feed->next(wall(now));
        if (next == nullptr) return;
        if (peer.session.send(*next)) ++peer.counters.events;
    }
}

std::optional<Instant> Hub::next_deadline() const {
    auto next = barriers_.next_deadline();
    const auto consider = [&](std::optional<Instant> time) {
        if (time && (!next || *time < *next)) next = time;
    };
    for (const auto& [id, peer] : peers_) {
        if (peer.lines != nullptr) {
            consider(peer.lines->out.deadline());
            consider(peer.lines->in.deadline());
        }
        if (!active(peer)) continue;
        for (const auto& beat : peer.beats)
            consider(beat.next);
        if (peer.crowded_since) consider(*peer.crowded_since + config_.queue.patience);
        if (!peer.feed || queued(peer) >= replay_queue) continue;
        if (const auto stop = peer.feed->deadline()) {
            // Subscribers name any year; the clock's nanoseconds do not reach that far.
            constexpr std::chrono::microseconds far = std::chrono::years(50);
            consider(config_.clock_origin + std::clamp(*stop - config_.wall_origin, -far, far));
        }
    }
    return next;
}

bool Hub::receives(const Peer& peer, const Notification& notification, const Target& target) const {
    if (!active(peer) || (peer.session.subscription().mask & notification.type) == 0) return false;
    return target.role == everybody || target.role == peer.role;
}

Sent Hub::send(Instant now, const Notification& notification, const Target& target,
               maapi::DiffPtr diff) {
    if (notification.type == NOTIF_STREAM_EVENT) {
        return send(now, StreamEvent{wall(now), notification, nullptr}, target);
    }
    Sent sent{.id = ++last_send_, .recipients = 0, .owed = {}, .error = {}};
    // Encoded once for all subscribers of a dialect.
    std::array<std::optional<Bytes>, dialect_count> encoded;
    for (auto& [id, peer] : peers_) {
        if (!receives(peer, notification, target)) continue;
        auto& payload = encoded[static_cast<std::size_t>(peer.session.context().dialect)];
        if (!payload) {
            const auto wire = peer.session.context();
            const auto written = encode_notification(to_dialect(notification, wire.dialect),
                                                     payload.emplace(), wire);
            if (!written) {
                sent.error = written.error();
                payload->clear();
            }
        }
        if (payload->empty()) continue;
        peer.session.send_payload(*payload);
        ++sent.recipients;
        ++peer.counters.events;
        if (const auto ack = ack_owed(notification, peer.session.subscription().mask)) {
            barriers_.owe(sent.id, {id, *ack});
            sent.owed.push_back({id, *ack});
        }
    }
    open_transaction(notification, sent.id, std::move(diff));
    if (on_send_) on_send_(notification, sent);
    return sent;
}

Sent Hub::send(Instant now, const StreamEvent& event, const Target& target) {
    Sent sent{.id = ++last_send_, .recipients = 0, .owed = {}, .error = {}};
    book_.append(target.stream, event, target.role, wall(now));
    for (auto& [id, peer] : peers_) {
        if (!active(peer) || !peer.feed) continue;
        const auto before = peer.counters.events;
        pump(now, peer);
        if (peer.counters.events > before) ++sent.recipients;
    }
    if (on_send_) on_send_(event.notification, sent);
    return sent;
}

void Hub::send_bytes(ByteView bytes, std::string_view role) {
    for (const auto id : subscribers(role))
        peers_.at(id).session.send_raw(bytes);
}

std::vector<PeerId> Hub::subscribers(std::string_view role) const {
    std::vector<PeerId> out;
    for (const auto& [id, peer] : peers_) {
        if (active(peer) && (role == everybody || peer.role == role)) out.push_back(id);
    }
    return out;
}

const ServerSession* Hub::session(PeerId id) const {
    const auto peer = peers_.find(id);
    return peer == peers_.end() ? nullptr : &peer->second.session;
}

std::string_view Hub::role_of(PeerId id) const {
    const auto peer = peers_.find(id);
    return peer == peers_.end() ? std::string_view() : std::string_view(peer->second.role);
}

const PeerCounters* Hub::counters(PeerId id) const {
    const auto peer = peers_.find(id);
    return peer == peers_.end() ? nullptr : &peer->second.counters;
}

}  // namespace confd::sim
