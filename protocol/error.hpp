// SPDX-License-Identifier: Apache-2.0
// The one error type of the protocol library: what was wrong, where in the bytes, in which field.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace confd {

/// Everything that can be wrong with bytes. The text and the stable name of each stand in one
/// table in error.cpp; names are what tools print (`"code": "truncated"`).
///
/// Every code is reached by a test: protocol/tests/error_test.cpp has an input for each.
enum class Errc : std::uint8_t {
    truncated,          ///< the bytes end inside a term, or a count exceeds what remains
    trailing_bytes,     ///< bytes left over after a complete term
    bad_version,        ///< the payload does not start with 131
    unknown_tag,        ///< not a tag of the external term format
    unsupported_tag,    ///< a tag of the format that is an error on these sockets
    too_deep,           ///< nesting above Limits::nesting
    too_many_elements,  ///< more elements in lists than Limits::elements
    atom_too_long,      ///< more than 255 characters
    bad_atom,           ///< an atom whose bytes are not UTF-8 although its tag says so
    integer_too_wide,   ///< more than 64 bits of magnitude
    bad_float,          ///< NaN, infinity, or float text that is not a number
    wrong_type,         ///< a well-formed term of another kind than the field has
    wrong_arity,        ///< a tuple with more or fewer elements than the event has
    out_of_range,       ///< an integer that the field's type does not hold
    bad_value,          ///< a well-formed term that means nothing here
    unknown_event,      ///< an event type this library does not know (strict decoding only)
    empty_frame,        ///< a frame of length zero
    frame_too_long,     ///< an announced length above the limit
    bad_handshake,      ///< handshake bytes that no peer of this protocol sends
    unexpected_frame,   ///< a frame in a state in which the peer has nothing to say
};

inline constexpr std::size_t errc_count = static_cast<std::size_t>(Errc::unexpected_frame) + 1;

/// Stable name of a code, such as "wrong_arity".
std::string_view name_of(Errc code);

struct Error {
    Errc code{};
    /// Byte offset of the offending byte: into the payload for terms, into the stream for frames
    /// and handshakes.
    std::size_t offset = 0;
    /// The field, such as "snmpa.vb[3].oid"; empty when the error is not inside one.
    std::string path;
    /// One sentence with what was found and what was expected.
    std::string message;

    bool operator==(const Error&) const = default;
};

/// "wrong_type at byte 12 in audit.user: expected a text, found a float".
std::string to_string(const Error& error);

template <class T>
using Result = std::expected<T, Error>;

}  // namespace confd
