// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/typed_value.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "protocol/value/hash.hpp"
#include "protocol/value/text.hpp"
#include "simulator/yang/libyang.hpp"
#include "simulator/yang/typedefs.hpp"

namespace confd::sim::yang {
namespace {

/// Values of one type: what is needed to convert a text besides the text.
struct Typed {
    const lysc_node& node;
    const lysc_type& type;  ///< no leafref and no union
    std::string_view text;  ///< canonical
};

template <class T>
std::optional<T> number(std::string_view text) {
    T out{};
    const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (code != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
    return out;
}

template <class T>
std::optional<Value> value(ValueType type, std::optional<T> payload) {
    if (!payload) return std::nullopt;
    return Value{type, std::move(*payload)};
}

std::optional<Bytes> base64(std::string_view text) {
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    Bytes out;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        if (c == '=' || c == '\n') continue;
        const auto digit = letters.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        held += 6;
        if (held < 8) continue;
        held -= 8;
        out.push_back(static_cast<std::uint8_t>(bits >> held));
    }
    return out;
}

std::optional<Decimal64> decimal(const Typed& typed) {
    const auto digits = as<lysc_type_dec>(typed.type).fraction_digits;
    const auto dot = std::min(typed.text.find('.'), typed.text.size());
    std::string all(typed.text.substr(0, dot));
    const auto fraction =
        dot == typed.text.size() ? std::string_view() : typed.text.substr(dot + 1);
    all += fraction;
    if (fraction.size() > digits) return std::nullopt;
    all.append(digits - fraction.size(), '0');
    const auto integer = number<std::int64_t>(all);
    if (!integer) return std::nullopt;
    return Decimal64{*integer, digits};
}

std::optional<Value> enumeration(const Typed& typed) {
    for (const auto& item : sized(as<lysc_type_enum>(typed.type).enums)) {
        if (item.name == typed.text) return Value{ValueType::enum_, std::int64_t{item.value}};
    }
    return std::nullopt;
}

/// The names of the bits that are set, separated by spaces.
std::optional<std::vector<std::uint32_t>> positions(const Typed& typed) {
    std::vector<std::uint32_t> out;
    const auto bits = sized(as<lysc_type_bits>(typed.type).bits);
    for (auto rest = typed.text; !rest.empty();) {
        const auto end = std::min(rest.find(' '), rest.size());
        const auto name = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (name.empty()) continue;
        const auto bit = std::ranges::find(bits, name, &lysc_type_bitenum_item::name);
        if (bit == bits.end()) return std::nullopt;
        out.push_back(bit->position);
    }
    return out;
}

std::optional<Value> bits(const Typed& typed) {
    const auto set = positions(typed);
    if (!set) return std::nullopt;
    // They are ordered by position.
    const auto highest = sized(as<lysc_type_bits>(typed.type).bits).back().position;
    if (highest > 63) {
        // The vendor's macros set bit n as 1 << n % 8 of byte n / 8, in an array with room for the
        // highest bit of the type.
        Bytes bytes(highest / 8 + 1);
        for (const auto position : *set)
            bytes[position / 8] |= static_cast<std::uint8_t>(1U << position % 8);
        return Value{ValueType::bitbig, std::move(bytes)};
    }
    std::uint64_t word = 0;
    for (const auto position : *set)
        word |= std::uint64_t{1} << position;
    if (highest > 31) return Value{ValueType::bit64, word};
    return Value{ValueType::bit32, static_cast<std::int64_t>(word)};
}

std::optional<IdentityRef> identity(const Typed& typed) {
    const auto colon = typed.text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string module(typed.text.substr(0, colon));
    const auto* found = ly_ctx_get_module_latest(typed.node.module->ctx, module.c_str());
    if (found == nullptr) return std::nullopt;
    return IdentityRef{name_hash(found->ns), name_hash(typed.text.substr(colon + 1))};
}

std::optional<Oid> oid(std::string_view text) {
    Oid out;
    for (auto rest = text; !rest.empty();) {
        const auto end = std::min(rest.find('.'), rest.size());
        const auto id = number<std::uint32_t>(rest.substr(0, end));
        if (!id) return std::nullopt;
        out.ids.push_back(*id);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return out;
}

std::optional<Bytes> dotted_quad(std::string_view text) {
    const auto ip = parse_ip4(text);
    if (!ip) return std::nullopt;
    return Bytes(ip->begin(), ip->end());
}

std::optional<Bytes> hex_string(std::string_view text) {
    std::string digits(text);
    std::ranges::replace(digits, ':', ' ');
    return parse_hex(digits);
}

/// Octets in decimal, with dots between them.
std::optional<Bytes> octet_list(std::string_view text) {
    const auto ids = oid(text);
    if (!ids) return std::nullopt;
    Bytes out;
    for (const auto id : ids->ids) {
        if (id > UINT8_MAX) return std::nullopt;
        out.push_back(static_cast<std::uint8_t>(id));
    }
    return out;
}

std::optional<Value> well_known(const KnownType& known, std::string_view text) {
    const auto type = known.value;
    switch (type) {
        case ValueType::ipv4:
            return value(type, parse_ip4(text));
        case ValueType::ipv6:
            return value(type, parse_ip6(text));
        case ValueType::ipv4prefix:
        case ValueType::ipv4_and_plen:
            return value(type, parse_ip4_prefix(text));
        case ValueType::ipv6prefix:
        case ValueType::ipv6_and_plen:
            return value(type, parse_ip6_prefix(text));
        case ValueType::datetime:
            return value(type, parse_datetime(text));
        case ValueType::oid:
            return value(type, oid(text));
        case ValueType::dquad:
            return value(type, dotted_quad(text));
        case ValueType::hexstr:
            return value(type, hex_string(text));
        case ValueType::binary:
            return value(type, known.name == "octet-list" ? octet_list(text) : hex_string(text));
        default:
            return std::nullopt;
    }
}

/// A well-known typedef's value where the wire can hold it, else the text: addresses may have a
/// zone, and date-and-time more digits of a second, than the wire has room for.
std::optional<Value> textual(const Typed& typed) {
    const auto* known = known_type(typed.node, typed.type);
    auto own = known == nullptr ? std::nullopt : well_known(*known, typed.text);
    return own ? own : Value::buf(std::string(typed.text));
}

std::optional<Value> convert(const Typed& typed) {
    switch (typed.type.basetype) {
        case LY_TYPE_INT8:
            return value(ValueType::int8, number<std::int64_t>(typed.text));
        case LY_TYPE_INT16:
            return value(ValueType::int16, number<std::int64_t>(typed.text));
        case LY_TYPE_INT32:
            return value(ValueType::int32, number<std::int64_t>(typed.text));
        case LY_TYPE_INT64:
            return value(ValueType::int64, number<std::int64_t>(typed.text));
        case LY_TYPE_UINT8:
            return value(ValueType::uint8, number<std::int64_t>(typed.text));
        case LY_TYPE_UINT16:
            return value(ValueType::uint16, number<std::int64_t>(typed.text));
        case LY_TYPE_UINT32:
            return value(ValueType::uint32, number<std::int64_t>(typed.text));
        case LY_TYPE_UINT64:
            return value(ValueType::uint64, number<std::uint64_t>(typed.text));
        case LY_TYPE_BOOL:
            return Value{ValueType::bool_, typed.text == "true"};
        case LY_TYPE_BINARY:
            return value(ValueType::binary, base64(typed.text));
        case LY_TYPE_DEC64:
            return value(ValueType::decimal64, decimal(typed));
        case LY_TYPE_ENUM:
            return enumeration(typed);
        case LY_TYPE_BITS:
            return bits(typed);
        case LY_TYPE_IDENT:
            return value(ValueType::identityref, identity(typed));
        case LY_TYPE_INST:
            return value(ValueType::objectref, object_ref(typed.node, typed.text));
        case LY_TYPE_EMPTY:
            return Value{ValueType::xmltag, tag_of(typed.node)};
        default:
            return textual(typed);
    }
}

/// A leafref to a leaf that is a union itself, inside a union: which of the inner ones matched is
/// known only where the leafref leads to.
std::optional<Value> through_leafref(const lysc_node& node, const lysc_type& inner,
                                     std::string_view text) {
    if (type_of(node).basetype != LY_TYPE_UNION) return std::nullopt;
    for (const auto* member : sized(as<lysc_type_union>(type_of(node)).types)) {
        if (member->basetype != LY_TYPE_LEAFREF) continue;
        const auto& leafref = as<lysc_type_leafref>(*member);
        const auto* target = leafref.realtype == &inner ? leafref_target(node, leafref) : nullptr;
        if (target != nullptr) return typed_value(*target, text);
    }
    return std::nullopt;
}

}  // namespace

XmlTag tag_of(const lysc_node& node) {
    return {name_hash(node.module->ns), name_hash(node.name)};
}

std::optional<Value> typed_value(const lysc_node& node, std::string_view text) {
    // No YANG value has one, and libyang's dictionary loses count of strings that do.
    if (text.contains('\0')) return std::nullopt;
    const lysc_type* real = nullptr;
    const char* canonical = nullptr;
    auto* context = node.module->ctx;
    const auto result =
        lyd_value_validate(context, &node, text.data(), text.size(), nullptr, &real, &canonical);
    std::optional<Value> out;
    // Incomplete: the value is right, and whether what it refers to exists is not asked here.
    if (result == LY_SUCCESS || result == LY_EINCOMPLETE) {
        const auto shown = canonical == nullptr ? text : std::string_view(canonical);
        out = real->basetype == LY_TYPE_UNION ? through_leafref(node, *real, shown)
                                              : convert({node, *real, shown});
    }
    if (canonical != nullptr) lydict_remove(context, canonical);
    ly_err_clean(context, nullptr);
    return out;
}

}  // namespace confd::sim::yang
