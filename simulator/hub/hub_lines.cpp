// Faults: what stands between a peer's session and its connection while any fault is for it.
#include <algorithm>
#include <utility>

#include "simulator/hub/hub.hpp"

namespace confd::sim {

/// `out` and `in`: where the connection is in either direction.
void Hub::make_lines(Peer& peer, PeerId id, Stage out, Stage in) {
    peer.lines = std::make_unique<Lines>(FaultLine(board_, id, Direction::out, out),
                                         FaultLine(board_, id, Direction::in, in), Bytes());
    if (!peer.subscribed) return;
    peer.lines->out.subscribed(peer.role, peer.session.context());
    peer.lines->in.subscribed(peer.role, peer.session.context());
}

/// Faults may be added at any time; lines begin where a message begins.
void Hub::ensure_lines(Peer& peer, PeerId id) {
    if (peer.lines != nullptr || peer.detached || board_.faults().empty()) return;
    if (!board_.touches(peer.subscribed ? peer.role : std::string_view())) return;
    if (peer.session.partial()) return;
    if (peer.subscribed) {
        make_lines(peer, id, Stage::events, Stage::events);
    } else if (!peer.session.hello()) {
        make_lines(peer, id, Stage::handshake, Stage::handshake);
    }
}

void Hub::take_in(Instant now, PeerId id, Peer& peer, ByteView bytes) {
    ensure_lines(peer, id);
    if (peer.lines == nullptr) {
        peer.session.feed(bytes);
        return look(now, id, peer);
    }
    peer.lines->in.push(now, bytes);
    move_in(now, id, peer);
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
    peer.close = how;
    if (how == CloseHow::half) {
        peer.half_closed = true;
        return;
    }
    peer.session.take_output();
    peer.lines->out.stop();
    detach(id, peer, {}, true);
}

std::vector<Action> Hub::output(Instant now, PeerId id, std::size_t unsent) {
    std::vector<Action> actions;
    const auto found = peers_.find(id);
    if (found == peers_.end()) return actions;
    auto& peer = found->second;
    peer.unsent = unsent;
    // What is queued already goes through them too.
    ensure_lines(peer, id);
    pump(now, peer);
    // There may be room now for the rest of an answer, and for what was asked after it.
    if (peer.maapi != nullptr) look(now, id, peer);
    if (peer.lines == nullptr) {
        if (peer.session.has_output()) actions.emplace_back(Write{peer.session.take_output()});
    } else {
        if (peer.session.has_output()) peer.lines->out.push(now, peer.session.take_output());
        actions = peer.lines->out.poll(now);
        for (const auto& action : actions) {
            if (const auto* close = std::get_if<Close>(&action)) {
                peer.closed |= close->how != CloseHow::half;
                carry_out(id, peer, close->how);
                // The action says so itself.
                if (close->how == CloseHow::half) peer.close.reset();
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
    return actions;
}

bool Hub::reading_paused(Instant now, PeerId id) const {
    const auto found = peers_.find(id);
    if (found == peers_.end()) return false;
    const auto& peer = found->second;
    return answers_wait(peer) || (peer.lines != nullptr && peer.lines->in.reading_paused(now));
}

void Hub::report_hits() {
    for (auto& hit : board_.take_hits())
        happened_.push_back(FaultStruck{hit.peer, hit.fault, std::move(hit.note)});
}

}  // namespace confd::sim
