// SPDX-License-Identifier: Apache-2.0
#include "simulator/faults/message.hpp"

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

std::string_view name_of(MessageKind kind) {
    switch (kind) {
        case MessageKind::hello:
            return "the hello";
        case MessageKind::challenge:
            return "the access challenge";
        case MessageKind::access_answer:
            return "the answer to the challenge";
        case MessageKind::access_result:
            return "the result of the access check";
        case MessageKind::hello_reply:
            return "the reply to the hello";
        case MessageKind::subscribe:
            return "the subscription";
        case MessageKind::subscribe_reply:
            return "the subscription's reply";
        case MessageKind::event:
            return "an event";
        case MessageKind::ack:
            return "an acknowledgement";
        case MessageKind::request:
            return "a MAAPI request";
        case MessageKind::answer:
            return "a MAAPI answer";
        case MessageKind::other:
            break;
    }
    return "bytes";
}

}  // namespace

Stage stage_of(MessageKind kind) {
    switch (kind) {
        case MessageKind::hello:
        case MessageKind::challenge:
        case MessageKind::access_answer:
        case MessageKind::access_result:
        case MessageKind::hello_reply:
            return Stage::handshake;
        case MessageKind::subscribe:
        case MessageKind::subscribe_reply:
            return Stage::subscription;
        case MessageKind::event:
        case MessageKind::ack:
        case MessageKind::request:
        case MessageKind::answer:
            return Stage::events;
        case MessageKind::other:
            break;
    }
    return Stage::any;
}

bool is_frame(MessageKind kind) {
    return stage_of(kind) == Stage::subscription || stage_of(kind) == Stage::events;
}

std::string describe(const WireMessage& message) {
    const auto event = confd::name_of(mask_constants, message.event);
    return std::string(event ? *event : name_of(message.kind));
}

MessageCutter::MessageCutter(Direction direction, Stage from, std::size_t limit)
    : direction_(direction),
      expect_(from == Stage::handshake      ? Expect::first
              : from == Stage::subscription ? Expect::subscription
                                            : Expect::frames),
      limit_(limit) {}

void MessageCutter::append(ByteView bytes, std::span<const Mark> marks) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
    take_marks(marks_, std::exchange(begin_, 0));
    append_marks(marks_, buffer_.size(), marks, 0, bytes.size());
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

std::optional<WireMessage> MessageCutter::next() {
    if (buffered() == 0) return std::nullopt;
    if (expect_ == Expect::raw) return rest();
    return direction_ == Direction::out ? next_out() : next_in();
}

std::optional<WireMessage> MessageCutter::next_out() {
    switch (expect_) {
        case Expect::first:
            // No status of the reply to the hello is this number.
            if (buffer_[begin_] == access_challenge) {
                return take(MessageKind::challenge, access_message_size, Expect::result);
            }
            return take(MessageKind::hello_reply, hello_size, Expect::subscription);
        case Expect::result:
            return take(MessageKind::access_result, 1, Expect::reply);
        case Expect::reply:
            return take(MessageKind::hello_reply, hello_size, Expect::subscription);
        case Expect::subscription:
            return frame(maapi_ ? MessageKind::answer : MessageKind::subscribe_reply);
        default:
            return frame(maapi_ ? MessageKind::answer : MessageKind::event);
    }
}

std::optional<WireMessage> MessageCutter::next_in() {
    switch (expect_) {
        case Expect::first: {
            const bool asks = (buffer_[begin_] & challenge_bit) != 0;
            return take(MessageKind::hello, hello_size,
                        asks ? Expect::answer : Expect::subscription);
        }
        case Expect::answer:
            return take(MessageKind::access_answer, access_message_size, Expect::subscription);
        case Expect::subscription:
            return frame(maapi_ ? MessageKind::request : MessageKind::subscribe);
        default:
            return frame(maapi_ ? MessageKind::request : MessageKind::ack);
    }
}

std::optional<WireMessage> MessageCutter::take(MessageKind kind, std::size_t size, Expect then) {
    if (buffered() < size) return std::nullopt;
    const auto begin = buffer_.begin() + static_cast<std::ptrdiff_t>(begin_);
    WireMessage message{kind, Bytes(begin, begin + static_cast<std::ptrdiff_t>(size))};
    begin_ += size;
    expect_ = then;
    return message;
}

std::optional<WireMessage> MessageCutter::frame(MessageKind kind) {
    if (buffered() < frame_header_size) return std::nullopt;
    const std::size_t size = load_word(buffer_.data() + begin_);
    if (size > limit_) {
        expect_ = Expect::raw;
        return rest();
    }
    auto message = take(kind, frame_header_size + size, Expect::frames);
    if (!message || kind != MessageKind::event) return message;
    message->event = event_type(message->bytes);
    const auto begin = begin_ - message->bytes.size();
    const auto mark = std::ranges::lower_bound(marks_, begin, {}, &Mark::at);
    if (mark != marks_.end() && mark->at == begin) message->send = mark->send;
    return message;
}

WireMessage MessageCutter::rest() {
    WireMessage message{
        MessageKind::other,
        Bytes(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), buffer_.end())};
    buffer_.clear();
    marks_.clear();
    begin_ = 0;
    return message;
}

}  // namespace confd::sim
