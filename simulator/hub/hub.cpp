// SPDX-License-Identifier: Apache-2.0
#include "simulator/hub/hub.hpp"

#include <algorithm>
#include <utility>

namespace confd::sim {
namespace {

Bytes kept(ByteView frame) {
    const auto size = std::min(frame.size(), max_kept_frame);
    return {frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)};
}

}  // namespace

Hub::Hub(HubConfig config) : context_(std::move(config)), streams_(context_.config.streams) {}

PeerId Hub::connect(Instant now, const Challenge& challenge) {
    const auto id = ++last_peer_;
    subscribers_[id] = std::make_unique<Subscriber>(id, challenge, now, context_);
    context_.events.connects(id);
    const auto subscriber = access(id);
    if (const auto how = context_.faults.on_connect(id)) {
        detach(*subscriber, {}, Ended::by_us);
        subscriber->output().close(*how);
    } else {
        subscriber->meet_faults_at_once();
    }
    report_faults();
    return id;
}

void Hub::attach(PeerId id, Connection& connection) {
    if (const auto subscriber = access(id)) subscriber->output().attach(connection);
}

std::size_t Hub::wanted(PeerId id, std::size_t size) const {
    const auto* subscriber = find(id);
    return subscriber == nullptr ? size : subscriber->wanted(size);
}

void Hub::feed(Instant now, PeerId id, ByteView bytes) {
    context_.latest = now;
    if (const auto subscriber = access(id)) take_in(now, *subscriber, bytes);
}

void Hub::take_in(Instant now, Subscriber& subscriber, ByteView bytes) {
    subscriber.meet_faults();
    if (subscriber.delay(now, bytes)) return move_in(now, subscriber);
    subscriber.feed(bytes);
    look(now, subscriber);
}

/// What the faults let through.
void Hub::move_in(Instant now, Subscriber& subscriber) {
    const auto actions = subscriber.move_in(now);
    report_faults();  // before what comes of them
    for (const auto& action : actions) {
        if (const auto* end = std::get_if<Close>(&action)) {
            if (end->how != CloseHow::half) subscriber.output().drop();
            cut(subscriber, end->how);
        } else {
            subscriber.feed(std::get<Write>(action).bytes);
            look(now, subscriber);
        }
    }
    if (subscriber.end_session()) look(now, subscriber);
    report_faults();
}

void Hub::eof(Instant now, PeerId id) {
    const auto subscriber = access(id);
    if (!subscriber) return;
    context_.latest = now;
    subscriber->end(now);
    if (subscriber->has_faults()) return move_in(now, *subscriber);
    if (subscriber->end_session()) look(now, *subscriber);
}

void Hub::forget(PeerId id, std::string reason) {
    auto* const found = find(id);
    if (found == nullptr) return;
    auto& subscriber = *found;
    detach(subscriber, std::move(reason), Ended::by_client);
    deadlines_.set(id, subscriber.noted_deadline(), std::nullopt);
    if (subscriber.established()) --established_;
    if (const auto* stats = subscriber.final_stats(); stats != nullptr && on_gone_)
        on_gone_(*stats);
    subscribers_.erase(id);
}

void Hub::drop_slow(Instant now, PeerId id, const std::string& reason) {
    context_.latest = now;
    if (const auto subscriber = access(id); subscriber && subscriber->subscribed()) {
        const bool there = !subscriber->gone();
        const auto lost = subscriber->lose();
        if (there || lost.bytes > 0) {
            if (!there) subscriber->note_end(Left::slow, reason);
            context_.events.add(SlowConsumer{id, subscriber->role(), reason, lost});
        }
        detach(*subscriber, reason, Ended::slow);
        if (there) tell_others(now, *subscriber, reason);
    }
    forget(id, reason);
}

/// Deals with all that has come, as far as there is room for answers.
void Hub::look(Instant now, Subscriber& subscriber) {
    while (!subscriber.gone() && subscriber.answer() && subscriber.acks_flow(now)) {
        switch (subscriber.poll()) {
            case ServerSession::Poll::need_input:
                return subscriber.wait_for_input(now);
            case ServerSession::Poll::subscription:
                decide(now, subscriber);
                break;
            case ServerSession::Poll::ack:
                on_ack(now, subscriber);
                break;
            case ServerSession::Poll::request:
                subscriber.on_request();
                break;
            case ServerSession::Poll::closed:
                on_closed(subscriber);
                break;
        }
    }
    subscriber.pause_input();
}

void Hub::on_ack(Instant now, Subscriber& subscriber) {
    const auto& session = subscriber.session();
    const auto answer = barriers_.answer(subscriber.id(), session.ack());
    subscriber.count(now, answer);
    context_.events.add(AckReceived{subscriber.id(), subscriber.role(), session.ack(),
                                    answer.verdict, answer.send, kept(session.frame())});
    if (answer.released) release(answer.send);
}

/// No acknowledgement is owed for the event any more.
void Hub::release(SendId send) {
    context_.transactions.finish(send);
    context_.events.add(BarrierReleased{send});
}

void Hub::on_closed(Subscriber& subscriber) {
    const auto& session = subscriber.session();
    // A MAAPI client that goes in the middle of something has not been turned down.
    const bool refused = session.malformed() || (!subscriber.subscribed() && !session.is_maapi());
    if (refused && !session.reason().empty()) {
        context_.events.add(Refused{.peer = subscriber.id(),
                                    .reason = session.reason(),
                                    .code = session.refusal_code(),
                                    .malformed = session.malformed(),
                                    .frame = kept(session.frame()),
                                    .subscribed = subscriber.subscribed(),
                                    .role = subscriber.role()});
    }
    detach(subscriber, session.reason(), session.malformed() ? Ended::by_us : Ended::by_client);
}

/// The connection ends from here, by a fault or a `close` step. Half closed, it gets no more
/// events, so nothing that it was sent must wait for it; but what it owes it can still give.
void Hub::cut(Subscriber& subscriber, CloseHow how) {
    subscriber.output().close(how);
    if (how == CloseHow::half) {
        fan_out_.leave(subscriber);
    } else {
        detach(subscriber, {}, Ended::by_us);
    }
}

void Hub::close(PeerId id, CloseHow how) {
    const auto subscriber = access(id);
    if (!subscriber || subscriber->gone()) return;
    if (how == CloseHow::rst) subscriber->output().drop();
    cut(*subscriber, how);
}

/// Its end is reported, and nothing waits for it any more. What is queued still goes out.
void Hub::detach(Subscriber& subscriber, std::string reason, Ended ended) {
    if (subscriber.gone()) return;
    if (ended == Ended::by_client && subscriber.output().closes()) ended = Ended::by_us;
    const auto id = subscriber.id();
    fan_out_.leave(subscriber);
    if (subscriber.subscribed()) ++vacancies_[subscriber.role()];
    subscriber.leave_for_good(left(subscriber, ended), reason);
    context_.events.add(Disconnected{.peer = id,
                                     .subscribed = subscriber.subscribed(),
                                     .by_us = ended != Ended::by_client,
                                     .maapi = subscriber.session().is_maapi(),
                                     .role = subscriber.role(),
                                     .reason = std::move(reason)});
    for (const auto send : barriers_.drop(id))
        release(send);
    if (subscriber.subscribed() && subscriber.takes_syslog() && --syslog_takers_ == 0) {
        context_.events.add(SyslogTaken{false});
    }
}

Left Hub::left(const Subscriber& subscriber, Ended ended) const {
    if (ended == Ended::slow) return Left::slow;
    if (subscriber.session().malformed()) return Left::malformed;
    if (ended == Ended::by_client) return Left::client;
    return ending_ ? Left::end : Left::scenario;
}

std::vector<PeerId> Hub::subscribers(std::string_view role) const {
    std::vector<PeerId> out;
    for (const auto& member : fan_out_) {
        if (member.has_role(role)) out.push_back(member.id);
    }
    return out;
}

const ServerSession* Hub::session(PeerId id) const {
    const auto* subscriber = find(id);
    return subscriber == nullptr ? nullptr : &subscriber->session();
}

std::string_view Hub::role_of(PeerId id) const {
    const auto* subscriber = find(id);
    return subscriber == nullptr ? std::string_view() : std::string_view(subscriber->role());
}

std::optional<SubscriberCounters> Hub::counters(PeerId id) const {
    const auto* subscriber = find(id);
    return subscriber == nullptr ? std::nullopt : std::optional(subscriber->counters());
}

std::optional<SubscriberStats> Hub::stats(PeerId id) const {
    const auto* subscriber = find(id);
    return subscriber == nullptr ? std::nullopt : subscriber->stats();
}

std::size_t Hub::queued(PeerId id) const {
    const auto* subscriber = find(id);
    return subscriber == nullptr ? 0 : subscriber->output().waiting();
}

}  // namespace confd::sim
