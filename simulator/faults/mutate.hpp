// What faults do to the bytes of one message. Pure: bytes in, other bytes out.
//
// Where a field stands is asked of the decoder: a byte that is no tag is put in front of one term
// after the other, and the path in the error that decoding then gives is the term's field. So every
// field of every event can be named as errors name it, and no list of them is kept here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/bytes.hpp"
#include "protocol/release.hpp"
#include "simulator/faults/fault.hpp"
#include "simulator/faults/random.hpp"
#include "simulator/faults/unit.hpp"

namespace confd::sim {

/// Where a term stands in a payload.
struct Place {
    std::size_t at = 0;
    std::size_t size = 0;
};

/// The term of this field of an event: "msg" or "audit.msg", "uinfo.addr", "values[0].v", "type".
/// Nothing when the event is not decodable or has no such field.
std::optional<Place> find_field(ByteView payload, std::string_view path,
                                const WireContext& context);

/// Whether any event of these types (0: of all) may have this field, in any release or product. If
/// not, `meant` is a name that is close, if there is one. For messages: it decodes much.
bool may_have_field(std::uint32_t types, std::string_view path, std::string& meant);

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
