// Faults: what stands between a peer's session and its connection while any fault is for it.
#include <algorithm>
#include <utility>

#include "simulator/hub/hub.hpp"

namespace confd::sim {

/// `out` and `in`: where the connection is in either direction.
void Hub::make_lines(Peer& peer, PeerId id, Stage out, Stage in) {
    peer.lines = std::make_unique<Lines>(FaultLine(board_, id, Direction::out, out),
                                         FaultLine(board_, id, Direction::in, in));
    if (!peer.subscribed) return;
    peer.lines->out.subscribed(peer.role, peer.session.context());
    peer.lines->in.subscribed(peer.role, peer.session.context());
}

/// Faults may be added at any time; lines begin where a message begins.
void Hub::ensure_lines(Peer& peer, PeerId id) {
    if (peer.lines != nullptr || peer.detached || board_.faults().empty()) return;
    if (!board_.touches(peer.subscribed ? peer.role : std::string_view())) return;
    if (peer.session.partial()) return;
    // The reply to a hello still to be written is no frame.
    const bool reads_maapi = peer.session.is_maapi() && !peer.session.has_output();
    if (peer.subscribed || reads_maapi) {
        make_lines(peer, id, Stage::events, Stage::events);
    } else if (!peer.session.hello()) {
        make_lines(peer, id, Stage::handshake, Stage::handshake);
    }
}

void Hub::take_in(Instant now, PeerId id, Peer& peer, ByteView bytes) {
    ensure_lines(peer, id);
    if (peer.lines == nullptr) {
        peer.session.feed(bytes);
        look(now, id, peer);
    } else {
        peer.lines->in.push(now, bytes);
        move_in(now, id, peer);
    }
    settle(id, peer);
}

/// What the faults let through, to the session.
void Hub::move_in(Instant now, PeerId id, Peer& peer) {
    for (auto& action : peer.lines->in.poll(now)) {
        if (const auto* close = std::get_if<Close>(&action)) {
            carry_out(id, peer, close->how);
        } else {
            peer.session.feed(std::get<Write>(action).bytes);
            look(now, id, peer);
        }
    }
    // Its end comes behind what a fault holds back.
    if (peer.ended && peer.lines->in.idle()) {
        peer.session.feed_eof();
        look(now, id, peer);
    }
    report_hits();
}

/// A fault closes the connection, whatever is still queued behind it.
void Hub::carry_out(PeerId id, Peer& peer, CloseHow how) {
    if (how == CloseHow::half) {
        peer.half_closed = true;
        listeners_.remove(id, peer);
        // It must not undo an end that is due already.
        if (!peer.close) peer.close = how;
        return;
    }
    peer.close = how;
    drop_output(peer);
    detach(id, peer, {}, true);
}

/// What is queued is lost.
void Hub::drop_output(Peer& peer) {
    peer.passed.clear();
    peer.session.take_output();
    if (peer.lines != nullptr) peer.lines->out.stop();
}

std::expected<FaultId, FaultProblem> Hub::add_fault(FaultSpec fault) {
    pass_on();
    auto added = board_.add(std::move(fault));
    // Not only when output is asked for: the last subscriber may be closed before that.
    if (added) {
        for (auto& [id, peer] : peers_)
            ensure_lines(peer, id);
    }
    settle_all();
    return added;
}

bool Hub::remove_fault(FaultId id) {
    pass_on();
    settle_all();
    return board_.remove(id);
}

/// The faults of this moment are done to what has been sent so far.
void Hub::pass_on() {
    for (auto& [id, peer] : peers_) {
        if (!peer.session.has_output()) continue;
        ensure_lines(peer, id);
        const auto bytes = peer.session.take_output();
        if (peer.lines != nullptr) {
            peer.lines->out.push(latest_, bytes);
        } else {
            peer.passed.insert(peer.passed.end(), bytes.begin(), bytes.end());
        }
    }
    report_hits();
}

std::vector<Action> Hub::output(Instant now, PeerId id, std::size_t unsent) {
    std::vector<Action> actions;
    const auto found = peers_.find(id);
    if (found == peers_.end()) return actions;
    auto& peer = found->second;
    peer.unsent = unsent;
    latest_ = now;
    ensure_lines(peer, id);
    pump(now, peer);
    // There may be room now for the rest of an answer, and for what was asked after it.
    if (peer.maapi != nullptr) look(now, id, peer);
    if (!peer.passed.empty()) actions.emplace_back(Write{std::exchange(peer.passed, {})});
    if (peer.lines == nullptr) {
        if (peer.session.has_output()) actions.emplace_back(Write{peer.session.take_output()});
    } else {
        if (peer.session.has_output()) peer.lines->out.push(now, peer.session.take_output());
        for (auto& action : peer.lines->out.poll(now)) {
            actions.push_back(std::move(action));
            if (const auto* close = std::get_if<Close>(&actions.back())) {
                peer.closed |= close->how != CloseHow::half;
                carry_out(id, peer, close->how);
                // The action says so itself.
                if (peer.close == CloseHow::half) peer.close.reset();
            }
        }
        report_hits();
    }
    const bool idle = peer.lines == nullptr || peer.lines->out.idle();
    if (peer.close && !peer.closed && (idle || *peer.close == CloseHow::rst)) {
        peer.closed = *peer.close != CloseHow::half;
        actions.emplace_back(Close{*peer.close});
        if (*peer.close == CloseHow::half) peer.close.reset();
    }
    for (const auto& action : actions) {
        if (const auto* write = std::get_if<Write>(&action)) peer.unsent += write->bytes.size();
    }
    note(id, peer);
    return actions;
}

void Hub::written(PeerId id, std::size_t unsent) {
    const auto found = peers_.find(id);
    if (found == peers_.end()) return;
    auto& peer = found->second;
    peer.unsent = unsent;
    const auto room = peer.maapi != nullptr ? !answers_wait(peer) : queued(peer) < replay_queue;
    if (peer.choked && room) ready_.add(id);
    note(id, peer);
}

bool Hub::reading_paused(Instant now, PeerId id) const {
    const auto found = peers_.find(id);
    if (found == peers_.end()) return false;
    const auto& peer = found->second;
    return peer.acks_held || answers_wait(peer) ||
           (peer.lines != nullptr && peer.lines->in.reading_paused(now));
}

void Hub::report_hits() {
    for (auto& hit : board_.take_hits())
        happened_.push_back(FaultStruck{hit.peer, hit.fault, std::move(hit.note)});
}

}  // namespace confd::sim
