// SPDX-License-Identifier: Apache-2.0
#include "simulator/server/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "protocol/frame/frame.hpp"
#include "protocol/maapi/messages.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"
#include "simulator/hub/describe.hpp"

namespace confd::sim {
namespace {

RecordKind kind_of(MessageKind kind) {
    switch (kind) {
        case MessageKind::hello:
            return RecordKind::hello;
        case MessageKind::challenge:
        case MessageKind::access_answer:
        case MessageKind::access_result:
            return RecordKind::challenge;
        case MessageKind::hello_reply:
            return RecordKind::hello_reply;
        case MessageKind::subscribe:
            return RecordKind::subscribe;
        case MessageKind::subscribe_reply:
            return RecordKind::subscribe_reply;
        case MessageKind::event:
            return RecordKind::event;
        case MessageKind::ack:
            return RecordKind::ack;
        case MessageKind::request:
        case MessageKind::answer:
            return RecordKind::maapi;
        case MessageKind::other:
            break;
    }
    return RecordKind::raw;
}

ByteView payload_of(const WireMessage& message) {
    return ByteView(message.bytes).subspan(std::min(frame_header_size, message.bytes.size()));
}

std::string name_of_op(std::uint32_t op) {
    const auto name = name_of(constants<MaapiOp>, op);
    return name ? std::string(*name) : fmt::format("operation {}", op);
}

/// Longest text of a term: schemas and changes are long, and their bytes are in the record too.
constexpr std::size_t max_maapi_text = 200;

/// A request, the answer to a change, a reply, or a term, as far as each can be told from its
/// bytes alone.
std::string maapi_text(ByteView payload, LogDirection direction) {
    if (!payload.empty() && payload.front() == term_version) {
        const auto term = read_payload(payload);
        if (!term) return to_string(term.error());
        const auto text = to_string(*term);
        return text.size() > max_maapi_text ? text.substr(0, max_maapi_text) + " .." : text;
    }
    const auto op = confd::op_of(payload);
    if (!op) return {};
    const auto answer = name_of(constants<IterAnswer>, *op);
    if (direction == LogDirection::in && payload.size() == sizeof(*op) && answer) {
        return std::string(*answer);
    }
    constexpr std::uint32_t failed = 1U << 31U;
    return name_of_op(*op & ~failed) + ((*op & failed) != 0 ? " failed" : "");
}

}  // namespace

void Recorder::add_sink(Sink sink) {
    sinks_.push_back(std::move(sink));
    hub_.observe(this);
}

LogRecord Recorder::record(RecordKind kind) const {
    const auto now = now_();
    LogRecord out;
    out.at = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
    out.wall = hub_.wall(now);
    out.kind = kind;
    return out;
}

void Recorder::write(const LogRecord& record) const {
    for (const auto& sink : sinks_)
        sink(record);
}

void Recorder::connects(PeerId peer) {
    const auto limit = Limits{}.payload;
    connections_.emplace(peer,
                         Connection{MessageCutter(sim::Direction::in, Stage::handshake, limit),
                                    MessageCutter(sim::Direction::out, Stage::handshake, limit)});
    auto out = record(RecordKind::connect);
    out.peer = peer;
    out.text = address_;
    write(out);
}

void Recorder::comes_in(PeerId peer, ByteView bytes) {
    const auto found = connections_.find(peer);
    if (found == connections_.end()) return;
    auto& connection = found->second;
    connection.in.append(bytes);
    while (auto message = connection.in.next())
        connection.waiting.push_back(std::move(*message));
    write_waiting(peer, connection, connection.left.has_value());
}

/// What the hub will not say anything about; from an acknowledgement on, what comes waits.
void Recorder::write_waiting(PeerId peer, Connection& connection, bool all) {
    auto& waiting = connection.waiting;
    const auto* session = hub_.session(peer);
    const bool subscriber = session != nullptr && !session->is_maapi();
    while (!waiting.empty()) {
        const auto& message = waiting.front();
        if (!all && subscriber && message.kind == MessageKind::ack &&
            decode_ack(payload_of(message)))
            return;
        write_message(peer, connection, message, LogDirection::in);
        waiting.pop_front();
    }
}

void Recorder::sent(PeerId peer, ByteView bytes, const Marks& marks) {
    const auto found = connections_.find(peer);
    if (found == connections_.end()) return;
    auto& connection = found->second;
    connection.out.append(bytes, marks);
    while (const auto message = connection.out.next())
        write_message(peer, connection, *message, LogDirection::out);
}

void Recorder::write_message(PeerId peer, const Connection& connection, const WireMessage& message,
                             LogDirection direction, const AckReceived* judged) const {
    auto out = record(kind_of(message.kind));
    out.direction = direction;
    out.peer = peer;
    out.role = connection.role;
    out.send = message.send;
    out.bytes = message.bytes;
    Notification event;
    std::string text;
    const auto* session = hub_.session(peer);
    if (session != nullptr && session->is_maapi() && is_frame(message.kind)) {
        out.kind = RecordKind::maapi;
        text = maapi_text(payload_of(message), direction);
        out.text = text;
    } else if (message.kind == MessageKind::event) {
        if (session != nullptr) out.context = session->context();
        const auto good =
            decode_notification(payload_of(message), event, {.context = out.context, .limits = {}});
        if (good) {
            out.event = &event;
        } else {
            out.kind = RecordKind::raw;
        }
    } else if (message.kind == MessageKind::ack) {
        if (const auto ack = decode_ack(payload_of(message))) {
            out.ack = *ack;
        } else {
            out.kind = RecordKind::raw;
        }
    }
    if (judged != nullptr) {
        out.send = judged->send;
        out.verdict = judged->verdict;
    }
    write(out);
}

void Recorder::dropped(PeerId peer, ByteView bytes) {
    if (!on()) return;
    auto out = record(RecordKind::raw);
    out.direction = LogDirection::in;
    out.peer = peer;
    out.bytes = bytes;
    out.text = "after the server had closed";
    if (const auto found = connections_.find(peer); found != connections_.end())
        out.role = found->second.role;
    write(out);
}

void Recorder::happened(const HubEvent& event) {
    if (const auto* ack = std::get_if<AckReceived>(&event)) {
        on_ack(*ack);
    } else if (const auto* subscribed = std::get_if<Subscribed>(&event)) {
        const auto found = connections_.find(subscribed->peer);
        if (found != connections_.end()) found->second.role = subscribed->role;
    } else if (const auto* gone = std::get_if<Disconnected>(&event)) {
        on_gone(*gone);
    } else if (const auto* released = std::get_if<BarrierReleased>(&event)) {
        auto out = record(RecordKind::barrier);
        out.send = released->send;
        out.barrier = BarrierChange::released;
        write(out);
    } else if (const auto* expired = std::get_if<BarrierExpired>(&event)) {
        auto out = record(RecordKind::barrier);
        out.send = expired->send;
        out.barrier = BarrierChange::expired;
        out.missing = expired->missing;
        write(out);
    } else if (const auto* fault = std::get_if<FaultStruck>(&event)) {
        on_fault(*fault);
    } else if (const auto* slow = std::get_if<SlowConsumer>(&event)) {
        line(describe(event, hub_), slow->peer);
    } else if (const auto* held = std::get_if<AcksHeld>(&event)) {
        line(describe(event, hub_), held->peer);
    } else if (const auto* ended = std::get_if<FilterEnded>(&event)) {
        line(describe(event, hub_), ended->peer);
    } else if (const auto* called = std::get_if<MaapiCalled>(&event)) {
        line(describe(event, hub_), called->peer, called->call.send);
    }
}

/// The first that waits is what has been judged.
void Recorder::on_ack(const AckReceived& ack) {
    const auto found = connections_.find(ack.peer);
    if (found == connections_.end() || found->second.waiting.empty()) return;
    auto& connection = found->second;
    write_message(ack.peer, connection, connection.waiting.front(), LogDirection::in, &ack);
    connection.waiting.pop_front();
    write_waiting(ack.peer, connection, false);
}

void Recorder::on_fault(const FaultStruck& fault) const {
    auto out = record(RecordKind::fault);
    out.peer = fault.peer;
    if (const auto found = connections_.find(fault.peer); found != connections_.end())
        out.role = found->second.role;
    out.send = fault.send;
    out.fault = fault.fault;
    out.text = fault.note;
    if (!fault.came.empty()) {
        out.direction = LogDirection::in;
        out.bytes = fault.came;
    }
    write(out);
}

void Recorder::on_gone(const Disconnected& gone) {
    const auto found = connections_.find(gone.peer);
    if (found == connections_.end()) return;
    auto& connection = found->second;
    // The hub looks at nothing of it any more.
    write_waiting(gone.peer, connection, true);
    connection.left = describe(gone, hub_);
    if (connection.closed) write_end(gone.peer);
}

void Recorder::closed(PeerId peer, std::string_view how) {
    const auto found = connections_.find(peer);
    if (found == connections_.end()) return;
    found->second.closed = true;
    found->second.how = how;
    if (found->second.left) write_end(peer);
}

/// Bytes that are the beginning of something have nothing to wait for any more.
void Recorder::write_end(PeerId peer) {
    auto& connection = connections_.at(peer);
    write_waiting(peer, connection, true);
    if (connection.in.buffered() > 0)
        write_message(peer, connection, connection.in.rest(), LogDirection::in);
    if (connection.out.buffered() > 0)
        write_message(peer, connection, connection.out.rest(), LogDirection::out);
    auto out = record(RecordKind::disconnect);
    out.peer = peer;
    out.role = connection.role;
    auto& text = *connection.left;
    if (!connection.how.empty()) text += "; " + connection.how;
    out.text = text;
    write(out);
    connections_.erase(peer);
}

/// Nothing waits for an event that needs no acknowledgement.
void Recorder::event_sent(const Notification& event, const Sent& sent) {
    if (!on() || sent.owed.empty()) return;
    auto out = record(RecordKind::barrier);
    out.send = sent.id;
    out.barrier = BarrierChange::opened;
    out.missing = sent.owed;
    out.text = notif_name(event.type).value_or("");
    write(out);
}

void Recorder::step(const Trace& trace) {
    if (!on()) return;
    auto out = record(RecordKind::step);
    const auto text = to_string(trace.place) + ": " + trace.text;
    out.text = text;
    write(out);
}

void Recorder::line(const std::string& text, PeerId peer, SendId send) {
    if (!on()) return;
    auto out = record(RecordKind::log);
    out.peer = peer;
    if (const auto found = connections_.find(peer); found != connections_.end())
        out.role = found->second.role;
    out.send = send;
    out.text = text;
    write(out);
}

}  // namespace confd::sim
