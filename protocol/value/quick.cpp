// SPDX-License-Identifier: Apache-2.0
#include "protocol/value/quick.hpp"

#include "protocol/utf8.hpp"
#include "protocol/value/records.hpp"

namespace confd::quick {
namespace {

using detail::alternative;

bool take_part(Cursor& cursor, std::integral auto& out) {
    return integer(cursor, out);
}
bool take_part(Cursor& cursor, Ip4& out) {
    return ip(cursor, out);
}
bool take_part(Cursor& cursor, Ip6& out) {
    return ip(cursor, out);
}
bool take_part(Cursor& cursor, Zone& out) {
    if (nil(cursor)) {
        out.timezone.reset();
    } else if (!integer(cursor, out.timezone.emplace())) {
        return false;
    }
    return integer(cursor, out.timezone_minutes);
}

template <class Record>
bool record(Cursor& cursor, Record& out) {
    return detail::layout(out, [&](auto&... part) {
        return tuple_of(cursor, static_cast<std::uint32_t>((detail::elements_of(part) + ...))) &&
               (take_part(cursor, part) && ...);
    });
}

/// The head of a pair of a type's number, which fits a byte, and a payload.
constexpr std::size_t pair_head = 4;
bool at_pair(const Cursor& cursor) {
    return cursor.at(Tag::small_tuple, pair_head) && cursor.next[1] == 2 &&
           cursor.next[2] == static_cast<std::uint8_t>(Tag::small_integer);
}

// One function for each form of a value, which the others call last: none saves registers that
// another needs.

[[gnu::noinline]] Stop other_value(Cursor cursor, Value& out, std::size_t& elements_left) {
    return with_reader(cursor, elements_left,
                       [&](TermReader& reader) { return read_value(reader, out); });
}

template <class Record>
[[gnu::noinline, gnu::flatten]] Stop record_value(Cursor cursor, Value& out) {
    return record(cursor, alternative<Record>(out)) ? cursor.next : nullptr;
}

template <class Ip>
[[gnu::noinline]] Stop ip_value(Cursor cursor, Value& out) {
    out.type = std::same_as<Ip, Ip4> ? ValueType::ipv4 : ValueType::ipv6;
    return ip(cursor, alternative<Ip>(out)) ? cursor.next : nullptr;
}

[[gnu::noinline]] Stop bool_value(Cursor cursor, Value& out, std::size_t& elements_left) {
    const auto atom = peek_atom(cursor);
    if (!(atom == "true") && !(atom == "false")) return other_value(cursor, out, elements_left);
    out.type = ValueType::bool_;
    alternative<bool>(out) = atom == "true";
    pass(cursor, atom);
    return cursor.next;
}

template <std::integral T>
[[gnu::noinline]] Stop integer_value(Cursor cursor, const ValueTypeInfo& info, Value& out) {
    T number = 0;
    if (!integer(cursor, number)) return nullptr;
    if constexpr (std::signed_integral<T>) {
        if (number < info.low || number > info.high) return nullptr;
    }
    alternative<T>(out) = number;
    return cursor.next;
}

[[gnu::noinline]] Stop bytes_value(Cursor cursor, const ValueTypeInfo& info, Value& out) {
    ByteView bytes;
    if (!binary(cursor, bytes)) return nullptr;
    if (info.high != 0 && bytes.size() != static_cast<std::size_t>(info.high)) return nullptr;
    alternative<Bytes>(out).assign(bytes.begin(), bytes.end());
    return cursor.next;
}

/// A pair of the number of a type and its payload.
[[gnu::noinline]] Stop pair_value(Cursor cursor, Value& out, std::size_t& elements_left) {
    const auto* info = find_value_type(cursor.next[pair_head - 1]);
    if (info == nullptr || info->type == ValueType::int32) return nullptr;
    out.type = info->type;
    const Cursor payload{cursor.next + pair_head, cursor.end};
    switch (info->shape) {
        case ValueShape::integer:
            return integer_value<std::int64_t>(payload, *info, out);
        case ValueShape::unsigned_64:
            return integer_value<std::uint64_t>(payload, *info, out);
        case ValueShape::bytes:
            return bytes_value(payload, *info, out);
        case ValueShape::datetime:
            return record_value<Datetime>(payload, out);
        case ValueShape::date:
            return record_value<Date>(payload, out);
        case ValueShape::time:
            return record_value<Time>(payload, out);
        case ValueShape::duration:
            return record_value<Duration>(payload, out);
        case ValueShape::ip4_prefix:
            return record_value<Ip4Prefix>(payload, out);
        case ValueShape::ip6_prefix:
            return record_value<Ip6Prefix>(payload, out);
        case ValueShape::decimal:
            return record_value<Decimal64>(payload, out);
        case ValueShape::identity:
            return record_value<IdentityRef>(payload, out);
        default:
            return other_value(cursor, out, elements_left);
    }
}

[[gnu::noinline]] Stop plain_integer_value(Cursor cursor, Value& out) {
    std::int32_t number = 0;
    if (!integer(cursor, number)) return nullptr;
    out.type = ValueType::int32;
    alternative<std::int64_t>(out) = number;
    return cursor.next;
}

[[gnu::noinline]] Stop text_value(Cursor cursor, Value& out) {
    out.type = ValueType::buf;
    return binary(cursor, alternative<std::string>(out)) ? cursor.next : nullptr;
}

}  // namespace

Stop value(Cursor cursor, Value& out, std::size_t& elements_left) {
    if (cursor.left() < 2) return nullptr;
    switch (static_cast<Tag>(*cursor.next)) {
        case Tag::small_integer:
        case Tag::integer:
            return plain_integer_value(cursor, out);
        case Tag::binary:
            return text_value(cursor, out);
        case Tag::atom:
        case Tag::small_atom_utf8:
            return bool_value(cursor, out, elements_left);
        case Tag::small_tuple:
            if (at_pair(cursor)) return pair_value(cursor, out, elements_left);
            if (cursor.next[1] == std::tuple_size_v<Ip4>) return ip_value<Ip4>(cursor, out);
            if (cursor.next[1] == std::tuple_size_v<Ip6>) return ip_value<Ip6>(cursor, out);
            break;
        default:
            break;
    }
    return other_value(cursor, out, elements_left);
}

[[gnu::flatten]] Stop datetime(Cursor cursor, Datetime& out) {
    if (!at_pair(cursor) ||
        cursor.next[pair_head - 1] != static_cast<std::uint8_t>(ValueType::datetime)) {
        return nullptr;
    }
    cursor.next += pair_head;
    return record(cursor, out) ? cursor.next : nullptr;
}

Stop skip(Cursor cursor, std::size_t& elements_left) {
    const auto atom = peek_atom(cursor);
    if (!atom.bytes.empty() && is_ascii(atom.bytes)) {
        pass(cursor, atom);
        return cursor.next;
    }
    return with_reader(cursor, elements_left, [](TermReader& reader) { return reader.skip(); });
}

}  // namespace confd::quick
