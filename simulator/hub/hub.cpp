#include "simulator/hub/hub.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace confd::sim {
namespace {

/// The event after which a stream has no more on this socket.
bool ends_stream(const Notification& notification) {
    const auto* stream = notification.get<StreamNotification>();
    return stream != nullptr && stream->type != STREAM_NOTIFICATION_EVENT;
}

}  // namespace

PeerId Hub::connect(const Challenge& challenge) {
    peers_.emplace(++last_peer_, Peer(ServerSession(config_.server, challenge)));
    return last_peer_;
}

void Hub::feed(Instant now, PeerId id, ByteView bytes) {
    if (const auto peer = peers_.find(id); peer != peers_.end()) {
        peer->second.session.feed(bytes);
        look(now, id, peer->second);
    }
}

std::span<std::uint8_t> Hub::prepare(PeerId id, std::size_t size) {
    return peers_.at(id).session.prepare(size);
}

void Hub::commit(Instant now, PeerId id, std::size_t size) {
    auto& peer = peers_.at(id);
    peer.session.commit(size);
    look(now, id, peer);
}

void Hub::eof(Instant now, PeerId id) {
    if (const auto peer = peers_.find(id); peer != peers_.end()) {
        peer->second.session.feed_eof();
        look(now, id, peer->second);
    }
}

void Hub::forget(PeerId id, std::string reason) {
    const auto peer = peers_.find(id);
    if (peer == peers_.end()) return;
    detach(id, peer->second, std::move(reason));
    peers_.erase(peer);
}

void Hub::look(Instant now, PeerId id, Peer& peer) {
    while (!peer.detached) {
        switch (peer.session.poll()) {
            case ServerSession::Poll::need_input:
                return;
            case ServerSession::Poll::subscription:
                decide(now, id, peer);
                break;
            case ServerSession::Poll::ack:
                on_ack(id, peer);
                break;
            case ServerSession::Poll::closed:
                detach(id, peer, peer.session.reason());
                break;
        }
    }
}

void Hub::decide(Instant now, PeerId id, Peer& peer) {
    if (const auto error = objection(peer.session.subscription())) {
        // The session then says that it is closed, and why.
        return peer.session.refuse(*error);
    }
    assign_role(peer);
    peer.session.accept();
    peer.subscribed = true;
    ++subscriptions_;
    start_beats(now, peer);
    happened_.push_back(Subscribed{id});
}

std::optional<PeerError> Hub::objection(const Subscription& subscription) const {
    if (config_.max_subscribers > 0 && subscribers().size() >= config_.max_subscribers) {
        return PeerError{ERR_PROTOUSAGE, fmt::format("Too many subscribers, at most {} are served",
                                                     config_.max_subscribers)};
    }
    if (subscription.stream && (subscription.mask & NOTIF_STREAM_EVENT) != 0 &&
        !config_.streams.empty() &&
        std::ranges::find(config_.streams, subscription.stream->name) == config_.streams.end()) {
        return PeerError{ERR_NOEXISTS, "No such stream"};
    }
    return std::nullopt;
}

void Hub::assign_role(Peer& peer) const {
    if (config_.roles.empty()) {
        peer.role = everybody;
        return;
    }
    for (const auto& role : config_.roles) {
        const bool room = role.count == 0 || subscribers(role.name).size() < role.count;
        if (room && role.fits(peer.session.subscription().mask)) {
            peer.role = role.name;
            return;
        }
    }
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
    happened_.push_back(AckReceived{id, peer.role, ack, answer.verdict, answer.send});
    if (answer.released) happened_.push_back(BarrierReleased{answer.send});
}

void Hub::detach(PeerId id, Peer& peer, std::string reason) {
    if (peer.detached) return;
    peer.detached = true;
    if (!peer.subscribed && !reason.empty()) happened_.push_back(Refused{id, reason});
    happened_.push_back(Disconnected{id, peer.subscribed, peer.role, std::move(reason)});
    for (const auto send : barriers_.drop(id))
        happened_.push_back(BarrierReleased{send});
}

std::vector<PeerId> Hub::ready() const {
    std::vector<PeerId> out;
    for (const auto& [id, peer] : peers_) {
        if (peer.session.has_output() || peer.detached) out.push_back(id);
    }
    return out;
}

Bytes Hub::take_output(PeerId id) {
    const auto peer = peers_.find(id);
    return peer == peers_.end() ? Bytes() : peer->second.session.take_output();
}

bool Hub::wants_close(PeerId id) const {
    const auto peer = peers_.find(id);
    return peer != peers_.end() && peer->second.detached;
}

std::vector<HubEvent> Hub::poll(Instant now) {
    for (auto& [id, peer] : peers_) {
        if (active(peer)) send_beats(now, peer);
    }
    while (const auto send = barriers_.due(now)) {
        happened_.push_back(BarrierExpired{*send, barriers_.expire(*send)});
    }
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

std::optional<Instant> Hub::next_deadline() const {
    auto next = barriers_.next_deadline();
    for (const auto& [id, peer] : peers_) {
        if (!active(peer)) continue;
        for (const auto& beat : peer.beats) {
            if (!next || beat.next < *next) next = beat.next;
        }
    }
    return next;
}

bool Hub::receives(const Peer& peer, const Notification& notification, const Target& target) const {
    const auto& subscription = peer.session.subscription();
    if (!active(peer) || (subscription.mask & notification.type) == 0) return false;
    if (target.role != everybody && target.role != peer.role) return false;
    if (notification.type != NOTIF_STREAM_EVENT) return true;
    if (peer.stream_over) return false;
    return target.stream.empty() ||
           (subscription.stream && subscription.stream->name == target.stream);
}

Sent Hub::send(const Notification& notification, const Target& target) {
    Sent sent{.id = ++last_send_};
    for (auto& [id, peer] : peers_) {
        if (!receives(peer, notification, target)) continue;
        if (auto written = peer.session.send(notification); !written) {
            sent.error = std::move(written.error());
            continue;
        }
        ++sent.recipients;
        ++peer.counters.events;
        peer.stream_over |= ends_stream(notification);
        if (const auto ack = ack_owed(notification, peer.session.subscription().mask)) {
            barriers_.owe(sent.id, {id, *ack});
            sent.owed.push_back({id, *ack});
        }
    }
    return sent;
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
