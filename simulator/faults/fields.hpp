// SPDX-License-Identifier: Apache-2.0
// Where the fields of an event stand in its bytes.
//
// That is asked of the decoder: one term after the other gets a tag that does not exist, and the
// path in the error that decoding then gives is the term's field. So every field of every event can
// be named as errors name it, and no list of them is kept here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/bytes.hpp"
#include "protocol/release.hpp"

namespace confd::sim {

/// Where a term stands in a payload.
struct TermPlace {
    std::size_t at = 0;
    std::size_t size = 0;
};

/// The whole event, after the version byte.
TermPlace root_of(ByteView payload);
/// The elements of a tuple or list that have bytes of their own.
std::vector<TermPlace> elements_of(ByteView payload, const TermPlace& term);

/// The term of this field of an event: "msg" or "audit.msg", "uinfo.addr", "values[0].v", "type".
/// Nothing when the event is not decodable or has no such field.
std::optional<TermPlace> find_field(ByteView payload, std::string_view path,
                                    const WireContext& context);

/// What the decoder calls this term of an event; empty when it never reads it.
std::string field_at(ByteView payload, const TermPlace& term, const WireContext& context);

/// Whether any event of these types (0: of all) may have this field, in any release or product. If
/// not, `meant` is a name that is close, if there is one. For messages: it decodes much.
bool may_have_field(std::uint32_t types, std::string_view path, std::string& meant);

}  // namespace confd::sim
