// Subscribers that do not read: how much may wait for them, and what the others are told.
#include <fmt/format.h>

#include "protocol/frame/frame.hpp"
#include "protocol/log_symbols.hpp"
#include "protocol/term/reader.hpp"
#include "simulator/hub/describe.hpp"
#include "simulator/hub/hub.hpp"

namespace confd::sim {
namespace {

/// The priority of the daemon log's line is the simulator's own: no page gives it.
constexpr std::int64_t syslog_error = 3;

/// Whether the bytes are frames of terms, from their first to their last.
bool are_frames(ByteView bytes) {
    while (bytes.size() > frame_header_size) {
        const std::size_t size = load_word(bytes.data());
        if (size == 0 || size > bytes.size() - frame_header_size) return false;
        if (bytes[frame_header_size] != term_version) return false;
        bytes = bytes.subspan(frame_header_size + size);
    }
    return bytes.empty();
}

/// The events in the last bytes of all that a subscriber was to be sent. They may begin in the
/// middle of one: where the next begins is where frames fit to the end. Bytes that a fault has been
/// at may fit nowhere and are none.
std::uint64_t count_events(ByteView tail) {
    std::size_t begin = 0;
    while (!are_frames(tail.subspan(begin)))
        ++begin;
    UnitCutter frames(Direction::out, Stage::events, UINT32_MAX);
    frames.append(tail.subspan(begin));
    std::uint64_t events = begin > 0 ? 1 : 0;
    while (const auto unit = frames.next())
        events += unit->event != 0 ? 1 : 0;
    return events;
}

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
    happened(SlowConsumer{id, peer.role, reason, take_lost(peer)});
    drop_output(peer);
    peer.close = CloseHow::rst;
    detach(id, peer, reason, true, true);
    tell_others(now, id, reason);
}

void Hub::drop_slow(Instant now, PeerId id, const std::string& reason) {
    auto* const found = find(id);
    if (found == nullptr) return;
    auto& peer = *found;
    const bool there = !peer.detached;
    latest_ = now;
    if (peer.subscribed) {
        if (const auto lost = take_lost(peer); there || lost.bytes > 0) {
            if (!there) note_end(peer, true, true, reason);
            happened(SlowConsumer{id, peer.role, reason, lost});
        }
    }
    if (peer.subscribed && there) {
        detach(id, peer, reason, true, true);
        tell_others(now, id, reason);
    }
    forget(id, reason);
}

/// All that waits for it, here and at the owner: it is not to be sent any more.
Lost Hub::take_lost(Peer& peer) {
    hand_out();
    Bytes waiting;
    if (peer.outlet != nullptr) {
        peer.unsent = peer.outlet->unsent();
        waiting = peer.outlet->unsent_bytes();
    }
    const auto size = queued(peer);
    const auto add = [&waiting](ByteView bytes) {
        waiting.insert(waiting.end(), bytes.begin(), bytes.end());
    };
    if (peer.lines != nullptr) add(peer.lines->out.held_bytes());
    add(peer.passed);
    add(peer.session.take_output());
    if (!peer.share.empty()) add(peer.audience->view(peer.share));
    const Lost lost{.events = count_events(waiting), .bytes = size};
    if (peer.stats) peer.stats->lost = lost;
    return lost;
}

/// REQ-SLOW-2: the daemon logs it, and its log is an event.
void Hub::tell_others(Instant now, PeerId id, const std::string& text) {
    SyslogNotification line;
    line.logno = log_number(config_.server.product, "EVENT_SOCKET_WRITE_BLOCK").value_or(0);
    line.prio = syslog_error;
    line.msg = fmt::format("{} closed: {}", peer_name(id, role_of(id)), text);
    send(now, {NOTIF_DAEMON, line});
}

}  // namespace confd::sim
