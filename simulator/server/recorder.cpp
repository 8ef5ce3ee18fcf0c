#include "simulator/server/recorder.hpp"

#include <fmt/format.h>

#include "protocol/frame/frame.hpp"
#include "protocol/maapi/messages.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"
#include "simulator/hub/describe.hpp"

namespace confd::sim {
namespace {

RecordKind kind_of(UnitKind kind) {
    switch (kind) {
        case UnitKind::hello:
            return RecordKind::hello;
        case UnitKind::challenge:
        case UnitKind::access_answer:
        case UnitKind::access_result:
            return RecordKind::challenge;
        case UnitKind::hello_reply:
            return RecordKind::hello_reply;
        case UnitKind::subscribe:
            return RecordKind::subscribe;
        case UnitKind::subscribe_reply:
            return RecordKind::subscribe_reply;
        case UnitKind::event:
            return RecordKind::event;
        case UnitKind::ack:
            return RecordKind::ack;
        case UnitKind::other:
            break;
    }
    return RecordKind::raw;
}

constexpr std::size_t frame_header = 4;

ByteView payload_of(const Unit& unit) {
    return ByteView(unit.bytes).subspan(std::min(frame_header, unit.bytes.size()));
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

LogRecord Recorder::record(Instant now, RecordKind kind) const {
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

void Recorder::connected(Instant now, PeerId peer, const std::string& address) {
    if (!on()) return;
    const auto limit = Limits{}.payload;
    cutters_.emplace(peer, Cutters{UnitCutter(sim::Direction::in, Stage::handshake, limit),
                                   UnitCutter(sim::Direction::out, Stage::handshake, limit)});
    auto out = record(now, RecordKind::connect);
    out.peer = peer;
    out.text = address;
    write(out);
}

void Recorder::received(Instant now, PeerId peer, ByteView bytes) {
    const auto found = cutters_.find(peer);
    if (found == cutters_.end()) return;
    found->second.in.append(bytes);
    write_units(now, peer, found->second.in, LogDirection::in);
}

void Recorder::sent(Instant now, PeerId peer, ByteView bytes) {
    const auto found = cutters_.find(peer);
    if (found == cutters_.end()) return;
    found->second.out.append(bytes);
    write_units(now, peer, found->second.out, LogDirection::out);
}

void Recorder::write_units(Instant now, PeerId peer, UnitCutter& cutter, LogDirection direction) {
    while (const auto unit = cutter.next())
        write_unit(now, peer, *unit, direction);
}

void Recorder::write_unit(Instant now, PeerId peer, const Unit& unit, LogDirection direction) {
    auto out = record(now, kind_of(unit.kind));
    out.direction = direction;
    out.peer = peer;
    out.role = hub_.role_of(peer);
    out.bytes = unit.bytes;
    Notification event;
    std::string text;
    const auto* session = hub_.session(peer);
    if (session != nullptr && session->is_maapi() && is_frame(unit.kind)) {
        out.kind = RecordKind::maapi;
        text = maapi_text(payload_of(unit), direction);
        out.text = text;
    } else if (unit.kind == UnitKind::event) {
        if (session != nullptr) out.context = session->context();
        const auto good =
            decode_notification(payload_of(unit), event, {.context = out.context, .limits = {}});
        if (good) {
            out.event = &event;
        } else {
            out.kind = RecordKind::raw;
        }
    } else if (unit.kind == UnitKind::ack) {
        if (const auto ack = decode_ack(payload_of(unit))) {
            out.ack = *ack;
        } else {
            out.kind = RecordKind::raw;
        }
    }
    write(out);
}

void Recorder::happened(Instant now, const HubEvent& event) {
    if (!on()) return;
    const auto text = describe(event, hub_);
    auto out = record(now, RecordKind::log);
    out.text = text;
    if (const auto* ack = std::get_if<AckReceived>(&event)) {
        // The message itself has been recorded when it arrived; this is what became of it.
        out.peer = ack->peer;
        out.role = ack->role;
        out.send = ack->send;
        out.verdict = ack->verdict;
    } else if (const auto* gone = std::get_if<Disconnected>(&event)) {
        out.kind = RecordKind::disconnect;
        out.peer = gone->peer;
        out.role = gone->role;
        cutters_.erase(gone->peer);
    } else if (const auto* released = std::get_if<BarrierReleased>(&event)) {
        out.kind = RecordKind::barrier;
        out.send = released->send;
        out.barrier = BarrierChange::released;
    } else if (const auto* expired = std::get_if<BarrierExpired>(&event)) {
        out.kind = RecordKind::barrier;
        out.send = expired->send;
        out.barrier = BarrierChange::expired;
        out.missing = expired->missing;
    } else if (const auto* fault = std::get_if<FaultStruck>(&event)) {
        out.kind = RecordKind::fault;
        out.peer = fault->peer;
        out.fault = fault->fault;
    } else if (const auto* called = std::get_if<MaapiCalled>(&event)) {
        out.peer = called->peer;
        out.send = called->call.send;
    }
    write(out);
}

void Recorder::event_sent(Instant now, const Notification& event, const Sent& sent) {
    if (!on() || sent.owed.empty()) return;
    auto out = record(now, RecordKind::barrier);
    out.send = sent.id;
    out.barrier = BarrierChange::opened;
    out.missing = sent.owed;
    out.text = notif_name(event.type).value_or("");
    write(out);
}

void Recorder::step(const Trace& trace) {
    if (!on()) return;
    auto out = record(trace.time, RecordKind::step);
    const auto text = to_string(trace.place) + ": " + trace.text;
    out.text = text;
    write(out);
}

void Recorder::line(Instant now, const std::string& text) {
    if (!on()) return;
    auto out = record(now, RecordKind::log);
    out.text = text;
    write(out);
}

}  // namespace confd::sim
