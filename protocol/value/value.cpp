// SPDX-License-Identifier: Apache-2.0
#include "protocol/value/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "protocol/value/hash.hpp"
#include "protocol/value/records.hpp"

namespace confd {

using detail::alternative;
using detail::layout;
using detail::read_record;
using detail::write_record;

namespace {

constexpr std::size_t oid_part_size = 4;
constexpr std::size_t ip4_size = 10;  ///< of {A, B, C, D}
constexpr std::size_t tag_size = 15;  ///< of [Ns|Tag] with two numbers in INTEGER_EXT
/// Of these 15 bytes, the place of each number's tag, which the number follows.
constexpr std::size_t ns_at = 5;
constexpr std::size_t local_at = 10;

// ---- The payload of `{Type, Payload}` by shape. ----

bool read_ranged(TermReader& reader, const ValueTypeInfo& info, std::int64_t& out) {
    const auto at = reader.offset();
    Integer found;
    if (!reader.integer(found)) return false;
    if (found.fits(out) && out >= info.low && out <= info.high) return true;
    return reader.fail(Errc::out_of_range, at,
                       fmt::format("expected {} from {} to {}, found {}", info.name, info.low,
                                   info.high, to_string(found)));
}

bool read_qname(TermReader& reader, Qname& out) {
    if (!reader.tuple_of(2)) return false;
    if (!out.prefix) out.prefix.emplace();
    if (!reader.text(*out.prefix)) return false;
    if (out.prefix == "undefined") out.prefix.reset();
    if (!reader.text(out.name)) return false;
    reader.leave();
    return true;
}

bool read_oid(TermReader& reader, Oid& out) {
    const auto at = reader.offset();
    ByteView bytes;
    if (!reader.binary(bytes)) return false;
    if (bytes.size() % oid_part_size != 0) {
        return reader.fail(
            Errc::bad_value, at,
            fmt::format("an object identifier of {} bytes, expected {} for each part", bytes.size(),
                        oid_part_size));
    }
    out.ids.clear();
    for (; !bytes.empty(); bytes = bytes.subspan(oid_part_size))
        out.ids.push_back(load_word(bytes.data()));
    return true;
}

void write_oid(TermWriter& writer, const Oid& oid) {
    Bytes bytes;
    bytes.reserve(oid.ids.size() * oid_part_size);
    for (const std::uint32_t part : oid.ids) {
        for (std::size_t i = oid_part_size; i-- > 0;) {
            bytes.push_back(static_cast<std::uint8_t>(part >> (8 * i)));
        }
    }
    writer.binary(bytes);
}

bool read_bytes(TermReader& reader, const ValueTypeInfo& info, Bytes& out) {
    const auto at = reader.offset();
    ByteView bytes;
    if (!reader.binary(bytes)) return false;
    if (info.high != 0 && bytes.size() != static_cast<std::size_t>(info.high)) {
        return reader.fail(
            Errc::bad_value, at,
            fmt::format("expected {} of {} bytes, found {}", info.name, info.high, bytes.size()));
    }
    out.assign(bytes.begin(), bytes.end());
    return true;
}

/// The types whose number stands in front of them: the others are told by their term alone.
bool has_number(const ValueTypeInfo& info) {
    switch (info.shape) {
        case ValueShape::nothing:
        case ValueShape::text:
        case ValueShape::floating:
        case ValueShape::boolean:
        case ValueShape::ip4:
        case ValueShape::ip6:
        case ValueShape::values:
        case ValueShape::tag:
        case ValueShape::marker:
            return false;
        default:
            return info.type != ValueType::int32;
    }
}

bool read_numbered(TermReader& reader, Value& out) {
    const auto at = reader.offset();
    std::uint64_t number = 0;
    if (!reader.integer(number)) return false;
    const auto* info = find_value_type(number);
    if (info == nullptr || !has_number(*info)) {
        return reader.fail(Errc::bad_value, at,
                           fmt::format("{} is not the number of a typed value", number));
    }
    out.type = info->type;
    switch (info->shape) {
        case ValueShape::integer:
            return read_ranged(reader, *info, alternative<std::int64_t>(out));
        case ValueShape::unsigned_64:
            return reader.integer(alternative<std::uint64_t>(out));
        case ValueShape::qname:
            return read_qname(reader, *alternative<Box<Qname>>(out));
        case ValueShape::datetime:
            return read_record(reader, alternative<Datetime>(out));
        case ValueShape::date:
            return read_record(reader, alternative<Date>(out));
        case ValueShape::time:
            return read_record(reader, alternative<Time>(out));
        case ValueShape::duration:
            return read_record(reader, alternative<Duration>(out));
        case ValueShape::path:
            return read_path(reader, alternative<ObjectRef>(out));
        case ValueShape::oid:
            return read_oid(reader, alternative<Oid>(out));
        case ValueShape::bytes:
            return read_bytes(reader, *info, alternative<Bytes>(out));
        case ValueShape::ip4_prefix:
            return read_record(reader, alternative<Ip4Prefix>(out));
        case ValueShape::ip6_prefix:
            return read_record(reader, alternative<Ip6Prefix>(out));
        case ValueShape::decimal:
            return read_record(reader, alternative<Decimal64>(out));
        case ValueShape::identity:
            return read_record(reader, alternative<IdentityRef>(out));
        default:
            break;
    }
    return reader.fail(Errc::bad_value, at, "not a typed value");
}

bool read_tuple_value(TermReader& reader, Value& out) {
    // An address has no type number; its arity tells it from the pairs.
    switch (reader.peek_arity()) {
        case std::tuple_size_v<Ip4>:
            out.type = ValueType::ipv4;
            return read_ip(reader, alternative<Ip4>(out));
        case std::tuple_size_v<Ip6>:
            out.type = ValueType::ipv6;
            return read_ip(reader, alternative<Ip6>(out));
        default:
            break;
    }
    const auto at = reader.offset();
    std::uint32_t arity = 0;
    if (!reader.tuple(arity)) return false;
    if (arity != 2) return reader.fail_arity(at, "2, 4 or 8 for a value", arity);
    if (!read_numbered(reader, out)) return false;
    reader.leave();
    return true;
}

/// Reads a tag in the form that nearly every one has, two integers below 2^31; never fails.
bool take_tag(TermReader& reader, XmlTag& out) {
    constexpr auto integer = static_cast<std::uint8_t>(Tag::integer);
    constexpr std::uint8_t head[] = {static_cast<std::uint8_t>(Tag::list), 0, 0, 0, 1, integer};
    const auto* next = reader.flat(tag_size);
    if (next == nullptr || std::memcmp(next, head, sizeof head) != 0 || next[local_at] != integer) {
        return false;
    }
    const XmlTag found{load_word(next + ns_at + 1), load_word(next + local_at + 1)};
    if (((found.ns | found.tag) >> 31) != 0) return false;  // negative
    out = found;
    reader.take(tag_size);
    return true;
}

bool is_name(TermKind kind) {
    return kind == TermKind::atom || kind == TermKind::binary;
}

bool is_hash_or_name(TermKind kind) {
    return kind == TermKind::integer || is_name(kind);
}

/// A hash, or the name that it is the hash of: servers write names for the Erlang client, long
/// ones as binaries.
bool read_hash(TermReader& reader, std::uint32_t& out) {
    if (!is_name(reader.peek())) return reader.integer(out);
    std::string name;
    if (!reader.text(name)) return false;
    out = name_hash(name);
    return true;
}

/// Whether `[Ns|Tag]` comes next, with hashes or names, and no list of values.
bool at_tag(const TermReader& reader) {
    constexpr std::uint8_t head_of_one[] = {static_cast<std::uint8_t>(Tag::list), 0, 0, 0, 1};
    const auto* next = reader.flat(sizeof head_of_one);
    if (next == nullptr || std::memcmp(next, head_of_one, sizeof head_of_one) != 0) return false;
    TermReader ahead = reader;
    ListHead head;
    if (!ahead.list(head) || !is_hash_or_name(ahead.peek())) return false;
    return ahead.skip() && !ahead.at_proper_end(head);
}

/// A list of values, or the one-element improper list that is a tag.
bool read_list_value(TermReader& reader, Value& out) {
    if (XmlTag tag; take_tag(reader, tag)) {
        out.type = ValueType::xmltag;
        out.payload = tag;
        return true;
    }
    if (at_tag(reader)) {
        out.type = ValueType::xmltag;
        return read_tag(reader, alternative<XmlTag>(out));
    }
    const auto at = reader.offset();
    ListHead head;
    ValueList list;
    if (!reader.list(head) || !reader.keep(at, head.count)) return false;
    list.items.reserve(std::min<std::size_t>(head.count, list_reserve_cap));
    for (std::uint32_t i = 0; i < head.count; ++i) {
        Value& item = list.items.emplace_back();
        if (head.string) {
            std::uint8_t byte = 0;
            if (!reader.string_byte(byte)) return false;
            item = {ValueType::int32, std::int64_t{byte}};
        } else if (!read_value(reader, item)) {
            return reader.within(i);
        }
    }
    if (!reader.end_list(head)) return false;
    out = {ValueType::list, std::move(list)};
    return true;
}

bool is_byte(const Value& value) {
    const auto* number = std::get_if<std::int64_t>(&value.payload);
    return value.type == ValueType::int32 && number != nullptr && *number >= 0 && *number <= 255;
}

bool read_step(TermReader& reader, PathStep& out) {
    switch (reader.peek()) {
        case TermKind::integer:
        case TermKind::atom:
        case TermKind::binary:
            out.ns.reset();
            return read_hash(reader, out.tag);
        case TermKind::list: {
            XmlTag tag;
            if (!read_tag(reader, tag)) return false;
            out.ns = tag.ns;
            out.tag = tag.tag;
            return true;
        }
        case TermKind::tuple: {
            const auto at = reader.offset();
            std::uint32_t count = 0;
            if (!reader.tuple(count) || !reader.keep(at, count)) return false;
            auto& keys = out.keys.emplace().items;
            keys.reserve(std::min<std::size_t>(count, list_reserve_cap));
            for (std::uint32_t i = 0; i < count; ++i) {
                if (!read_value(reader, keys.emplace_back())) return reader.within(i);
            }
            reader.leave();
            return true;
        }
        default:
            return reader.fail_type("a step of a path ([Ns|Tag], a tag or a tuple of keys)");
    }
}

void write_step(TermWriter& writer, const PathStep& step) {
    if (step.keys) {
        writer.tuple(step.keys->items.size());
        for (const auto& key : step.keys->items)
            write_value(writer, key);
    } else if (step.ns) {
        write_tag(writer, {*step.ns, step.tag});
    } else {
        writer.integer(step.tag);
    }
}

bool is_byte(const PathStep& step) {
    return !step.keys && !step.ns && step.tag <= 255;
}

/// Writes a list by the rule that lists of bytes take the short form.
template <class Item>
void write_list(TermWriter& writer, const std::vector<Item>& items, auto&& write_item,
                auto&& byte_of) {
    if (items.empty()) return writer.nil();
    if (items.size() <= max_string_length &&
        std::all_of(items.begin(), items.end(), [](const Item& item) { return is_byte(item); })) {
        writer.string(items.size());
        for (const auto& item : items)
            writer.byte(byte_of(item));
        return;
    }
    writer.list(items.size());
    for (const auto& item : items)
        write_item(writer, item);
    writer.nil();
}

template <class Ip>
bool read_words(TermReader& reader, Ip& out) {
    if (!reader.tuple_of(static_cast<std::uint32_t>(out.size()))) return false;
    for (auto& word : out) {
        if (!reader.integer(word)) return false;
    }
    reader.leave();
    return true;
}

template <class Ip>
void write_words(TermWriter& writer, const Ip& ip) {
    writer.tuple(ip.size());
    for (const auto word : ip)
        writer.integer(word);
}

void write_numbered(TermWriter& writer, const Value& value) {
    writer.tuple(2);
    writer.integer(static_cast<std::uint8_t>(value.type));
    std::visit(
        [&]<class T>(const T& payload) {
            if constexpr (std::integral<T>) {
                writer.integer(payload);
            } else if constexpr (std::same_as<T, Box<Qname>>) {
                writer.tuple(2);
                writer.atom_or_text(payload->prefix.value_or("undefined"));
                writer.atom_or_text(payload->name);
            } else if constexpr (std::same_as<T, ObjectRef>) {
                write_path(writer, payload);
            } else if constexpr (std::same_as<T, Oid>) {
                write_oid(writer, payload);
            } else if constexpr (std::same_as<T, Bytes>) {
                writer.binary(payload);
            } else if constexpr (requires { layout(payload, [](const auto&...) {}); }) {
                write_record(writer, payload);
            } else {
                writer.atom("undefined");  // no type pairs its number with such a payload
            }
        },
        value.payload);
}

}  // namespace

bool ValueList::operator==(const ValueList&) const = default;

bool value_of_atom(TermReader& reader, const AtomView& atom, std::size_t at, Value& out) {
    if (atom == "true" || atom == "false") {
        out.type = ValueType::bool_;
        out.payload = (atom == "true");
        return true;
    }
    out.payload = std::monostate{};
    if (atom == "not_found") {
        out.type = ValueType::noexists;
    } else if (atom == "default") {
        out.type = ValueType::default_;
    } else {
        std::string name;
        atom.assign_to(name);
        return reader.fail(
            Errc::bad_value, at,
            fmt::format("expected true, false, not_found or default, found '{}'", name));
    }
    return true;
}

bool read_value(TermReader& reader, Value& out) {
    switch (reader.peek()) {
        case TermKind::integer:
            out.type = ValueType::int32;
            return read_ranged(reader, info_of(ValueType::int32), alternative<std::int64_t>(out));
        case TermKind::floating:
            out.type = ValueType::double_;
            return reader.floating(alternative<double>(out));
        case TermKind::binary: {
            out.type = ValueType::buf;
            return reader.text(alternative<std::string>(out));
        }
        case TermKind::atom: {
            const auto at = reader.offset();
            AtomView atom;
            return reader.atom(atom) && value_of_atom(reader, atom, at, out);
        }
        case TermKind::tuple:
            return read_tuple_value(reader, out);
        case TermKind::list:
            return read_list_value(reader, out);
        case TermKind::other:
            break;
    }
    return reader.fail_type("a value");
}

void write_value(TermWriter& writer, const Value& value) {
    const auto& info = info_of(value.type);
    switch (info.shape) {
        case ValueShape::nothing:
            return writer.atom(value.type == ValueType::default_ ? "default" : "not_found");
        case ValueShape::text:
            return writer.text(std::get<std::string>(value.payload));
        case ValueShape::floating:
            return writer.floating(std::get<double>(value.payload));
        case ValueShape::boolean:
            return writer.atom(std::get<bool>(value.payload) ? "true" : "false");
        case ValueShape::ip4:
            return write_ip(writer, std::get<Ip4>(value.payload));
        case ValueShape::ip6:
            return write_ip(writer, std::get<Ip6>(value.payload));
        case ValueShape::values:
            return write_values(writer, std::get<ValueList>(value.payload));
        case ValueShape::tag:
            return write_tag(writer, std::get<XmlTag>(value.payload));
        default:
            break;
    }
    if (value.type == ValueType::int32)
        return writer.integer(std::get<std::int64_t>(value.payload));
    write_numbered(writer, value);
}

bool read_datetime(TermReader& reader, Datetime& out) {
    const auto at = reader.offset();
    Value value;
    if (!read_value(reader, value)) return false;
    const auto* datetime = std::get_if<Datetime>(&value.payload);
    if (datetime == nullptr) {
        return reader.fail(
            Errc::wrong_type, at,
            fmt::format("expected a datetime, found a value of type {}", info_of(value.type).name));
    }
    out = *datetime;
    return true;
}

void write_datetime(TermWriter& writer, const Datetime& value) {
    writer.tuple(2);
    writer.integer(static_cast<std::uint8_t>(ValueType::datetime));
    write_record(writer, value);
}

bool read_ip(TermReader& reader, Ip4& out) {
    return read_words(reader, out);
}
bool read_ip(TermReader& reader, Ip6& out) {
    return read_words(reader, out);
}
void write_ip(TermWriter& writer, const Ip4& ip) {
    constexpr auto byte = static_cast<std::uint8_t>(Tag::small_integer);
    writer.raw(std::array<std::uint8_t, ip4_size>{static_cast<std::uint8_t>(Tag::small_tuple), 4,
                                                  byte, ip[0], byte, ip[1], byte, ip[2], byte,
                                                  ip[3]});
}
void write_ip(TermWriter& writer, const Ip6& ip) {
    write_words(writer, ip);
}

bool read_tag(TermReader& reader, XmlTag& out) {
    if (take_tag(reader, out)) return true;
    const auto at = reader.offset();
    ListHead head;
    if (!reader.list(head)) return false;
    if (head.count != 1 || head.string) {
        return reader.fail(Errc::bad_value, at, "expected [Ns|Tag]");
    }
    if (!read_hash(reader, out.ns) || !read_hash(reader, out.tag)) return false;
    reader.leave();
    return true;
}

void write_tag(TermWriter& writer, const XmlTag& tag) {
    constexpr std::uint32_t least = 256;
    constexpr std::uint32_t most = 0x7fffffff;
    if (std::min(tag.ns, tag.tag) >= least && std::max(tag.ns, tag.tag) <= most) {
        constexpr auto integer = static_cast<std::uint8_t>(Tag::integer);
        const auto byte = [](std::uint32_t number, int index) {
            return static_cast<std::uint8_t>(number >> (24 - 8 * index));
        };
        return writer.raw(std::array<std::uint8_t, tag_size>{
            static_cast<std::uint8_t>(Tag::list), 0, 0, 0, 1, integer, byte(tag.ns, 0),
            byte(tag.ns, 1), byte(tag.ns, 2), byte(tag.ns, 3), integer, byte(tag.tag, 0),
            byte(tag.tag, 1), byte(tag.tag, 2), byte(tag.tag, 3)});
    }
    writer.list(1);
    writer.integer(tag.ns);
    writer.integer(tag.tag);
}

bool read_path(TermReader& reader, ObjectRef& out) {
    out.steps.clear();
    return reader.keep_each(
        [&](TermReader& step) { return read_step(step, out.steps.emplace_back()); });
}

void write_path(TermWriter& writer, const ObjectRef& path) {
    write_list(writer, path.steps, write_step,
               [](const PathStep& step) { return static_cast<std::uint8_t>(step.tag); });
}

bool read_values(TermReader& reader, ValueList& out) {
    out.items.clear();
    return reader.keep_each(
        [&](TermReader& item) { return read_value(item, out.items.emplace_back()); });
}

void write_values(TermWriter& writer, const ValueList& list) {
    write_list(writer, list.items, write_value, [](const Value& value) {
        return static_cast<std::uint8_t>(std::get<std::int64_t>(value.payload));
    });
}

}  // namespace confd
