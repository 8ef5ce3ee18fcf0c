#include "simulator/faults/unit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "protocol/constants.hpp"
#include "protocol/frame/frame.hpp"
#include "protocol/session/handshake.hpp"
#include "protocol/term/reader.hpp"

namespace confd::sim {
namespace {

constexpr std::size_t access_message_size = 1 + std::tuple_size_v<Challenge>;
constexpr std::uint8_t challenge_bit = 0x80;

/// Type of the event in a frame; 0 when it is none.
std::uint32_t event_type(ByteView frame) {
    TermReader reader(frame.subspan(frame_header_size));
    std::uint32_t arity = 0;
    std::uint32_t type = 0;
    const bool read = reader.version() && reader.tuple(arity) && arity > 0 && reader.integer(type);
    return read ? type : 0;
}

std::string_view name_of(UnitKind kind) {
    switch (kind) {
        case UnitKind::hello:
            return "the hello";
        case UnitKind::challenge:
            return "the access challenge";
        case UnitKind::access_answer:
            return "the answer to the challenge";
        case UnitKind::access_result:
            return "the result of the access check";
        case UnitKind::hello_reply:
            return "the reply to the hello";
        case UnitKind::subscribe:
            return "the subscription";
        case UnitKind::subscribe_reply:
            return "the subscription's reply";
        case UnitKind::event:
            return "an event";
        case UnitKind::ack:
            return "an acknowledgement";
        case UnitKind::request:
            return "a MAAPI request";
        case UnitKind::answer:
            return "a MAAPI answer";
        case UnitKind::other:
            break;
    }
    return "bytes";
}

}  // namespace

Stage stage_of(UnitKind kind) {
    switch (kind) {
        case UnitKind::hello:
        case UnitKind::challenge:
        case UnitKind::access_answer:
        case UnitKind::access_result:
        case UnitKind::hello_reply:
            return Stage::handshake;
        case UnitKind::subscribe:
        case UnitKind::subscribe_reply:
            return Stage::subscription;
        case UnitKind::event:
        case UnitKind::ack:
        case UnitKind::request:
        case UnitKind::answer:
            return Stage::events;
        case UnitKind::other:
            break;
    }
    return Stage::any;
}

bool is_frame(UnitKind kind) {
    return stage_of(kind) == Stage::subscription || stage_of(kind) == Stage::events;
}

std::string describe(const Unit& unit) {
    const auto event = confd::name_of(mask_constants, unit.event);
    return std::string(event ? *event : name_of(unit.kind));
}

UnitCutter::UnitCutter(Direction direction, Stage from, std::size_t limit)
    : direction_(direction),
      expect_(from == Stage::handshake      ? Expect::first
              : from == Stage::subscription ? Expect::subscription
                                            : Expect::frames),
      limit_(limit) {}

void UnitCutter::append(ByteView bytes, std::span<const Mark> marks) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
    take_marks(marks_, std::exchange(begin_, 0));
    append_marks(marks_, buffer_.size(), marks, 0, bytes.size());
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

std::optional<Unit> UnitCutter::next() {
    if (buffered() == 0) return std::nullopt;
    if (expect_ == Expect::raw) return rest();
    return direction_ == Direction::out ? next_out() : next_in();
}

std::optional<Unit> UnitCutter::next_out() {
    switch (expect_) {
        case Expect::first:
            // No status of the reply to the hello is this number.
            if (buffer_[begin_] == access_challenge) {
                return take(UnitKind::challenge, access_message_size, Expect::result);
            }
            return take(UnitKind::hello_reply, hello_size, Expect::subscription);
        case Expect::result:
            return take(UnitKind::access_result, 1, Expect::reply);
        case Expect::reply:
            return take(UnitKind::hello_reply, hello_size, Expect::subscription);
        case Expect::subscription:
            return frame(maapi_ ? UnitKind::answer : UnitKind::subscribe_reply);
        default:
            return frame(maapi_ ? UnitKind::answer : UnitKind::event);
    }
}

std::optional<Unit> UnitCutter::next_in() {
    switch (expect_) {
        case Expect::first: {
            const bool asks = (buffer_[begin_] & challenge_bit) != 0;
            return take(UnitKind::hello, hello_size, asks ? Expect::answer : Expect::subscription);
        }
        case Expect::answer:
            return take(UnitKind::access_answer, access_message_size, Expect::subscription);
        case Expect::subscription:
            return frame(maapi_ ? UnitKind::request : UnitKind::subscribe);
        default:
            return frame(maapi_ ? UnitKind::request : UnitKind::ack);
    }
}

std::optional<Unit> UnitCutter::take(UnitKind kind, std::size_t size, Expect then) {
    if (buffered() < size) return std::nullopt;
    const auto begin = buffer_.begin() + static_cast<std::ptrdiff_t>(begin_);
    Unit unit{kind, Bytes(begin, begin + static_cast<std::ptrdiff_t>(size))};
    begin_ += size;
    expect_ = then;
    return unit;
}

std::optional<Unit> UnitCutter::frame(UnitKind kind) {
    if (buffered() < frame_header_size) return std::nullopt;
    const std::size_t size = load_word(buffer_.data() + begin_);
    if (size > limit_) {
        expect_ = Expect::raw;
        return rest();
    }
    auto unit = take(kind, frame_header_size + size, Expect::frames);
    if (!unit || kind != UnitKind::event) return unit;
    unit->event = event_type(unit->bytes);
    const auto begin = begin_ - unit->bytes.size();
    const auto mark = std::ranges::lower_bound(marks_, begin, {}, &Mark::at);
    if (mark != marks_.end() && mark->at == begin) unit->send = mark->send;
    return unit;
}

Unit UnitCutter::rest() {
    Unit unit{UnitKind::other,
              Bytes(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), buffer_.end())};
    buffer_.clear();
    marks_.clear();
    begin_ = 0;
    return unit;
}

}  // namespace confd::sim
