// SPDX-License-Identifier: Apache-2.0
#include "protocol/render/printer.hpp"

#include <concepts>
#include <type_traits>

#include "protocol/log_symbols.hpp"
#include "protocol/notification/kinds.hpp"
#include "protocol/value/text.hpp"

namespace confd {
namespace {

using Options = RenderOptions;

// ---- Values ----

void print_step(Printer& p, const PathStep& step, std::uint32_t inherited_ns) {
    p.begin_object();
    if (step.keys) {
        p.key("keys");
        p.begin_array();
        for (const auto& key : step.keys->items)
            p.value(key);
        p.end_array();
    } else {
        p.key("type");
        p.text("xmltag");
        p.key("ns");
        p.integer(step.ns.value_or(inherited_ns));
        p.key("tag");
        p.integer(step.tag);
    }
    p.end_object();
}

/// A bare tag belongs to the namespace of the next step outwards that names one.
std::uint32_t namespace_after(const ObjectRef& path, std::size_t index) {
    for (std::size_t i = index; i < path.steps.size(); ++i) {
        if (path.steps[i].ns) return *path.steps[i].ns;
    }
    return 0;
}

void print_payload(Printer& p, const Value& value);

void print_values(Printer& p, const ValueList& list) {
    p.begin_array();
    for (const auto& item : list.items)
        p.value(item);
    p.end_array();
}

void print_path(Printer& p, const ObjectRef& path) {
    p.begin_array();
    for (std::size_t i = 0; i < path.steps.size(); ++i) {
        print_step(p, path.steps[i], namespace_after(path, i));
    }
    p.end_array();
}

/// The members after "type". Most types have one, "value".
void print_payload(Printer& p, const Value& value) {
    std::visit(
        [&]<class T>(const T& payload) {
            if constexpr (std::same_as<T, std::monostate>) {
                return;
            } else if constexpr (std::same_as<T, Box<Qname>>) {
                if (payload->prefix) {
                    p.key("prefix");
                    p.text(*payload->prefix);
                }
                p.key("name");
                p.text(payload->name);
            } else if constexpr (std::same_as<T, IdentityRef>) {
                p.key("ns");
                p.integer(payload.ns);
                p.key("id");
                p.integer(payload.id);
            } else if constexpr (std::same_as<T, XmlTag>) {
                p.key("ns");
                p.integer(payload.ns);
                p.key("tag");
                p.integer(payload.tag);
            } else if constexpr (std::same_as<T, Decimal64>) {
                p.key("value");
                p.integer(payload.value);
                p.key("fraction_digits");
                p.integer(payload.fraction_digits);
            } else {
                p.key("value");
                if constexpr (std::same_as<T, std::string>) {
                    p.text(payload);
                } else if constexpr (std::same_as<T, bool>) {
                    p.boolean(payload);
                } else if constexpr (std::same_as<T, double>) {
                    p.floating(payload);
                } else if constexpr (std::integral<T>) {
                    p.integer(payload);
                } else if constexpr (std::same_as<T, Bytes>) {
                    p.text(to_hex(payload));
                } else if constexpr (std::same_as<T, ValueList>) {
                    print_values(p, payload);
                } else if constexpr (std::same_as<T, ObjectRef>) {
                    print_path(p, payload);
                } else if constexpr (std::same_as<T, Oid>) {
                    p.begin_array();
                    for (const auto part : payload.ids)
                        p.integer(part);
                    p.end_array();
                } else {
                    p.text(to_text(payload));
                }
            }
        },
        value.payload);
}

// ---- Fields. print() prints one thing; print_member() a field's key and value, which for some
// kinds is several members or none. ----

template <HasFields T>
void print_members(Printer& p, const T& value, const Options& o);

void print(Printer& p, codec::Number auto value, const Options&) {
    p.integer(value);
}
template <codec::Enumeration E>
void print(Printer& p, E value, const Options&) {
    p.enumerator(static_cast<std::int64_t>(value), constants<E>);
}
void print(Printer& p, const std::string& text, const Options&) {
    p.text(text);
}
void print(Printer& p, const SecretText& text, const Options& o) {
    p.text(text.empty() || o.show_clearpass ? std::string_view(text) : "***");
}
void print(Printer& p, const LoginTime& time, const Options&) {
    p.integer(time.seconds);
}
void print(Printer& p, const Value& value, const Options&) {
    p.value(value);
}
void print(Printer& p, const VarValue& value, const Options&) {
    p.value(value.text ? Value::buf(*value.text) : Value{});
}
void print(Printer& p, const Datetime& time, const Options&) {
    p.text(to_text(time));
}
void print(Printer& p, const std::variant<std::string, std::int64_t>& value, const Options&) {
    if (const auto* text = std::get_if<std::string>(&value)) return p.text(*text);
    p.integer(std::get<std::int64_t>(value));
}

void print(Printer& p, const TagValue& value, const Options& o) {
    p.begin_object();
    p.key("ns");
    p.integer(value.ns);
    p.key("tag");
    p.integer(value.tag);
    if (const auto name = o.known_names().name_of(value.ns, value.tag)) {
        p.key("name");
        p.text(*name);
    }
    p.key("v");
    if (value.marker == TagMarker::value) {
        p.value(value.v);
    } else {
        for (const auto& known : codec::marker_atoms) {
            if (known.marker == value.marker) p.value({known.type, XmlTag{value.ns, value.tag}});
        }
    }
    p.end_object();
}

template <HasFields T>
void print(Printer& p, const T& value, const Options& o) {
    p.begin_object();
    print_members(p, value, o);
    p.end_object();
}

template <class T>
void print(Printer& p, const std::vector<T>& list, const Options& o) {
    p.begin_array();
    for (const auto& item : list)
        print(p, item, o);
    p.end_array();
}

template <class T>
bool is_empty(const T& value) {
    if constexpr (requires { value.rows; }) {
        return is_empty(value.rows);
    } else if constexpr (requires { value.has_value(); }) {
        return !value || is_empty(*value);
    } else if constexpr (requires { value.empty(); }) {
        return value.empty();
    }
    return false;
}

template <class T>
void print_member(Printer& p, std::string_view name, const T& value, const Options& o) {
    p.key(name);
    print(p, value, o);
}

template <class T>
void print_member(Printer& p, std::string_view name, const std::optional<T>& value,
                  const Options& o) {
    if (value) print_member(p, name, *value, o);
}

/// `af` and the address under the key of its family.
void print_address(Printer& p, const auto& address, std::string_view ip4, std::string_view ip6) {
    std::visit(
        [&]<class T>(const T& held) {
            p.key("af");
            if constexpr (std::same_as<T, std::string>) {
                p.text("unspec");
                p.key("str");
                p.text(held);
            } else {
                p.text(std::same_as<T, Ip4> ? "inet" : "inet6");
                p.key(std::same_as<T, Ip4> ? ip4 : ip6);
                p.text(to_text(held));
            }
        },
        address);
}

void print_member(Printer& p, std::string_view name, const LogNumber& number, const Options& o) {
    const auto symbols = log_symbols(o.context.product);
    p.key(name);
    p.enumerator(number, symbols);
    const auto symbol = name_of(symbols, number);
    if (o.log_names && symbol) p.name_of_number("logno_name", *symbol);
}
void print_member(Printer& p, std::string_view, const Ip& ip, const Options&) {
    print_address(p, ip, "ip4", "ip6");
}
void print_member(Printer& p, std::string_view, const NodeAddress& address, const Options&) {
    print_address(p, address, "ip4", "ip6");
}
void print_member(Printer& p, std::string_view name, const SourceIp& ip, const Options&) {
    print_address(p, ip.ip, name, name);
}

/// One array per element of the tuples.
template <class Row>
void print_member(Printer& p, std::string_view, const Columns<Row>& columns, const Options& o) {
    if (!columns.rows) return;
    for_each_field<Row>([&](const auto& entry) {
        p.key(entry.name);
        p.begin_array();
        for (const auto& row : *columns.rows)
            print(p, row.*entry.member, o);
        p.end_array();
    });
}

template <class T, class M>
void print_entry(Printer& p, const T& value, const Field<T, M>& entry, const Options& o) {
    if (entry.show == Show::never) return;
    if (entry.show != Show::always && !entry.present(value, o.context)) return;
    const auto& member = value.*entry.member;
    if (entry.show == Show::nonempty && is_empty(member)) return;
    if constexpr (HasFields<M>) {
        // A record without a name shows its members beside its neighbours.
        if (entry.name.empty()) return print_members(p, member, o);
    }
    print_member(p, entry.name, member, o);
    if (o.newer_names && !entry.newer_name.empty()) print_member(p, entry.newer_name, member, o);
}

template <HasFields T>
void print_members(Printer& p, const T& value, const Options& o) {
    for_each_field<T>([&](const auto& entry) {
        if constexpr (requires { entry.show; }) print_entry(p, value, entry, o);
    });
}

}  // namespace

std::string_view older_name(std::string_view newer) {
    std::string_view out;
    const auto look = [&](const auto& entry) {
        if constexpr (requires { entry.newer_name; })
            if (!entry.newer_name.empty() && entry.newer_name == newer) out = entry.name;
    };
    for_each_event([&]<class E>() {
        if constexpr (HasFields<typename E::Body>) for_each_field<typename E::Body>(look);
    });
    return out;
}

void print_value(Printer& printer, const Value& value) {
    printer.begin_object();
    printer.key("type");
    printer.text(info_of(value.type).name);
    print_payload(printer, value);
    printer.end_object();
}

void print_body(Printer& printer, const Notification& notification, const RenderOptions& options) {
    std::visit(
        [&]<class Body>(const Body& body) {
            if constexpr (HasFields<Body>) print(printer, body, options);
        },
        notification.body);
}

}  // namespace confd
