// SPDX-License-Identifier: Apache-2.0
// The bytes of one message, as faults change them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/bytes.hpp"
#include "simulator/faults/effect.hpp"
#include "simulator/faults/fields.hpp"
#include "simulator/faults/message.hpp"
#include "simulator/faults/random.hpp"

namespace confd::sim::faults {

inline constexpr std::string_view no_effect = "left as it was: an earlier fault took its place";

/// Whether there is something to change: an earlier fault may have taken it.
bool has_contents(const WireMessage& message);

/// All but the header of a frame.
ByteView payload_of(const WireMessage& message);
/// Writes another length into the header of a frame.
void announce(WireMessage& message, std::uint64_t size);
/// Puts other bytes in a term's place. A header that was wrong before, by another fault, stays.
void replace(WireMessage& message, const TermPlace& place, ByteView term);
/// Bytes that come in front of the message.
void put_before(FaultEffect& effect, const Bytes& bytes);

Bytes random_bytes(std::size_t size, Choice& choice);

/// Whether the catalogue has events of this type.
bool is_event_type(std::int64_t type);

}  // namespace confd::sim::faults
