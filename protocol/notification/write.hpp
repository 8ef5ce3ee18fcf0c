// SPDX-License-Identifier: Apache-2.0
// Writes events by their lists of fields, as read.hpp reads them.
#pragma once

#include "protocol/notification/catalogue.hpp"
#include "protocol/notification/kinds.hpp"
#include "protocol/term/writer.hpp"
#include "protocol/value/by_name.hpp"

namespace confd::codec {

void write(TermWriter& w, Number auto value, const Context&) {
    w.integer(value);
}

template <Enumeration E>
void write(TermWriter& w, E value, const Context&) {
    w.integer(static_cast<std::underlying_type_t<E>>(value));
}

inline void write(TermWriter& w, const LogNumber& number, const Context&) {
    w.integer(number.number);
}

inline void write(TermWriter& w, const std::string& text, const Context&) {
    w.text(text);
}

inline void write(TermWriter& w, const AtomText& text, const Context&) {
    w.atom_or_text(text);
}

inline void write(TermWriter& w, const OptionalText& text, const Context&) {
    if (text) {
        w.text(*text);
    } else {
        w.undefined();
    }
}

inline void write(TermWriter& w, const OptionalInt& value, const Context&) {
    if (value) {
        w.integer(*value);
    } else {
        w.undefined();
    }
}

inline void write(TermWriter& w, const LoginTime& time, const Context&) {
    w.integer(time.seconds);
}

inline void write(TermWriter& w, const Ip& ip, const Context&) {
    std::visit([&](const auto& address) { write_ip(w, address); }, ip);
}
inline void write(TermWriter& w, const SourceIp& ip, const Context& c) {
    write(w, ip.ip, c);
}
inline void write(TermWriter& w, const NodeAddress& address, const Context&) {
    if (const auto* text = std::get_if<std::string>(&address)) return w.text(*text);
    if (const auto* ip4 = std::get_if<Ip4>(&address)) return write_ip(w, *ip4);
    write_ip(w, std::get<Ip6>(address));
}

inline void write(TermWriter& w, const TransCtx& tctx, const Context&) {
    w.integer(tctx.th);
}
inline void write(TermWriter& w, const Value& value, const Context&) {
    write_value(w, value);
}
inline void write(TermWriter& w, const Datetime& time, const Context&) {
    write_datetime(w, time);
}

inline void write(TermWriter& w, const VarValue& value, const Context&) {
    if (value.text) {
        w.text(*value.text);
    } else {
        w.atom("null");
    }
}

inline void write(TermWriter& w, const std::variant<std::string, std::int64_t>& value,
                  const Context&) {
    if (const auto* text = std::get_if<std::string>(&value)) return w.text(*text);
    w.integer(std::get<std::int64_t>(value));
}

inline void write(TermWriter& w, const TagValue& value, const Context& c) {
    const XmlTag tag{value.ns, value.tag};
    w.tuple(2);
    c.names == nullptr ? write_tag(w, tag) : write_named_tag(w, tag, *c.names);
    if (value.marker == TagMarker::value) {
        return c.names == nullptr ? write_value(w, value.v)
                                  : write_named_value(w, value.v, *c.names);
    }
    for (const auto& known : marker_atoms) {
        if (known.marker == value.marker) w.atom(known.atom);
    }
}

template <HasFields T>
void write(TermWriter& w, const T& value, const Context& c);

template <class T>
void write(TermWriter& w, const std::vector<T>& list, const Context& c) {
    if constexpr (Number<T>) {
        w.integers(list.data(), list.size());
    } else {
        if (list.empty()) return w.nil();
        w.list(list.size());
        for (const auto& item : list)
            write(w, item, c);
        w.nil();
    }
}

template <class T>
void write(TermWriter& w, const OptionalList<T>& list, const Context& c) {
    if (list) {
        write(w, *list, c);
    } else {
        w.undefined();
    }
}

template <class Row>
void write(TermWriter& w, const Columns<Row>& columns, const Context& c) {
    write(w, columns.rows, c);
}

/// Whether any trailing field is there, so that all of them are written.
template <HasFields T>
bool has_trailing(const T& value) {
    bool any = false;
    for_each_field<T>([&](const auto& entry) {
        if constexpr (requires { entry.trailing; }) {
            if constexpr (requires { (value.*entry.member).has_value(); }) {
                any |= entry.trailing && (value.*entry.member).has_value();
            }
        }
    });
    return any;
}

template <class T, class M>
void write_entry(TermWriter& w, const T& value, const Field<T, M>& entry, const Context& c) {
    if constexpr (std::same_as<M, OptionalText>) {
        // A trailing text that is absent beside one that is there is the empty text.
        const auto& text = value.*entry.member;
        if (entry.trailing) return w.text(text ? std::string_view(*text) : std::string_view());
    }
    write(w, value.*entry.member, c);
}

template <class T, class M>
void write_entry(TermWriter& w, const T& value, const CountOf<T, M>& entry, const Context&) {
    w.integer((value.*entry.member).size());
}

template <class T>
void write_entry(TermWriter& w, const T&, const Unused<T>& entry, const Context&) {
    if (entry.zero) {
        w.integer(0);
    } else {
        w.undefined();
    }
}

template <HasFields T>
std::uint32_t arity_of(const T& value, const Context& c) {
    return plain_count(value, c) + (has_trailing(value) ? trailing_count<T> : 0);
}

template <HasFields T>
void write_fields(TermWriter& w, const T& value, const Context& c) {
    const bool long_form = has_trailing(value);
    for_each_field<T>([&](const auto& entry) {
        if constexpr (requires { entry.trailing; }) {
            if (entry.trailing && !long_form) return;
        }
        if (entry.present(value, c)) write_entry(w, value, entry, c);
    });
}

template <HasFields T>
void write(TermWriter& w, const T& value, const Context& c) {
    w.tuple(arity_of(value, c));
    write_fields(w, value, c);
}

inline void write_event(TermWriter& w, const StreamNotification& value, const Context& c) {
    switch (value.type) {
        case STREAM_REPLAY_COMPLETE:
            return w.atom("replay_complete");
        case STREAM_NOTIFICATION_COMPLETE:
            return w.atom("notification_complete");
        case STREAM_REPLAY_FAILED:
            w.tuple(2);
            w.atom("replay_failed");
            return w.text(value.error);
        case STREAM_NOTIFICATION_EVENT:
            break;
    }
    w.tuple(2);
    write_datetime(w, value.event_time);
    write(w, value.values, c);
}

template <class Body>
void write_body(TermWriter& w, std::uint32_t type, const Body& body, const Context& c) {
    if constexpr (Body::shape == Shape::flat) {
        w.tuple(1 + arity_of(body, c));
        w.integer(type);
        write_fields(w, body, c);
    } else {
        w.tuple(2);
        w.integer(type);
        if constexpr (Body::shape == Shape::custom) {
            write_event(w, body, c);
        } else {
            write(w, body, c);
        }
    }
}

}  // namespace confd::codec
