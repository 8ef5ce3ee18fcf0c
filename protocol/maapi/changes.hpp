// SPDX-License-Identifier: Apache-2.0
// The changes of a transaction: what a diff iteration sends, and how the client answers each
// (docs/protocol.md, "Diff iterate").
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/bytes.hpp"
#include "protocol/constants.hpp"
#include "protocol/error.hpp"
#include "protocol/limits.hpp"
#include "protocol/value/by_name.hpp"
#include "protocol/value/value.hpp"

namespace confd {

/// Longest keypath of a change, in steps. The stock library keeps at most the max depth of its
/// hello, 20; the rest is room for clients built with larger arrays.
inline constexpr std::size_t max_keypath_steps = 128;

/// Largest payload of a change. A leaf's value is far smaller, and a value in memory takes many
/// times the bytes that a hostile list took on the wire.
inline constexpr std::size_t max_change_payload = std::size_t{1} << 20;

/// Where an entry of an ordered list went.
struct MovedAfter {
    /// Keys of the entry that it now follows; nothing when it is first.
    std::optional<ValueList> keys;
    bool operator==(const MovedAfter&) const = default;
};

struct AttrSet {
    std::uint32_t attr = ATTR_INACTIVE;  ///< see attr_constants
    Value value;                         ///< ValueType::noexists removes the attribute
    bool operator==(const AttrSet&) const = default;
};

struct DiffChange {
    ObjectRef path;
    Mop op = MOP_CREATED;
    std::optional<Value> old_value;
    /// By op: MOP_VALUE_SET a Value, MOP_MOVED_AFTER MovedAfter, MOP_ATTR_SET AttrSet, the others
    /// nothing or a Value.
    std::variant<std::monostate, Value, MovedAfter, AttrSet> new_value;
    bool operator==(const DiffChange&) const = default;
};

/// How an iteration ends.
struct DiffEnd {
    enum class Kind : std::uint8_t { done, error, badstate };

    Kind kind = Kind::done;  ///< `{return}`, `{error, Text}`, `{badstate, Text}`
    std::string text;
    bool operator==(const DiffEnd&) const = default;
};

using DiffMessage = std::variant<DiffChange, DiffEnd>;

/// A constant's name in the lower case of JSON and text.
std::string lower_case(std::string_view name);

/// "value_set": the op's name without its prefix, in lower case; the number when it has none.
std::string op_text(Mop op);

/// Appends the payload. The new value must be the alternative that the op has.
void encode_diff(const DiffMessage& message, Bytes& out);
/// The same with names in place of hashes, for the Erlang client.
void encode_diff(const DiffMessage& message, const HashNames& names, Bytes& out);
Result<DiffMessage> decode_diff(ByteView payload, const Limits& limits = {});

/// The client's answer to a change, a frame of one int:32.
void encode_iter_answer(IterAnswer answer, Bytes& out);
Result<IterAnswer> decode_iter_answer(ByteView payload);

}  // namespace confd
