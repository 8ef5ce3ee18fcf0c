// Output: from the hub to connections.
#include <algorithm>
#include <utility>

#include "simulator/hub/hub.hpp"

namespace confd::sim {
namespace {

/// The owner is told to close the connection, or its sending side.
void tell_close(Peer& peer, CloseHow how) {
    (how == CloseHow::half ? peer.shut : peer.closed) = true;
}

}  // namespace

void Hub::attach(PeerId id, Outlet& outlet) {
    if (auto* const peer = find(id)) peer->outlet = &outlet;
}

bool Hub::flush(Instant now) {
    hand_out();
    for (const auto id : ready_.take()) {
        auto* const peer = find(id);
        if (peer == nullptr || peer->outlet == nullptr) continue;
        auto& outlet = *peer->outlet;
        if (only_shares(id, *peer)) {
            write_share(now, *peer);
        } else {
            for (auto& action : output(now, id, *peer, outlet.unsent())) {
                if (auto* write = std::get_if<Write>(&action)) {
                    if (!write->marks.empty()) outlet.mark(std::move(write->marks));
                    usual_batch_ = std::min(write->bytes.size(), max_usual_batch);
                    outlet.write(now, write->bytes);
                } else {
                    outlet.close(std::get<Close>(action).how);
                }
            }
        }
        written(id, *peer, outlet.unsent());
        outlet.pause_reading(reading_paused(now, *peer));
    }
    clear_batches();
    return !ready_.empty();
}

std::vector<Action> Hub::output(Instant now, PeerId id, std::size_t unsent) {
    auto* const peer = find(id);
    if (peer == nullptr) return {};
    auto actions = output(now, id, *peer, unsent);
    note_queue(id, *peer);
    return actions;
}

std::vector<Action> Hub::output(Instant now, PeerId id, Peer& peer, std::size_t unsent) {
    std::vector<Action> actions;
    peer.unsent = unsent;
    latest_ = now;
    ensure_lines(peer, id);
    keep_share(peer);
    pump(now, id, peer);
    peer.reply = 0;
    peer.unanswered = false;
    // There may be room now for the rest of an answer, and for what was asked after it.
    if (peer.maapi != nullptr) look(now, id, peer);
    if (peer.shut) {  // what the session still says goes nowhere
        peer.passed.clear();
        peer.session.take_output();
        peer.marks.clear();
    }
    if (!peer.passed.empty()) {
        auto marks = take_marks(peer.marks, peer.passed.size());
        actions.emplace_back(Write{std::exchange(peer.passed, {}), std::move(marks)});
    }
    if (peer.session.has_output()) {
        Marks marks;
        auto bytes = take_output(peer, marks);
        if (peer.lines == nullptr) {
            actions.emplace_back(Write{std::move(bytes), std::move(marks)});
        } else {
            peer.lines->out.push(now, bytes, marks);
        }
    }
    if (peer.lines != nullptr) {
        for (auto& action : peer.lines->out.poll(now)) {
            actions.push_back(std::move(action));
            if (const auto* close = std::get_if<Close>(&actions.back())) {
                tell_close(peer, close->how);
                carry_out(id, peer, close->how);
                // The action says so itself.
                if (peer.close == CloseHow::half) peer.close.reset();
            }
        }
        report_hits();
    }
    const bool idle = peer.lines == nullptr || peer.lines->out.idle();
    if (peer.close && !peer.closed && (idle || *peer.close == CloseHow::rst)) {
        tell_close(peer, *peer.close);
        actions.emplace_back(Close{*peer.close});
        if (*peer.close == CloseHow::half) peer.close.reset();
    }
    for (const auto& action : actions) {
        if (const auto* write = std::get_if<Write>(&action)) peer.unsent += write->bytes.size();
    }
    return actions;
}

void Hub::written(PeerId id, std::size_t unsent) {
    if (auto* const peer = find(id)) written(id, *peer, unsent);
}

void Hub::written(PeerId id, Peer& peer, std::size_t unsent) {
    peer.unsent = unsent;
    const auto room = peer.maapi != nullptr ? !answers_wait(peer) : queued(peer) < replay_queue;
    if (peer.choked && room) ready_.add(id);
    note_queue(id, peer);
}

bool Hub::reading_paused(Instant now, PeerId id) const {
    const auto* peer = find(id);
    return peer != nullptr && reading_paused(now, *peer);
}

bool Hub::reading_paused(Instant now, const Peer& peer) {
    return peer.acks_held || answers_wait(peer) ||
           (peer.lines != nullptr && peer.lines->in.reading_paused(now));
}

}  // namespace confd::sim
