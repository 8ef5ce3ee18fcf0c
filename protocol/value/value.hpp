// SPDX-License-Identifier: Apache-2.0
// Typed values: how configuration data travels inside events (docs/protocol.md, "Values").
//
// The table of value types below is the only list of them: reading, writing, JSON, scenario
// files and random generation go by a type's number, name and shape.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/bytes.hpp"
#include "protocol/term/reader.hpp"
#include "protocol/term/writer.hpp"

namespace confd {

/// The product's numbers for value types.
enum class ValueType : std::uint8_t {
    noexists = 1,
    xmltag = 2,
    buf = 5,
    int8 = 6,
    int16 = 7,
    int32 = 8,
    int64 = 9,
    uint8 = 10,
    uint16 = 11,
    uint32 = 12,
    uint64 = 13,
    double_ = 14,
    ipv4 = 15,
    ipv6 = 16,
    bool_ = 17,
    qname = 18,
    datetime = 19,
    date = 20,
    time = 23,
    duration = 27,
    enum_ = 28,
    bit32 = 29,
    bit64 = 30,
    list = 31,
    xmlbegin = 32,
    xmlend = 33,
    objectref = 34,
    oid = 38,
    binary = 39,
    ipv4prefix = 40,
    ipv6prefix = 41,
    default_ = 42,
    decimal64 = 43,
    identityref = 44,
    xmlbegindel = 45,
    dquad = 46,
    hexstr = 47,
    ipv4_and_plen = 48,
    ipv6_and_plen = 49,
    bitbig = 50,
    xmlmovefirst = 51,
    xmlmoveafter = 52,
};

/// Which member of Value::Payload a type uses, and so how it is written.
enum class ValueShape : std::uint8_t {
    nothing,      ///< one atom, no payload
    text,         ///< std::string
    integer,      ///< std::int64_t, with the type's range
    unsigned_64,  ///< std::uint64_t: uint64 and bit64, which an int64 does not hold
    floating,     ///< double
    boolean,      ///< bool
    ip4,          ///< Ip4
    ip6,          ///< Ip6
    qname,        ///< Box<Qname>
    datetime,     ///< Datetime
    date,         ///< Date
    time,         ///< Time
    duration,     ///< Duration
    values,       ///< ValueList
    path,         ///< ObjectRef
    oid,          ///< Oid
    bytes,        ///< Bytes
    ip4_prefix,   ///< Ip4Prefix
    ip6_prefix,   ///< Ip6Prefix
    decimal,      ///< Decimal64
    identity,     ///< IdentityRef
    tag,          ///< XmlTag
    marker,       ///< only inside a TagValue: see StreamNotification
};

struct ValueTypeInfo {
    ValueType type;
    std::string_view name;  ///< as in JSON and scenario files
    ValueShape shape;
    std::int64_t low = 0;  ///< range of ValueShape::integer; length of fixed-size bytes in `high`
    std::int64_t high = 0;
};

std::span<const ValueTypeInfo> value_types();
/// Nothing when the number or name is no value type.
const ValueTypeInfo* find_value_type(std::uint64_t number);
const ValueTypeInfo* find_value_type(std::string_view name);
const ValueTypeInfo& info_of(ValueType type);

using Ip4 = std::array<std::uint8_t, 4>;
using Ip6 = std::array<std::uint16_t, 8>;

/// Keeps a rarely used large alternative out of the size of every Value; copies deeply.
template <class T>
class Box {
  public:
    Box() : value_(std::make_unique<T>()) {}
    Box(T value) : value_(std::make_unique<T>(std::move(value))) {}  // implicit: a T is a box of T
    Box(const Box& other) : Box(*other) {}
    Box(Box&& other) : Box() { value_.swap(other.value_); }
    Box& operator=(Box other) {
        value_.swap(other.value_);
        return *this;
    }
    T& operator*() { return *value_; }
    const T& operator*() const { return *value_; }
    T* operator->() { return value_.get(); }
    const T* operator->() const { return value_.get(); }
    bool operator==(const Box& other) const { return **this == *other; }

  private:
    std::unique_ptr<T> value_;
};

struct Qname {
    std::optional<std::string> prefix;  ///< `undefined` when absent
    std::string name;
    bool operator==(const Qname&) const = default;
};

/// Time zone of a date or time: hours and minutes from UTC with the same sign, or none. Minutes
/// are kept even without a zone, so that what was read is what is written.
struct Zone {
    std::optional<std::int8_t> timezone;
    std::int8_t timezone_minutes = 0;
    bool operator==(const Zone&) const = default;
};

struct Datetime {
    std::int16_t year = 1970;
    std::uint8_t month = 1;
    std::uint8_t day = 1;
    std::uint8_t hour = 0;
    std::uint8_t min = 0;
    std::uint8_t sec = 0;
    std::uint32_t micro = 0;
    Zone zone;
    bool operator==(const Datetime&) const = default;
};

struct Date {
    std::int16_t year = 1970;
    std::uint8_t month = 1;
    std::uint8_t day = 1;
    Zone zone;
    bool operator==(const Date&) const = default;
};

struct Time {
    std::uint8_t hour = 0;
    std::uint8_t min = 0;
    std::uint8_t sec = 0;
    std::uint32_t micro = 0;
    Zone zone;
    bool operator==(const Time&) const = default;
};

struct Duration {
    std::uint32_t years = 0;
    std::uint32_t months = 0;
    std::uint32_t days = 0;
    std::uint32_t hours = 0;
    std::uint32_t mins = 0;
    std::uint32_t secs = 0;
    std::uint32_t micros = 0;
    bool operator==(const Duration&) const = default;
};

template <class Ip>
struct IpPrefix {
    Ip ip{};
    std::uint8_t len = 0;
    bool operator==(const IpPrefix&) const = default;
};
using Ip4Prefix = IpPrefix<Ip4>;
using Ip6Prefix = IpPrefix<Ip6>;

struct Decimal64 {
    std::int64_t value = 0;  ///< the decimal number times 10^fraction_digits
    std::uint8_t fraction_digits = 1;
    bool operator==(const Decimal64&) const = default;
};

struct IdentityRef {
    std::uint32_t ns = 0;
    std::uint32_t id = 0;
    bool operator==(const IdentityRef&) const = default;
};

struct XmlTag {
    std::uint32_t ns = 0;
    std::uint32_t tag = 0;
    bool operator==(const XmlTag&) const = default;
};

/// Sub-identifiers of an object identifier.
struct Oid {
    std::vector<std::uint32_t> ids;
    bool operator==(const Oid&) const = default;
};

struct Value;

struct ValueList {
    std::vector<Value> items;
    bool operator==(const ValueList&) const;
};

/// One step of a keypath: a tag with or without its namespace, or the keys of a list entry.
struct PathStep {
    std::optional<std::uint32_t> ns;  ///< absent for a bare tag: a later step gives it
    std::uint32_t tag = 0;
    std::optional<ValueList> keys;  ///< when present, the step is `{Key, ..}`, not a tag
    bool operator==(const PathStep&) const = default;
};

/// A keypath, innermost step first.
struct ObjectRef {
    std::vector<PathStep> steps;
    bool operator==(const ObjectRef&) const = default;
};

struct Value {
    using Payload =
        std::variant<std::monostate, std::string, std::int64_t, std::uint64_t, double, bool, Ip4,
                     Ip6, Box<Qname>, Datetime, Date, Time, Duration, ValueList, ObjectRef, Oid,
                     Bytes, Ip4Prefix, Ip6Prefix, Decimal64, IdentityRef, XmlTag>;

    ValueType type = ValueType::noexists;
    Payload payload;

    bool operator==(const Value&) const = default;

    static Value buf(std::string text) { return {ValueType::buf, std::move(text)}; }
};

/// Reads any value. Unknown atoms and type numbers are bad_value.
bool read_value(TermReader& reader, Value& out);
/// The value that an atom, read at offset `at`, stands for.
bool value_of_atom(TermReader& reader, const AtomView& atom, std::size_t at, Value& out);
/// Writes a value whose payload is the one its type has.
void write_value(TermWriter& writer, const Value& value);

/// The `{Year, .., TzMin}` tuple with its type number around it, as in event times.
bool read_datetime(TermReader& reader, Datetime& out);
void write_datetime(TermWriter& writer, const Datetime& value);

/// Four bytes or eight 16-bit words.
bool read_ip(TermReader& reader, Ip4& out);
bool read_ip(TermReader& reader, Ip6& out);
void write_ip(TermWriter& writer, const Ip4& ip);
void write_ip(TermWriter& writer, const Ip6& ip);

/// The improper list `[Ns|Tag]`. Names in place of hashes are read too, here and in paths and
/// values: servers write them for the Erlang client (protocol/value/by_name.hpp).
bool read_tag(TermReader& reader, XmlTag& out);
void write_tag(TermWriter& writer, const XmlTag& tag);

/// The keypath without its type number.
bool read_path(TermReader& reader, ObjectRef& out);
void write_path(TermWriter& writer, const ObjectRef& path);

/// A list of values; values() of a LIST.
bool read_values(TermReader& reader, ValueList& out);
void write_values(TermWriter& writer, const ValueList& list);

}  // namespace confd
