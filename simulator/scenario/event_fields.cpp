// SPDX-License-Identifier: Apache-2.0
#include "simulator/scenario/event_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <concepts>
#include <limits>
#include <type_traits>
#include <utility>

#include "protocol/log_symbols.hpp"
#include "protocol/value/text.hpp"
#include "simulator/text/field_map.hpp"
#include "simulator/text/now.hpp"
#include "simulator/text/scalars.hpp"
#include "simulator/text/value_fields.hpp"
#include "simulator/workload/defaults.hpp"

namespace confd::sim {
namespace {

struct Context {
    WireContext wire;
    Diagnostics& diagnostics;
};

// ---- parse() reads one thing out of one node. False after reporting what is wrong. ----

template <HasFields T>
bool parse(const YamlNode& node, T& out, const Context& c);

template <class T>
    requires std::is_integral_v<T>
bool parse(const YamlNode& node, T& out, const Context& c) {
    using Limits = std::numeric_limits<T>;
    const auto number = parse_int(node, Limits::min(), Limits::max(), "an integer", c.diagnostics);
    if (number) out = static_cast<T>(*number);
    return number.has_value();
}

template <class E>
    requires std::is_enum_v<E>
bool parse(const YamlNode& node, E& out, const Context& c) {
    const auto number = parse_constant(node, constants<E>, c.diagnostics);
    if (!number) return false;
    if (!std::in_range<std::underlying_type_t<E>>(*number)) {
        report_expected(node, "a number of 32 bits", c.diagnostics);
        return false;
    }
    out = static_cast<E>(*number);
    return true;
}

/// A number, or a symbol of the product's log.
bool parse(const YamlNode& node, LogNumber& out, const Context& c) {
    const auto symbol = node.is_scalar() ? log_number(c.wire.product, node.text) : std::nullopt;
    const auto number =
        symbol ? symbol : parse_constant(node, log_symbols(c.wire.product), c.diagnostics);
    if (number) out = *number;
    return number.has_value();
}

template <std::derived_from<std::string> Text>
bool parse(const YamlNode& node, Text& out, const Context& c) {
    const auto text = parse_text(node, "a text", c.diagnostics);
    if (text) out.assign(*text);
    return text.has_value();
}

bool parse(const YamlNode& node, LoginTime& out, const Context& c) {
    if (!node.time) return parse(node, out.seconds, c);
    out.seconds = seconds_of(*node.time);
    return true;
}

bool parse(const YamlNode& node, Datetime& out, const Context& c) {
    const auto time = parse_datetime(node, c.diagnostics);
    if (time) out = *time;
    return time.has_value();
}

bool parse(const YamlNode& node, Value& out, const Context& c) {
    auto value = parse_value(node, c.diagnostics);
    if (value) out = std::move(*value);
    return value.has_value();
}

bool parse(const YamlNode& node, TagValue& out, const Context& c) {
    auto value = parse_tag_value(node, c.diagnostics);
    if (value) out = std::move(*value);
    return value.has_value();
}

/// A text, or as it is printed: {type: buf, value: text}, {type: noexists}.
bool parse(const YamlNode& node, VarValue& out, const Context& c) {
    if (!node.is_map()) return parse(node, out.text.emplace(), c);
    auto value = parse_value(node, c.diagnostics);
    if (!value) return false;
    if (auto* text = std::get_if<std::string>(&value->payload)) {
        out.text = std::move(*text);
    } else if (value->type != ValueType::noexists) {
        c.diagnostics.report(node.place, "expected a text, or a value of type buf or noexists");
        return false;
    }
    return true;
}

bool parse(const YamlNode& node, std::variant<std::string, std::int64_t>& out, const Context& c) {
    std::int64_t number = 0;
    Diagnostics ignored;
    if (node.plain && parse(node, number, {c.wire, ignored})) {
        out = number;
        return true;
    }
    return parse(node, out.emplace<std::string>(), c);
}

template <class T>
bool parse(const YamlNode& node, std::vector<T>& out, const Context& c) {
    if (!node.is_sequence()) {
        report_expected(node, "a list", c.diagnostics);
        return false;
    }
    out.clear();  // of a default
    bool good = true;
    for (const auto& item : node.items)
        good &= parse(*item, out.emplace_back(), c);
    return good;
}

template <class T>
bool parse(const YamlNode& node, std::optional<T>& out, const Context& c) {
    return node.is_null() || parse(node, out.emplace(), c);
}

// ---- read_member() finds a field's keys in the map: one, or several for addresses and columns.
// keys_of() names them, for messages about fields that are not there. ----

template <class T>
void read_member(FieldMap& map, std::string_view name, T& out, const Context& c) {
    if (const auto* node = map.take(name)) parse(*node, out, c);
}

void report_family(const YamlNode& af, std::string_view expected, const Context& c) {
    report_expected(af, expected, c.diagnostics);
}

/// Reads one address under `key` with `parse_ip`; false when the key is not there.
template <class Ip, class Address>
bool read_address(FieldMap& map, std::string_view key, std::string_view family, Address& out,
                  const Context& c) {
    const auto* node = map.take(key);
    if (node == nullptr) return false;
    if constexpr (std::same_as<Ip, std::string>) {
        parse(*node, out.template emplace<std::string>(), c);
    } else {
        const auto ip = [&] {
            if constexpr (std::same_as<Ip, Ip4>)
                return parse_ip4(node->text);
            else
                return parse_ip6(node->text);
        }();
        if (ip) {
            out = *ip;
        } else {
            report_expected(*node, family == "inet" ? "an IPv4 address" : "an IPv6 address",
                            c.diagnostics);
        }
    }
    if (const auto* af = map.take("af"); af != nullptr && af->text != family) {
        report_family(*af, fmt::format("{} beside {}", family, key), c);
    }
    return true;
}

template <class Address>
void read_addresses(FieldMap& map, Address& out, const Context& c) {
    const auto* af = map.take("af");
    int found = read_address<Ip4>(map, "ip4", "inet", out, c) ? 1 : 0;
    found += read_address<Ip6>(map, "ip6", "inet6", out, c) ? 1 : 0;
    if constexpr (std::same_as<Address, NodeAddress>) {
        found += read_address<std::string>(map, "str", "unspec", out, c) ? 1 : 0;
    }
    if (found > 1) c.diagnostics.report(map.node().place, "more than one address, expected one");
    if (found == 0 && af != nullptr) report_family(*af, "'af' only beside an address", c);
}

void read_member(FieldMap& map, std::string_view name, LogNumber& out, const Context& c) {
    map.pass_over("logno_name");  // beside the number in lines that were printed
    if (const auto* node = map.take(name)) parse(*node, out, c);
}

void read_member(FieldMap& map, std::string_view, Ip& out, const Context& c) {
    read_addresses(map, out, c);
}
void read_member(FieldMap& map, std::string_view, NodeAddress& out, const Context& c) {
    read_addresses(map, out, c);
}

void read_member(FieldMap& map, std::string_view name, SourceIp& out, const Context& c) {
    const auto* af = map.take("af");
    const auto* node = map.take(name);
    if (node == nullptr) {
        if (af != nullptr) report_family(*af, fmt::format("'af' only beside {}", name), c);
        return;
    }
    const bool v6 = node->text.find(':') != std::string::npos;
    if (v6) {
        read_address<Ip6>(map, name, "inet6", out.ip, c);
    } else {
        read_address<Ip4>(map, name, "inet", out.ip, c);
    }
}

/// Parallel arrays become tuples. A column that is left out is empty in each of them.
template <class Row>
void read_member(FieldMap& map, std::string_view, Columns<Row>& out, const Context& c) {
    const YamlNode* first = nullptr;
    for_each_field<Row>([&](const auto& column) {
        const auto* node = map.take(column.name);
        if (node == nullptr || node->is_null()) return;
        if (!node->is_sequence()) return report_expected(*node, "a list", c.diagnostics);
        if (first == nullptr) {
            first = node;
            out.rows.emplace(node->items.size());
        }
        if (node->items.size() != first->items.size()) {
            c.diagnostics.report(node->place,
                                 fmt::format("'{}' has {} elements, expected {} as in the list "
                                             "beside it",
                                             column.name, node->items.size(), first->items.size()));
            return;
        }
        for (std::size_t i = 0; i < node->items.size(); ++i) {
            parse(*node->items[i], (*out.rows)[i].*column.member, c);
        }
    });
}

template <class M, class F>
void keys_of(std::string_view name, F&& f) {
    if constexpr (std::same_as<M, Ip> || std::same_as<M, NodeAddress>) {
        f("af");
        f("ip4");
        f("ip6");
        if constexpr (std::same_as<M, NodeAddress>) f("str");
    } else if constexpr (requires(M m) { m.rows; }) {
        using Row = typename decltype(M::rows)::value_type::value_type;
        for_each_field<Row>([&](const auto& column) { f(column.name); });
    } else {
        f(name);
    }
}

std::string why_absent(bool by_release, const WireContext& wire) {
    if (by_release)
        return fmt::format("in {} releases of {}", to_string(wire.dialect),
                           to_string(wire.product));
    return "in this form of the event, given the fields before it";
}

/// Whether some other release or product would have the field.
template <class T, class M>
bool depends_on_release(const T& value, const Field<T, M>& entry) {
    for (const auto dialect : {Dialect::v6x, Dialect::v7x, Dialect::v8x}) {
        for (const auto product : {Product::confd, Product::nso}) {
            if (entry.present(value, {dialect, product})) return true;
        }
    }
    return false;
}

template <HasFields T>
void read_members(FieldMap& map, T& out, const Context& c);

/// A field that this form of the event lacks. Some are printed all the same, with their default.
template <class T, class M>
void read_absent(FieldMap& map, const T& out, const Field<T, M>& entry, const Context& c) {
    if (entry.show == Show::always) {
        static const M absent{};
        auto given = out;
        given.*entry.member = absent;
        read_member(map, entry.name, given.*entry.member, c);
        if (given.*entry.member == absent) return;
        c.diagnostics.report(
            map.take(entry.name)->place,
            fmt::format("'{}' is not there in this form of the event", entry.name));
        return;
    }
    const auto why = why_absent(depends_on_release(out, entry), c.wire);
    const auto forbid = [&](std::string_view key) { map.forbid(key, why); };
    keys_of<M>(entry.name, forbid);
    if (!entry.newer_name.empty()) keys_of<M>(entry.newer_name, forbid);
}

/// Under the name of older releases, of newer ones, or, as newer ones print it, both.
template <class T, class M>
void read_renamed(FieldMap& map, T& out, const Field<T, M>& entry, const Context& c) {
    const bool old_name = map.take(entry.name) != nullptr;
    const auto* newer = map.take(entry.newer_name);
    if (old_name) read_member(map, entry.name, out.*entry.member, c);
    if (newer == nullptr) return;
    M given{};
    read_member(map, entry.newer_name, given, c);
    if (old_name && !(given == out.*entry.member)) {
        c.diagnostics.report(newer->place,
                             fmt::format("'{}' is the newer name of '{}', and they differ",
                                         entry.newer_name, entry.name));
    }
    out.*entry.member = std::move(given);
}

/// A time that is a number of microseconds.
void read_micros(FieldMap& map, std::string_view name, std::int64_t& out, const Context& c) {
    const auto* node = map.take(name);
    if (node == nullptr) return;
    if (!node->time) {
        parse(*node, out, c);
        return;
    }
    out = microseconds_of(*node->time);
}

template <class T, class M>
void read_entry(FieldMap& map, T& out, const Field<T, M>& entry, const Context& c) {
    if constexpr (HasFields<M>) {
        // A record without a name has its members beside its neighbours.
        if (entry.name.empty()) return read_members(map, out.*entry.member, c);
    }
    if (entry.show == Show::never) return;
    if (!entry.present(out, c.wire)) return read_absent(map, out, entry, c);
    if constexpr (std::same_as<M, std::int64_t>) {
        if (entry.time) return read_micros(map, entry.name, out.*entry.member, c);
    }
    if (!entry.newer_name.empty()) return read_renamed(map, out, entry, c);
    read_member(map, entry.name, out.*entry.member, c);
}

template <HasFields T>
void read_members(FieldMap& map, T& out, const Context& c) {
    for_each_field<T>([&](const auto& entry) {
        if constexpr (requires { entry.name; }) read_entry(map, out, entry, c);
    });
}

template <HasFields T>
bool parse(const YamlNode& node, T& out, const Context& c) {
    const auto before = c.diagnostics.reported();
    FieldMap map(node, "the fields here", c.diagnostics);
    if (node.is_map()) {
        read_members(map, out, c);
        map.finish();
    }
    return c.diagnostics.reported() == before;
}

void read_event(const YamlNode& fields, Notification& event, const Context& c) {
    FieldMap map(fields, fmt::format("the fields of {}", notif_name(event.type).value_or("?")),
                 c.diagnostics);
    if (!fields.is_map()) return;
    const auto read = [&]<class Body>(Body& body) {
        if constexpr (HasFields<Body>) read_members(map, body, c);
    };
    std::visit(read, event.body);
    map.finish();
}

}  // namespace

std::optional<Notification> parse_event(std::uint32_t type, const YamlNode* fields,
                                        const WireContext& wire, const workload::Times& times,
                                        Diagnostics& diagnostics) {
    auto event = make_notification(type, wire.dialect);
    if (!event) return event;
    const bool given = fields != nullptr && !fields->is_null();
    // What is left out goes by what is written, such as the event's own type.
    Diagnostics ignored;
    if (given) read_event(*fields, *event, {wire, ignored});
    workload::fill_defaults(*event, wire, times);
    const auto before = diagnostics.reported();
    if (given) read_event(*fields, *event, {wire, diagnostics});
    return diagnostics.reported() == before ? event : std::nullopt;
}

bool has_time(const Notification& event) {
    bool out = false;
    const auto visit = [&]<class Body>(const Body&) {
        if constexpr (HasFields<Body>) {
            for_each_field<Body>([&]<class Entry>(const Entry& entry) {
                if constexpr (requires { entry.time; }) {
                    using Member = typename Entry::Member;
                    out |= entry.time || std::same_as<Member, Datetime>;
                }
            });
        }
    };
    std::visit(visit, event.body);
    return out;
}

std::optional<PrintedLine> printed_line(const YamlPtr& node) {
    if (node == nullptr || !node->is_map() || node->find("type") == nullptr) return std::nullopt;
    const auto* name = node->find("name");
    const auto type = name == nullptr ? std::nullopt : event_type((*name)->text);
    const auto event = type ? make_notification(*type, Dialect::v7x) : std::nullopt;
    if (!event) return std::nullopt;
    PrintedLine out{.name = *name, .fields = nullptr, .diff = nullptr};
    const auto body = key_of(*event);
    for (const auto& [key, value] : node->entries) {
        if (key->text == body) {
            out.fields = value;
        } else if (key->text == "diff") {
            out.diff = value;
        } else if (key->text != "type" && key->text != "name" && key->text != "diff_error") {
            return std::nullopt;
        }
    }
    return out;
}

std::optional<UserInfo> parse_uinfo(const YamlNode& node, const WireContext& wire, TimePoint login,
                                    Diagnostics& diagnostics) {
    Diagnostics ignored;
    UserInfo out;
    parse(node, out, {wire, ignored});
    out = workload::default_session_like(out, login);
    return parse(node, out, {wire, diagnostics}) ? std::optional(out) : std::nullopt;
}

std::int64_t session_of(const Notification& event) {
    std::int64_t out = 0;
    const auto visit = [&]<class Body>(const Body& body) {
        if constexpr (HasFields<Body>) {
            for_each_field<Body>([&](const auto& entry) {
                if constexpr (requires { entry.name; }) {
                    const auto& member = body.*entry.member;
                    using Member = std::remove_cvref_t<decltype(member)>;
                    if constexpr (std::same_as<Member, UserInfo>) out = member.usid;
                    if constexpr (std::is_integral_v<Member>) {
                        if (entry.name == "usid") out = member;
                    }
                }
            });
        }
    };
    std::visit(visit, event.body);
    return out;
}

std::optional<std::uint32_t> event_type(std::string_view name) {
    const auto same = [](std::string_view a, std::string_view b) {
        return std::ranges::equal(a, b, [](char x, char y) {
            return std::tolower(static_cast<unsigned char>(x)) ==
                   std::tolower(static_cast<unsigned char>(y));
        });
    };
    for (const auto type : event_types()) {
        const auto full = notif_name(type).value_or("");
        const auto prefix = full.find("NOTIF_") + std::string_view("NOTIF_").size();
        if (same(name, full) || same(name, full.substr(prefix))) return type;
    }
    return std::nullopt;
}

std::vector<std::string_view> event_names() {
    std::vector<std::string_view> names;
    for (const auto type : event_types())
        names.push_back(notif_name(type).value_or(""));
    return names;
}

std::string why_unavailable(std::uint32_t type, const WireContext& wire) {
    const auto name = notif_name(type).value_or("?");
    if ((type & nso_bits) != 0 && wire.product != Product::nso) {
        return fmt::format("{} is an event of NSO", name);
    }
    if ((type & since_7_bits) != 0 && wire.dialect < Dialect::v7x) {
        return fmt::format("{} came with the 7 releases", name);
    }
    if ((type & since_8_bits) != 0 && wire.dialect < Dialect::v8x) {
        return fmt::format("{} came with the 8 releases", name);
    }
    return {};
}

}  // namespace confd::sim
