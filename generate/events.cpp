// SPDX-License-Identifier: Apache-2.0
#include "generate/events.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <string_view>
#include <type_traits>

#include "protocol/log_symbols.hpp"
#include "protocol/notification/kinds.hpp"

namespace confd {
namespace {

/// Values nest no deeper than this.
constexpr int max_depth = 3;
constexpr std::uint64_t max_items = 5;
/// Hashes of names are below 2^31-1.
constexpr std::uint64_t hash_bound = 0x7fffffff;

template <std::integral T>
T generate_integer(Choices& c) {
    using Limit = std::numeric_limits<T>;
    switch (c.below(6)) {
        case 0:
            return static_cast<T>(c.below(10));
        case 1:
            return static_cast<T>(c.below(256));
        case 2:
            return Limit::max();
        case 3:
            return Limit::min();
        case 4:
            return static_cast<T>(c.below(0x10000));
        default:
            return static_cast<T>(c.below(0x100000000) << 32 | c.below(0x100000000));
    }
}

std::string generate_text(Choices& c) {
    constexpr std::string_view pieces[] = {
        "a",  "admin", "eth0", " ",        "/interfaces",  "\"",
        "\\", "x1",    "\n",   "\xc3\xa9", "\xe4\xb8\xad", "\xf0\x9f\x98\x80"};
    std::string text;
    for (auto n = c.below(8); n > 0; --n)
        text += c.of(pieces);
    return text;
}

Bytes generate_bytes(Choices& c, std::size_t size) {
    Bytes bytes(size);
    for (auto& byte : bytes)
        byte = static_cast<std::uint8_t>(c.below(256));
    return bytes;
}

template <class Ip>
Ip generate_address(Choices& c) {
    Ip ip{};
    for (auto& word : ip)
        word = generate_integer<typename Ip::value_type>(c);
    return ip;
}

Zone generate_zone(Choices& c) {
    Zone zone;
    if (c.flip()) return zone;
    zone.timezone = static_cast<std::int8_t>(c.below(29)) - 14;
    zone.timezone_minutes = static_cast<std::int8_t>(c.of({0, 15, 30, 45, 59}));
    if (*zone.timezone < 0) {
        zone.timezone_minutes = static_cast<std::int8_t>(-zone.timezone_minutes);
    }
    return zone;
}

void generate_date(Choices& c, auto& out) {
    out.year = static_cast<std::int16_t>(c.below(10000));
    out.month = static_cast<std::uint8_t>(1 + c.below(12));
    out.day = static_cast<std::uint8_t>(1 + c.below(28));
    out.zone = generate_zone(c);
}

void generate_clock(Choices& c, auto& out) {
    out.hour = static_cast<std::uint8_t>(c.below(24));
    out.min = static_cast<std::uint8_t>(c.below(60));
    out.sec = static_cast<std::uint8_t>(c.below(60));
    out.micro = c.flip() ? static_cast<std::uint32_t>(c.below(1'000'000)) : 0;
}

double generate_double(Choices& c) {
    constexpr double simple[] = {0.0, -0.0, 1.5, -1.0, 1e300, 5e-324, 2.2250738585072014e-308};
    const auto any = std::bit_cast<double>(c.below(0x100000000) << 32 | c.below(0x100000000));
    return c.flip() && std::isfinite(any) ? any : c.of(simple);
}

std::uint32_t generate_hash(Choices& c) {
    return static_cast<std::uint32_t>(c.below(hash_bound));
}

Value generate_value(Choices& c, int depth);

ValueList generate_values(Choices& c, int depth) {
    ValueList list;
    for (auto n = c.below(max_items); n > 0; --n)
        list.items.push_back(generate_value(c, depth));
    return list;
}

PathStep generate_step(Choices& c, int depth) {
    PathStep step;
    switch (c.below(3)) {
        case 0:
            step.ns = generate_hash(c);
            [[fallthrough]];
        case 1:
            step.tag = generate_hash(c);
            break;
        default:
            step.keys.emplace();
            for (auto n = c.below(max_items); n > 0; --n) {
                step.keys->items.push_back(generate_value(c, depth));
            }
    }
    return step;
}

template <class Ip>
IpPrefix<Ip> generate_prefix(Choices& c) {
    return {generate_address<Ip>(c),
            static_cast<std::uint8_t>(c.below(Ip{}.size() == 4 ? 33 : 129))};
}

std::int64_t generate_ranged(Choices& c, const ValueTypeInfo& info) {
    const auto any = generate_integer<std::int64_t>(c);
    return any < info.low ? info.low : any > info.high ? info.high : any;
}

Value::Payload generate_payload(Choices& c, const ValueTypeInfo& info, int depth) {
    switch (info.shape) {
        case ValueShape::nothing:
        case ValueShape::marker:
            return std::monostate{};
        case ValueShape::text:
            return generate_text(c);
        case ValueShape::integer:
            return generate_ranged(c, info);
        case ValueShape::unsigned_64:
            return generate_integer<std::uint64_t>(c);
        case ValueShape::floating:
            return generate_double(c);
        case ValueShape::boolean:
            return c.flip();
        case ValueShape::ip4:
            return generate_address<Ip4>(c);
        case ValueShape::ip6:
            return generate_address<Ip6>(c);
        case ValueShape::qname: {
            Qname name{std::nullopt, "n" + generate_text(c)};
            if (c.flip()) name.prefix = "p" + generate_text(c);
            return Box(std::move(name));
        }
        case ValueShape::datetime: {
            Datetime time;
            generate_date(c, time);
            generate_clock(c, time);
            return time;
        }
        case ValueShape::date: {
            Date date;
            generate_date(c, date);
            return date;
        }
        case ValueShape::time: {
            Time time;
            generate_clock(c, time);
            time.zone = generate_zone(c);
            return time;
        }
        case ValueShape::duration: {
            const auto any = [&] { return generate_integer<std::uint32_t>(c); };
            return Duration{any(), any(), any(), any(), any(), any(), any()};
        }
        case ValueShape::values:
            return generate_values(c, depth - 1);
        case ValueShape::path: {
            ObjectRef path;
            for (auto n = c.below(max_items); n > 0; --n) {
                path.steps.push_back(generate_step(c, depth - 1));
            }
            return path;
        }
        case ValueShape::oid: {
            Oid oid;
            for (auto n = c.below(max_items); n > 0; --n) {
                oid.ids.push_back(generate_integer<std::uint32_t>(c));
            }
            return oid;
        }
        case ValueShape::bytes:
            return generate_bytes(c, info.high != 0 ? static_cast<std::size_t>(info.high)
                                                    : static_cast<std::size_t>(c.below(20)));
        case ValueShape::ip4_prefix:
            return generate_prefix<Ip4>(c);
        case ValueShape::ip6_prefix:
            return generate_prefix<Ip6>(c);
        case ValueShape::decimal:
            return Decimal64{generate_integer<std::int64_t>(c),
                             static_cast<std::uint8_t>(1 + c.below(18))};
        case ValueShape::identity:
            return IdentityRef{generate_hash(c), generate_hash(c)};
        case ValueShape::tag:
            return XmlTag{generate_hash(c), generate_hash(c)};
    }
    return std::monostate{};
}

Value generate_value(Choices& c, int depth) {
    const auto types = value_types();
    while (true) {
        const auto& info = types[c.below(types.size())];
        if (info.shape == ValueShape::marker) continue;
        const bool nests = info.shape == ValueShape::values || info.shape == ValueShape::path;
        if (nests && depth <= 0) return {ValueType::noexists, {}};
        return {info.type, generate_payload(c, info, depth)};
    }
}

// ---- Fields ----

template <HasFields T>
void generate(Choices& c, T& out, const WireContext& context);

void generate(Choices& c, codec::Number auto& out, const WireContext&) {
    out = generate_integer<std::remove_reference_t<decltype(out)>>(c);
}
template <codec::Enumeration E>
void generate(Choices& c, E& out, const WireContext&) {
    out = one_of_all<E>(c);
}
void generate(Choices& c, LogNumber& out, const WireContext& w) {
    const auto symbols = log_symbols(w.product);
    const auto symbol = symbols[c.below(symbols.size())].value;
    out = c.flip() ? symbol : generate_integer<std::int64_t>(c);
}
void generate(Choices& c, std::string& out, const WireContext&) {
    out = generate_text(c);
}
void generate(Choices& c, LoginTime& out, const WireContext&) {
    if (c.flip()) out.seconds = generate_integer<std::int64_t>(c);
}
void generate(Choices& c, Ip& out, const WireContext&) {
    if (c.flip()) {
        out = generate_address<Ip6>(c);
    } else {
        out = generate_address<Ip4>(c);
    }
}
void generate(Choices& c, SourceIp& out, const WireContext& w) {
    generate(c, out.ip, w);
}
void generate(Choices& c, NodeAddress& out, const WireContext&) {
    switch (c.below(3)) {
        case 0:
            out = generate_address<Ip4>(c);
            break;
        case 1:
            out = generate_address<Ip6>(c);
            break;
        default:
            out = generate_text(c);
    }
}
void generate(Choices& c, Value& out, const WireContext&) {
    out = generate_value(c, max_depth);
}
void generate(Choices& c, Datetime& out, const WireContext&) {
    generate_date(c, out);
    generate_clock(c, out);
}
void generate(Choices& c, VarValue& out, const WireContext&) {
    if (c.flip()) out.text = generate_text(c);
}
void generate(Choices& c, std::variant<std::string, std::int64_t>& out, const WireContext&) {
    if (c.flip()) {
        out = generate_text(c);
    } else {
        out = generate_integer<std::int64_t>(c);
    }
}

template <class T>
void generate(Choices& c, std::vector<T>& out, const WireContext& w);

template <class T>
void generate(Choices& c, std::optional<T>& out, const WireContext& w) {
    if (c.flip()) generate(c, out.emplace(), w);
}

template <class T>
void generate(Choices& c, std::vector<T>& out, const WireContext& w) {
    for (auto n = c.below(max_items); n > 0; --n)
        generate(c, out.emplace_back(), w);
}

template <class Row>
void generate(Choices& c, Columns<Row>& out, const WireContext& w) {
    generate(c, out.rows, w);
}

/// Content of a stream event: every start has its stop.
void generate_tree(Choices& c, std::vector<TagValue>& out, int depth) {
    constexpr TagMarker leaves[] = {TagMarker::leaf, TagMarker::del, TagMarker::move_first,
                                    TagMarker::move_after};
    for (auto n = 1 + c.below(3); n > 0; --n) {
        TagValue value;
        value.ns = generate_hash(c);
        value.tag = generate_hash(c);
        switch (depth > 0 ? c.below(3) : c.below(2)) {
            case 0:
                value.v = generate_value(c, max_depth);
                out.push_back(value);
                break;
            case 1:
                value.marker = c.of(leaves);
                out.push_back(value);
                break;
            default:
                value.marker = TagMarker::start;
                out.push_back(value);
                generate_tree(c, out, depth - 1);
                value.marker = TagMarker::stop;
                out.push_back(value);
        }
    }
}

void generate(Choices& c, std::vector<TagValue>& out, const WireContext&) {
    generate_tree(c, out, max_depth);
}

template <HasFields T>
void generate(Choices& c, T& out, const WireContext& w) {
    const bool long_form = codec::trailing_count<T> > 0 && c.flip();
    for_each_field<T>([&]<class Entry>(const Entry& entry) {
        if constexpr (requires { entry.trailing; }) {
            auto& member = out.*entry.member;
            if (!entry.present(out, w)) return;
            if constexpr (requires { member.emplace(); }) {
                if (entry.trailing) {
                    if (long_form) generate(c, member.emplace(), w);
                    return;
                }
            }
            generate(c, member, w);
        }
    });
}

}  // namespace

Notification generate_notification(Choices& choices, std::uint32_t type,
                                   const WireContext& context) {
    Notification out = *make_notification(type, context.dialect);
    std::visit(
        [&]<class Body>(Body& body) {
            if constexpr (HasFields<Body>) generate(choices, body, context);
        },
        out.body);
    return out;
}

Notification generate_notification(Choices& choices, const WireContext& context) {
    const auto types = event_types();
    const auto type = types[choices.below(types.size())];
    return generate_notification(choices, type, context);
}

Value generate_value(Choices& choices) {
    return generate_value(choices, max_depth);
}

Subscription generate_subscription(Choices& c, Dialect dialect) {
    Subscription out;
    for (std::uint32_t bit = 1; bit != 0 && bit <= NOTIF_COMPACTION; bit <<= 1) {
        if (c.flip()) out.mask |= bit;
    }
    if ((out.mask & NOTIF_HEARTBEAT) != 0) out.heartbeat_interval = generate_integer<int>(c);
    if ((out.mask & NOTIF_HEALTH_CHECK) != 0) out.health_check_interval = generate_integer<int>(c);
    if (dialect != Dialect::v6x) out.verbosity = static_cast<std::int64_t>(c.below(4));
    if ((out.mask & NOTIF_STREAM_EVENT) == 0) return out;
    auto& stream = out.stream.emplace();
    stream.name = "s" + generate_text(c);
    const WireContext context{.dialect = dialect};
    generate(c, stream.start_time, context);
    if (stream.start_time) generate(c, stream.stop_time, context);
    if (c.flip()) stream.xpath_filter = generate_text(c);
    stream.usid = generate_integer<std::int64_t>(c);
    stream.use_ikp = static_cast<std::int64_t>(c.below(2));
    return out;
}

Ack generate_ack(Choices& c) {
    constexpr AckKind kinds[] = {AckKind::diff_done, AckKind::audit_synced, AckKind::ha_synced,
                                 AckKind::audit_network_synced};
    const auto kind = c.of(kinds);
    return {kind, kind == AckKind::ha_synced ? 0 : generate_integer<std::int64_t>(c)};
}

}  // namespace confd
