// Who is let in, and as what.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "simulator/hub/hub.hpp"

namespace confd::sim {

void Hub::decide(Instant now, PeerId id, Peer& peer) {
    if (config_.max_subscribers > 0 && listeners_.count() >= config_.max_subscribers) {
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
    peer.reply = peer.output_size();
    peer.unanswered = true;
    peer.subscribed = true;
    peer.stats = std::make_unique<PeerStats>();
    peer.stats->peer = id;
    peer.stats->role = peer.role;
    peer.stats->mask = subscription.mask;
    peer.stats->subscribed = now;
    hand_out();
    if (!peer.half_closed) listeners_.add(id, peer);
    ++subscriptions_;
    start_beats(now, peer);
    happened(Subscribed{.peer = id,
                        .role = peer.role,
                        .mask = subscription.mask,
                        .stream = subscription.stream ? subscription.stream->name : "",
                        .again = takes_place(peer)});
    if ((subscription.mask & NOTIF_TAKEOVER_SYSLOG) != 0 && takers_++ == 0) {
        happened(SyslogTaken{true});
    }
    pump(now, id, peer);
}

void Hub::assign_role(Peer& peer) const {
    if (config_.roles.empty()) {
        peer.role = everybody;
        return;
    }
    for (const auto& role : config_.roles) {
        const bool room = role.count == 0 || listeners_.count(role.name) < role.count;
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

void Hub::start_beats(Instant now, Peer& peer) {
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

}  // namespace confd::sim
