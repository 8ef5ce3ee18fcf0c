// What faults do to the bytes of one message. Pure: bytes in, other bytes out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "protocol/bytes.hpp"
#include "protocol/release.hpp"
#include "simulator/faults/fault.hpp"
#include "simulator/faults/random.hpp"
#include "simulator/faults/unit.hpp"

namespace confd::sim {

/// Whether the catalogue has events of this type.
bool is_event_type(std::int64_t type);

/// Does what the fault says to the message, which is a frame with its header unless it belongs to
/// the handshake, and says what it did. For corrupt, wrong_length, oversized_length, unknown_event,
/// wrong_arity and wrong_type.
std::string mutate(const FaultSpec& fault, Unit& unit, const WireContext& context, Choice& choice);

Bytes random_bytes(std::size_t size, Choice& choice);

/// A frame with an event of this type and default fields.
Bytes default_event(std::uint32_t type, const WireContext& context);

}  // namespace confd::sim
