// SPDX-License-Identifier: Apache-2.0
#include "simulator/faults/kinds/payload.hpp"

#include <algorithm>

#include "protocol/frame/frame.hpp"
#include "protocol/notification/notification.hpp"

namespace confd::sim::faults {
namespace {

std::size_t announced(const WireMessage& message) {
    return load_word(ByteView(message.bytes).first<frame_header_size>().data());
}

}  // namespace

bool has_contents(const WireMessage& message) {
    return message.bytes.size() >= (is_frame(message.kind) ? frame_header_size + 2 : 1);
}

ByteView payload_of(const WireMessage& message) {
    return ByteView(message.bytes).subspan(is_frame(message.kind) ? frame_header_size : 0);
}

void announce(WireMessage& message, std::uint64_t size) {
    for (std::size_t i = frame_header_size; i > 0; --i, size >>= 8)
        message.bytes[i - 1] = static_cast<std::uint8_t>(size);
}

void replace(WireMessage& message, const TermPlace& place, ByteView term) {
    const bool right = announced(message) == payload_of(message).size();
    const auto begin =
        message.bytes.begin() + static_cast<std::ptrdiff_t>(frame_header_size + place.at);
    const auto next = message.bytes.erase(begin, begin + static_cast<std::ptrdiff_t>(place.size));
    message.bytes.insert(next, term.begin(), term.end());
    if (right) announce(message, payload_of(message).size());
}

void put_before(FaultEffect& effect, const Bytes& bytes) {
    effect.before.insert(effect.before.end(), bytes.begin(), bytes.end());
}

Bytes random_bytes(std::size_t size, Choice& choice) {
    Bytes out(size);
    for (auto& byte : out)
        byte = static_cast<std::uint8_t>(choice.next());
    return out;
}

bool is_event_type(std::int64_t type) {
    return std::ranges::find(event_types(), type) != event_types().end();
}

}  // namespace confd::sim::faults
