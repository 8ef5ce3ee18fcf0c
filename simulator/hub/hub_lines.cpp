// Faults: what stands between a peer's session and its connection while any fault is for it.
#include <algorithm>
#include <utility>

#include "simulator/hub/hub.hpp"

namespace confd::sim {

/// `out` and `in`: where the connection is in either direction.
void Hub::make_lines(Peer& peer, PeerId id, Stage out, Stage in) {
    peer.lines = std::make_unique<Lines>(FaultLine(board_, id, Direction::out, out),
                                         FaultLine(board_, id, Direction::in, in));
    if (peer.session.is_maapi()) {
        peer.lines->out.serves(Service::maapi);
        peer.lines->in.serves(Service::maapi);
    }
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
    // Nobody looks at it any more: while a fault holds up the close, it would only pile up.
    if (peer.detached) {
        if (observer_ != nullptr) observer_->comes_in(id, bytes);
        return;
    }
    ensure_lines(peer, id);
    if (peer.lines == nullptr) {
        if (observer_ != nullptr) observer_->comes_in(id, bytes);
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
    peer.lines->out.serves(peer.lines->in.service());
    const auto actions = peer.lines->in.poll(now);
    report_hits();  // before what comes of them
    for (const auto& action : actions) {
        if (const auto* close = std::get_if<Close>(&action)) {
            carry_out(id, peer, close->how);
        } else {
            const auto& bytes = std::get<Write>(action).bytes;
            if (observer_ != nullptr) observer_->comes_in(id, bytes);
            peer.session.feed(bytes);
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
        leave(id, peer);
        // It must not undo an end that is due already.
        if (!peer.close) peer.close = how;
        return;
    }
    peer.close = how;
    drop_output(peer);
    detach(id, peer, {}, true);
}

/// What is queued is lost, but for the answer to a subscription that has just been granted: the
/// scenario has seen the subscriber, so the subscriber must get to know of it.
void Hub::drop_output(Peer& peer) {
    hand_out();
    peer.share = {};
    peer.marks.clear();
    peer.passed.resize(std::min(peer.reply, peer.passed.size()));
    auto rest = peer.session.take_output();
    rest.resize(std::min(peer.reply - peer.passed.size(), rest.size()));
    if (!rest.empty()) peer.session.send_raw(rest);
    if (peer.lines != nullptr && !peer.unanswered) peer.lines->out.stop();
}

std::expected<FaultId, FaultProblem> Hub::add_fault(FaultSpec fault) {
    pass_on();
    auto added = board_.add(std::move(fault));
    // Not only when output is asked for: the last subscriber may be closed before that.
    if (added) {
        for (auto& [id, peer] : peers_)
            ensure_lines(*peer, id);
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
    for (auto& [id, known] : peers_) {
        auto& peer = *known;
        keep_share(peer);
        if (!peer.session.has_output()) continue;
        ensure_lines(peer, id);
        if (peer.lines != nullptr) {
            Marks marks;
            const auto bytes = take_output(peer, marks);
            peer.reply = std::min(peer.reply, peer.passed.size());
            peer.lines->out.push(latest_, bytes, marks);
        } else {
            const auto bytes = peer.session.take_output();
            peer.passed.insert(peer.passed.end(), bytes.begin(), bytes.end());
        }
    }
    report_hits();
}

/// What the session has, with the marks of that: `passed` keeps its own.
Bytes Hub::take_output(Peer& peer, Marks& marks) const {
    auto before = take_marks(peer.marks, peer.passed.size());
    marks = std::exchange(peer.marks, std::move(before));
    return peer.session.take_output();
}

void Hub::report_hits() {
    for (auto& hit : board_.take_hits()) {
        const auto* peer = find(hit.peer);
        if (peer != nullptr && peer->stats) ++peer->stats->faults;
        happened(
            FaultStruck{hit.peer, hit.fault, std::move(hit.note), hit.send, std::move(hit.came)});
    }
}

}  // namespace confd::sim
