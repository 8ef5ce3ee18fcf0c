// SPDX-License-Identifier: Apache-2.0
// Values that are tuples of numbers. Each one's layout is listed once, for reading and writing.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include "protocol/term/reader.hpp"
#include "protocol/term/writer.hpp"
#include "protocol/value/value.hpp"

namespace confd::detail {

/// Reads into the payload alternative T, keeping it when the value already holds one.
template <class T>
T& alternative(Value& value) {
    if (auto* held = std::get_if<T>(&value.payload)) return *held;
    return value.payload.emplace<T>();
}

template <class F>
auto layout(auto& record, F&& parts)
    requires std::same_as<std::remove_cvref_t<decltype(record)>, Datetime>
{
    return parts(record.year, record.month, record.day, record.hour, record.min, record.sec,
                 record.micro, record.zone);
}
template <class F>
auto layout(auto& record, F&& parts)
    requires std::same_as<std::remove_cvref_t<decltype(record)>, Date>
{
    return parts(record.year, record.month, record.day, record.zone);
}
template <class F>
auto layout(auto& record, F&& parts)
    requires std::same_as<std::remove_cvref_t<decltype(record)>, Time>
{
    return parts(record.hour, record.min, record.sec, record.micro, record.zone);
}
template <class F>
auto layout(auto& record, F&& parts)
    requires std::same_as<std::remove_cvref_t<decltype(record)>, Duration>
{
    return parts(record.years, record.months, record.days, record.hours, record.mins, record.secs,
                 record.micros);
}
template <class F>
auto layout(auto& record, F&& parts)
    requires std::same_as<std::remove_cvref_t<decltype(record)>, Decimal64>
{
    return parts(record.value, record.fraction_digits);
}
template <class F>
auto layout(auto& record, F&& parts)
    requires std::same_as<std::remove_cvref_t<decltype(record)>, IdentityRef>
{
    return parts(record.ns, record.id);
}
template <class F>
auto layout(auto& record, F&& parts)
    requires std::same_as<std::remove_cvref_t<decltype(record)>, Ip4Prefix> ||
             std::same_as<std::remove_cvref_t<decltype(record)>, Ip6Prefix>
{
    return parts(record.ip, record.len);
}

template <std::integral T>
constexpr std::size_t elements_of(const T&) {
    return 1;
}
constexpr std::size_t elements_of(const Ip4&) {
    return 1;
}
constexpr std::size_t elements_of(const Ip6&) {
    return 1;
}
constexpr std::size_t elements_of(const Zone&) {
    return 2;
}

bool read_part(TermReader& reader, std::integral auto& out) {
    return reader.integer(out);
}
inline bool read_part(TermReader& reader, Ip4& out) {
    return read_ip(reader, out);
}
inline bool read_part(TermReader& reader, Ip6& out) {
    return read_ip(reader, out);
}
inline bool read_part(TermReader& reader, Zone& out) {
    if (reader.peek() == TermKind::list) {
        ListHead none;
        const auto at = reader.offset();
        if (!reader.list(none)) return false;
        if (none.count != 0) {
            return reader.fail(Errc::bad_value, at, "expected a time zone or [], found a list");
        }
        if (!reader.end_list(none)) return false;
        out.timezone.reset();
    } else {
        std::int8_t hours = 0;
        if (!reader.integer(hours)) return false;
        out.timezone = hours;
    }
    return reader.integer(out.timezone_minutes);
}

void write_part(TermWriter& writer, std::integral auto value) {
    writer.integer(value);
}
inline void write_part(TermWriter& writer, const Ip4& ip) {
    write_ip(writer, ip);
}
inline void write_part(TermWriter& writer, const Ip6& ip) {
    write_ip(writer, ip);
}
inline void write_part(TermWriter& writer, const Zone& zone) {
    if (zone.timezone) {
        writer.integer(*zone.timezone);
    } else {
        writer.nil();
    }
    writer.integer(zone.timezone_minutes);
}

template <class Record>
bool read_record(TermReader& reader, Record& out) {
    return layout(out, [&](auto&... part) {
        if (!reader.tuple_of(static_cast<std::uint32_t>((elements_of(part) + ...)))) return false;
        if (!(read_part(reader, part) && ...)) return false;
        reader.leave();
        return true;
    });
}

template <class Record>
void write_record(TermWriter& writer, const Record& record) {
    layout(record, [&](const auto&... part) {
        writer.tuple((elements_of(part) + ...));
        (write_part(writer, part), ...);
    });
}

}  // namespace confd::detail
