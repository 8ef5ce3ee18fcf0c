// Subscribers that do not read: how much may wait for them, and what the others are told.
#include <fmt/format.h>

#include "simulator/hub/describe.hpp"
#include "simulator/hub/hub.hpp"

namespace confd::sim {
namespace {

/// The number and priority of the daemon log's line are the simulator's own: no page gives them.
constexpr std::int64_t slow_logno = 0;
constexpr std::int64_t syslog_error = 3;

}  // namespace

std::size_t Hub::queued(PeerId id) {
    hand_out();
    const auto* peer = find(id);
    return peer == nullptr ? 0 : queued(*peer);
}

std::size_t Hub::queued(const Peer& peer) {
    const auto held = peer.lines == nullptr ? 0 : peer.lines->out.held();
    return peer.passed.size() + peer.session.output_size() + peer.share.size() + held + peer.unsent;
}

void Hub::check_queue(Instant now, PeerId id, Peer& peer) {
    const auto size = queued(peer);
    if (size <= config_.queue.soft) {
        peer.crowded_since.reset();
        return;
    }
    if (!peer.crowded_since) peer.crowded_since = now;
    const bool patient = now - *peer.crowded_since < config_.queue.patience;
    if (patient && size <= config_.queue.hard) return;
    const auto reason = fmt::format("{} bytes wait for it to read", size);
    happened_.push_back(SlowConsumer{id, peer.role, reason});
    drop_output(peer);
    peer.close = CloseHow::rst;
    detach(id, peer, reason, true);
    tell_others(now, id, reason);
}

void Hub::drop_slow(Instant now, PeerId id, const std::string& reason) {
    auto* const found = find(id);
    if (found == nullptr) return;
    auto& peer = *found;
    if (peer.subscribed && !peer.detached) {
        happened_.push_back(SlowConsumer{id, peer.role, reason});
        detach(id, peer, reason, true);
        tell_others(now, id, reason);
    }
    forget(id, reason);
}

/// REQ-SLOW-2: the daemon logs it, and its log is an event.
void Hub::tell_others(Instant now, PeerId id, const std::string& text) {
    SyslogNotification line;
    line.logno = slow_logno;
    line.prio = syslog_error;
    line.msg = fmt::format("{} closed: {}", peer_name(id, role_of(id)), text);
    send(now, {NOTIF_DAEMON, line});
}

}  // namespace confd::sim
