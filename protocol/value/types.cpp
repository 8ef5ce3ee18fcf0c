// SPDX-License-Identifier: Apache-2.0
// The one list of value types.
#include <algorithm>
#include <array>
#include <limits>

#include "protocol/value/value.hpp"

namespace confd {
namespace {

template <class T>
constexpr ValueTypeInfo integer_type(ValueType type, std::string_view name) {
    return {type, name, ValueShape::integer, std::numeric_limits<T>::min(),
            std::numeric_limits<T>::max()};
}

constexpr ValueTypeInfo plain(ValueType type, std::string_view name, ValueShape shape) {
    return {type, name, shape, 0, 0};
}

constexpr std::array value_table{
    plain(ValueType::noexists, "noexists", ValueShape::nothing),
    plain(ValueType::xmltag, "xmltag", ValueShape::tag),
    plain(ValueType::buf, "buf", ValueShape::text),
    integer_type<std::int8_t>(ValueType::int8, "int8"),
    integer_type<std::int16_t>(ValueType::int16, "int16"),
    integer_type<std::int32_t>(ValueType::int32, "int32"),
    integer_type<std::int64_t>(ValueType::int64, "int64"),
    integer_type<std::uint8_t>(ValueType::uint8, "uint8"),
    integer_type<std::uint16_t>(ValueType::uint16, "uint16"),
    integer_type<std::uint32_t>(ValueType::uint32, "uint32"),
    plain(ValueType::uint64, "uint64", ValueShape::unsigned_64),
    plain(ValueType::double_, "double", ValueShape::floating),
    plain(ValueType::ipv4, "ipv4", ValueShape::ip4),
    plain(ValueType::ipv6, "ipv6", ValueShape::ip6),
    plain(ValueType::bool_, "bool", ValueShape::boolean),
    plain(ValueType::qname, "qname", ValueShape::qname),
    plain(ValueType::datetime, "datetime", ValueShape::datetime),
    plain(ValueType::date, "date", ValueShape::date),
    plain(ValueType::time, "time", ValueShape::time),
    plain(ValueType::duration, "duration", ValueShape::duration),
    integer_type<std::int32_t>(ValueType::enum_, "enum"),
    integer_type<std::uint32_t>(ValueType::bit32, "bit32"),
    plain(ValueType::bit64, "bit64", ValueShape::unsigned_64),
    plain(ValueType::list, "list", ValueShape::values),
    plain(ValueType::xmlbegin, "xmlbegin", ValueShape::marker),
    plain(ValueType::xmlend, "xmlend", ValueShape::marker),
    plain(ValueType::objectref, "objectref", ValueShape::path),
    plain(ValueType::oid, "oid", ValueShape::oid),
    plain(ValueType::binary, "binary", ValueShape::bytes),
    plain(ValueType::ipv4prefix, "ipv4prefix", ValueShape::ip4_prefix),
    plain(ValueType::ipv6prefix, "ipv6prefix", ValueShape::ip6_prefix),
    plain(ValueType::default_, "default", ValueShape::nothing),
    plain(ValueType::decimal64, "decimal64", ValueShape::decimal),
    plain(ValueType::identityref, "identityref", ValueShape::identity),
    plain(ValueType::xmlbegindel, "xmlbegindel", ValueShape::marker),
    ValueTypeInfo{ValueType::dquad, "dquad", ValueShape::bytes, 4, 4},
    plain(ValueType::hexstr, "hexstr", ValueShape::bytes),
    plain(ValueType::ipv4_and_plen, "ipv4_and_plen", ValueShape::ip4_prefix),
    plain(ValueType::ipv6_and_plen, "ipv6_and_plen", ValueShape::ip6_prefix),
    plain(ValueType::bitbig, "bitbig", ValueShape::bytes),
    plain(ValueType::xmlmovefirst, "xmlmovefirst", ValueShape::marker),
    plain(ValueType::xmlmoveafter, "xmlmoveafter", ValueShape::marker),
};

}  // namespace

std::span<const ValueTypeInfo> value_types() {
    return value_table;
}

const ValueTypeInfo* find_value_type(std::uint64_t number) {
    // Every value that is read asks, so the answer is looked up rather than searched for.
    static constexpr auto by_number = [] {
        std::array<const ValueTypeInfo*, 64> table{};
        for (const auto& info : value_table)
            table[static_cast<std::size_t>(info.type)] = &info;
        return table;
    }();
    return number < by_number.size() ? by_number[number] : nullptr;
}

const ValueTypeInfo* find_value_type(std::string_view name) {
    const auto found = std::ranges::find(value_table, name, &ValueTypeInfo::name);
    return found == value_table.end() ? nullptr : &*found;
}

const ValueTypeInfo& info_of(ValueType type) {
    return *find_value_type(static_cast<std::uint64_t>(type));
}

}  // namespace confd
