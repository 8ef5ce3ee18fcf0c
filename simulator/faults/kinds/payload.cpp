#include "simulator/faults/kinds/payload.hpp"

#include <algorithm>

#include "protocol/frame/frame.hpp"
#include "protocol/notification/notification.hpp"

namespace confd::sim::faults {
namespace {

std::size_t announced(const Unit& unit) {
    return load_word(ByteView(unit.bytes).first<frame_header_size>().data());
}

}  // namespace

bool has_contents(const Unit& unit) {
    return unit.bytes.size() >= (is_frame(unit.kind) ? frame_header_size + 2 : 1);
}

ByteView payload_of(const Unit& unit) {
    return ByteView(unit.bytes).subspan(is_frame(unit.kind) ? frame_header_size : 0);
}

void announce(Unit& unit, std::uint64_t size) {
    for (std::size_t i = frame_header_size; i > 0; --i, size >>= 8)
        unit.bytes[i - 1] = static_cast<std::uint8_t>(size);
}

void replace(Unit& unit, const TermPlace& place, ByteView term) {
    const bool right = announced(unit) == payload_of(unit).size();
    const auto begin =
        unit.bytes.begin() + static_cast<std::ptrdiff_t>(frame_header_size + place.at);
    const auto next = unit.bytes.erase(begin, begin + static_cast<std::ptrdiff_t>(place.size));
    unit.bytes.insert(next, term.begin(), term.end());
    if (right) announce(unit, payload_of(unit).size());
}

void put_before(Shape& shape, const Bytes& bytes) {
    shape.before.insert(shape.before.end(), bytes.begin(), bytes.end());
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
