// SPDX-License-Identifier: Apache-2.0
#include "simulator/faults/channel.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/frame/frame.hpp"
#include "protocol/limits.hpp"
#include "protocol/session/handshake.hpp"
#include "simulator/base/earliest.hpp"
#include "simulator/base/role.hpp"
#include "simulator/faults/fields.hpp"

namespace confd::sim {
namespace {

/// The server's own frames may have any size, a client's are cut where the session refuses them.
std::size_t frame_limit(Direction direction) {
    return direction == Direction::out ? UINT32_MAX : subscriber_payload_limit;
}

}  // namespace

FaultChannel::FaultChannel(ActiveFaults& faults, PeerId peer, Direction direction, Stage from)
    : faults_(faults),
      peer_(peer),
      direction_(direction),
      cutter_(direction, from, frame_limit(direction)) {}

void FaultChannel::subscribed(std::string role, const WireContext& context) {
    role_ = std::move(role);
    context_ = context;
    subscribed_ = true;
}

void FaultChannel::serves(Service service) {
    service_ = service;
    cutter_.serves(service);
}

void FaultChannel::push(Instant now, ByteView bytes, std::span<const Mark> marks) {
    if (over_) return;
    cutter_.append(bytes, marks);
    while (auto message = cutter_.next())
        push(now, std::move(*message));
}

void FaultChannel::finish(Instant now) {
    if (cutter_.buffered() > 0) push(now, cutter_.rest());
}

void FaultChannel::push(Instant now, WireMessage message) {
    if (over_) return;
    if (message.kind == MessageKind::hello && message.bytes.size() == hello_size) {
        const bool maapi = parse_hello(message.bytes).client_id == CLIENT_MAAPI;
        serves(maapi ? Service::maapi : Service::events);
    }
    FaultEffect effect;
    effect.message = message;
    for (auto& fault : faults_.active_) {
        // Judged by what came, not by what other faults have made of it.
        if (!is_candidate(fault.spec, message)) continue;
        auto choice = ActiveFaults::choose(fault, tallies_[fault.spec.id], peer_);
        if (!choice) continue;
        const auto what = info_of(fault.spec.kind).apply(fault.spec, effect, context_, *choice);
        faults_.report(fault.spec, peer_, fmt::format("{} {} {}", describe(message), name(), what),
                       message);
    }
    schedule(now, effect);
}

bool FaultChannel::is_candidate(const FaultSpec& fault, const WireMessage& message) const {
    if (fault.direction != direction_ || !info_of(fault.kind).fits(fault, message.kind))
        return false;
    if (fault.service != Service::any && fault.service != service_) return false;
    if (fault.role != all_roles && fault.role != role_) return false;
    if (fault.stage != Stage::any && fault.stage != stage_of(message.kind)) return false;
    if (fault.events != 0 && (fault.events & message.event) == 0) return false;
    return fault.field.empty() ||
           find_field(ByteView(message.bytes).subspan(frame_header_size), fault.field, context_);
}

/// "to subscriber 2".
std::string FaultChannel::name() const {
    return fmt::format("{} {} {}", direction_ == Direction::out ? "to" : "from",
                       subscribed_ ? "subscriber" : "connection", peer_);
}

FaultChannel::Segments FaultChannel::segments_of(Instant now, const FaultEffect& effect) const {
    Segments out;
    const Segment plain{.piece = effect.piece, .pause = effect.gap, .earliest = now + effect.delay};
    const auto add = [&](ByteView bytes) {
        if (bytes.empty()) return;
        out.push_back(plain);
        out.back().bytes.assign(bytes.begin(), bytes.end());
    };
    const ByteView whole = effect.message.bytes;
    const auto cut = effect.stall ? std::min(effect.stall->after, whole.size()) : 0;
    add(effect.before);
    const auto first = out.size();
    add(whole.first(cut));
    const auto before_rest = out.size();
    add(whole.subspan(cut));
    if (effect.stall && out.size() > before_rest) out.back().stall = effect.stall->duration;
    if (first < out.size()) out[first].send = effect.message.send;
    for (std::int64_t i = 0; i < effect.copies; ++i) {
        add(whole);
        if (!whole.empty()) out.back().send = effect.message.send;
    }
    if (effect.close) {
        out.push_back(Segment{.earliest = plain.earliest, .close = effect.close});
    }
    return out;
}

void FaultChannel::schedule(Instant now, const FaultEffect& effect) {
    auto segments = segments_of(now, effect);
    if (segments.empty()) return;
    for (const auto& segment : segments)
        held_ += segment.bytes.size();
    gather(now, effect, segments);
    if (effect.overtaken && !effect.close) {
        late_.push_back(
            {std::move(segments), effect.overtaken->count, now + effect.overtaken->within});
        return;
    }
    enqueue(now, std::move(segments));
    if (is_frame(effect.message.kind)) overtake(now);
    over_ = effect.close && ends(*effect.close);
}

/// Whether nothing comes after it: inwards a half close ends only what goes the other way.
bool FaultChannel::ends(CloseHow how) const {
    return direction_ == Direction::out || how != CloseHow::half;
}

void FaultChannel::gather(Instant now, const FaultEffect& effect, Segments& segments) {
    if (gather_ && gather_->until <= now) gather_.reset();
    if (!gather_ && effect.gather) {
        gather_ = Gather{effect.gather->count, now + effect.gather->within};
    }
    if (!gather_) return;
    for (auto& segment : segments)
        segment.gathering = gather_->until;
    // An end has nothing to wait for.
    if (--gather_->missing > 0 && !effect.close) return;
    gather_.reset();
    for (auto& segment : segments)
        segment.gathering.reset();
    for (auto& segment : queue_)
        segment.gathering.reset();
}

/// A frame has been queued: those that waited for it follow.
void FaultChannel::overtake(Instant now) {
    std::erase_if(late_, [&](Late& late) {
        if (--late.missing > 0) return false;
        enqueue(now, std::move(late.segments));
        return true;
    });
}

void FaultChannel::enqueue(Instant now, Segments segments) {
    if (queue_.empty()) head_since_ = now;
    std::ranges::move(segments, std::back_inserter(queue_));
}

Instant FaultChannel::due(const Segment& head) const {
    const auto stall = head.sent == 0 ? head.stall : std::chrono::milliseconds();
    const auto turn = head_since_ + std::max(head.pause, stall);
    return std::max({turn, head.earliest, head.gathering.value_or(head.earliest)});
}

std::vector<Action> FaultChannel::poll(Instant now) {
    std::erase_if(late_, [&](Late& late) {
        if (late.until > now) return false;
        enqueue(now, std::move(late.segments));
        return true;
    });
    std::vector<Action> out;
    while (!queue_.empty() && due(queue_.front()) <= now)
        emit(now, out);
    return out;
}

void FaultChannel::emit(Instant now, std::vector<Action>& out) {
    auto& head = queue_.front();
    head_since_ = now;
    if (head.close) {
        const auto how = *head.close;
        out.emplace_back(Close{how});
        queue_.pop_front();
        if (ends(how)) stop();
        return;
    }
    const auto left = head.bytes.size() - head.sent;
    const auto size = head.piece == 0 ? left : std::min(head.piece, left);
    const auto bytes = ByteView(head.bytes).subspan(head.sent, size);
    // What leaves at once leaves in one write, unless it was split on purpose.
    auto* last = out.empty() || head.piece > 0 ? nullptr : std::get_if<Write>(&out.back());
    if (last == nullptr) last = &std::get<Write>(out.emplace_back(Write{}));
    if (head.sent == 0 && head.send != 0) last->marks.push_back({last->bytes.size(), head.send});
    last->bytes.insert(last->bytes.end(), bytes.begin(), bytes.end());
    held_ -= size;
    head.sent += size;
    if (head.sent == head.bytes.size()) queue_.pop_front();
}

Bytes FaultChannel::held_bytes() const {
    Bytes out;
    const auto add = [&out](const Segment& segment) {
        const auto left = ByteView(segment.bytes).subspan(segment.sent);
        out.insert(out.end(), left.begin(), left.end());
    };
    std::ranges::for_each(queue_, add);
    for (const auto& late : late_)
        std::ranges::for_each(late.segments, add);
    return out;
}

std::optional<Instant> FaultChannel::deadline() const {
    std::optional<Instant> next;
    if (!queue_.empty()) next = due(queue_.front());
    for (const auto& late : late_)
        next = earliest({next, late.until});
    return next;
}

void FaultChannel::stop() {
    over_ = true;
    queue_.clear();
    late_.clear();
    gather_.reset();
    held_ = 0;
}

bool FaultChannel::reading_paused(Instant now) const {
    if (held() > inbound_held_limit) return true;
    return !queue_.empty() && queue_.front().stall.count() > 0 && due(queue_.front()) > now;
}

}  // namespace confd::sim
