// SPDX-License-Identifier: Apache-2.0
// Time: what is due, and which subscribers need a look although nothing is. Neither costs anything
// for subscribers to which nothing happens.

#include "simulator/base/earliest.hpp"
#include "simulator/hub/hub.hpp"

namespace confd::sim {

std::vector<HubEvent> Hub::poll(Instant now) {
    context_.latest = now;
    announce();
    for (const auto id : deadlines_.due(now))
        touched_.insert(id);
    // One that is touched further down the list is visited now, the others next time.
    for (PeerId id = 0;;) {
        const auto next = touched_.upper_bound(id);
        if (next == touched_.end()) break;
        id = *next;
        touched_.erase(next);
        if (const auto subscriber = access(id)) visit(now, *subscriber);
    }
    for (const auto send : barriers_.due(now)) {
        context_.transactions.finish(send);
        context_.events.add(BarrierExpired{send, barriers_.expire(send)});
    }
    report_faults();
    return context_.events.take();
}

/// Subscribers whose groups have got events are to be written to; that touches no deadline of
/// theirs, but too much may wait now.
void Hub::announce() {
    fan_out_.announce([this](const Subscriber& subscriber) {
        ready_.add(subscriber.id());
        note_crowd(subscriber);
    });
}

/// Something may have changed about the subscriber: it is looked at again when that is noted here,
/// and not before.
void Hub::settle(Subscriber& subscriber) {
    note(subscriber);
    const auto& output = subscriber.output();
    const bool pause = subscriber.acks_held() != output.reading_paused();
    if (output.pending() || subscriber.reads_maapi() || pause) ready_.add(subscriber.id());
}

void Hub::note(Subscriber& subscriber) {
    deadlines_.set(subscriber.id(), subscriber.noted_deadline(), subscriber.deadline());
    note_crowd(subscriber);
}

void Hub::note_crowd(const Subscriber& subscriber) {
    if (subscriber.listens() && subscriber.crowded()) touched_.insert(subscriber.id());
}

/// Does what is due for the subscriber: everything of Subscriber::deadline(), and what no deadline
/// tells.
void Hub::visit(Instant now, Subscriber& subscriber) {
    if (subscriber.has_faults()) move_in(now, subscriber);
    if (subscriber.acks_held()) look(now, subscriber);
    check_input(now, subscriber);
    if (!subscriber.listens()) return;
    subscriber.send_periodic(now);
    subscriber.pump(now);
    check_queue(now, subscriber);
}

/// A client that has not come through the handshake would not understand an answer, nor wait for
/// one.
void Hub::check_input(Instant now, Subscriber& subscriber) {
    const bool shakes_hands = subscriber.session().in_handshake();
    if (!subscriber.time_out(now)) return;
    look(now, subscriber);
    if (shakes_hands) subscriber.output().close(CloseHow::rst);
}

void Hub::check_queue(Instant now, Subscriber& subscriber) {
    const auto reason = subscriber.overdue(now);
    if (!reason) return;
    context_.events.add(
        SlowConsumer{subscriber.id(), subscriber.role(), *reason, subscriber.lose()});
    subscriber.output().close(CloseHow::rst);
    detach(subscriber, *reason, Ended::slow);
    tell_others(now, subscriber, *reason);
}

std::optional<Instant> Hub::next_deadline() const {
    return earliest({deadlines_.next(), barriers_.next_deadline()});
}

}  // namespace confd::sim
