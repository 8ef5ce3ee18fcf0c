// SPDX-License-Identifier: Apache-2.0
// Reads events by their lists of fields: one overload for each kind of field; records with lists
// of their own recurse. Each returns false after an error, which the reader keeps. Included by
// notification.cpp alone, where it is instantiated.
#pragma once

#include <fmt/format.h>

#include <limits>
#include <utility>
#include <vector>

#include "protocol/notification/catalogue.hpp"
#include "protocol/notification/kinds.hpp"
#include "protocol/term/reader.hpp"

namespace confd::codec {

bool read(TermReader& r, Number auto& out, const Context&) {
    return r.integer(out);
}

inline bool read(TermReader& r, LogNumber& out, const Context&) {
    return r.integer(out.number);
}

template <Enumeration E>
bool read(TermReader& r, E& out, const Context&) {
    std::underlying_type_t<E> number{};
    if (!r.integer(number)) return false;
    out = static_cast<E>(number);
    return true;
}

inline bool read(TermReader& r, std::string& out, const Context&) {
    return r.text(out);
}

inline bool read(TermReader& r, OptionalText& out, const Context&) {
    if (r.peek() == TermKind::binary) return r.text(out ? *out : out.emplace());
    out.reset();
    return r.take_undefined() || r.skip();
}

/// The atom `undefined` where a value may be absent.
inline bool read_undefined(TermReader& r, std::string_view expected) {
    if (r.take_undefined()) return true;
    if (r.peek() != TermKind::atom) return r.fail_type(expected);
    const auto at = r.offset();
    AtomView atom;
    if (!r.atom(atom)) return false;
    if (atom == "undefined") return true;
    std::string name;
    atom.assign_to(name);
    return r.fail(Errc::bad_value, at, fmt::format("expected {}, found '{}'", expected, name));
}

inline bool read(TermReader& r, OptionalInt& out, const Context& c) {
    if (r.peek() != TermKind::integer) {
        out.reset();
        return read_undefined(r, "an integer or undefined");
    }
    return read(r, out.emplace(), c);
}

inline bool read(TermReader& r, LoginTime& out, const Context& c) {
    if (r.peek() != TermKind::binary) return read(r, out.seconds, c);
    const auto at = r.offset();
    ByteView none;
    if (!r.binary(none)) return false;
    out.seconds = 0;
    return none.empty() || r.fail(Errc::bad_value, at, "expected seconds or an empty binary");
}

template <class Address>
bool read_address(TermReader& r, Address& out) {
    switch (r.peek_arity()) {
        case std::tuple_size_v<Ip4>:
            return read_ip(r, out.template emplace<Ip4>());
        case std::tuple_size_v<Ip6>:
            return read_ip(r, out.template emplace<Ip6>());
        default:
            break;
    }
    if (r.peek() != TermKind::tuple) return r.fail_type("an IP address");
    const auto at = r.offset();
    std::uint32_t arity = 0;
    return r.tuple(arity) && r.fail_arity(at, "4 or 8 for an IP address", arity);
}

inline bool read(TermReader& r, Ip& out, const Context&) {
    return read_address(r, out);
}
inline bool read(TermReader& r, SourceIp& out, const Context&) {
    return read_address(r, out.ip);
}
/// A text in a variant, which keeps its capacity if there is one already.
template <class Variant>
bool read_text(TermReader& r, Variant& out) {
    if (auto* text = std::get_if<std::string>(&out)) return r.text(*text);
    return r.text(out.template emplace<std::string>());
}

inline bool read(TermReader& r, NodeAddress& out, const Context&) {
    return r.peek() == TermKind::tuple ? read_address(r, out) : read_text(r, out);
}

inline bool read(TermReader& r, TransCtx& out, const Context&) {
    return r.integer(out.th);
}
inline bool read(TermReader& r, Value& out, const Context&) {
    return read_value(r, out);
}
inline bool read(TermReader& r, Datetime& out, const Context&) {
    return read_datetime(r, out);
}

inline bool read(TermReader& r, VarValue& out, const Context& c) {
    return read(r, out.text, c);
}

inline bool read(TermReader& r, std::variant<std::string, std::int64_t>& out, const Context&) {
    if (r.peek() == TermKind::integer) return r.integer(out.emplace<std::int64_t>());
    return read_text(r, out);
}

inline bool read(TermReader& r, TagValue& out, const Context&);

template <HasFields T>
bool read(TermReader& r, T& out, const Context& c);

template <Number T>
bool read(TermReader& r, std::vector<T>& out, const Context&) {
    static_assert(std::in_range<T>(std::numeric_limits<std::uint8_t>::max()));
    out.clear();
    ListHead head;
    if (!r.list(head)) return false;
    for (std::uint32_t i = 0; i < head.count; ++i) {
        std::uint8_t byte = 0;
        if (head.string) {
            if (!r.string_byte(byte)) return r.within(i);
            out.push_back(byte);
        } else if (!r.integer(out.emplace_back())) {
            return r.within(i);
        }
    }
    return r.end_list(head);
}

/// Elements that are there already are read into, so that they keep their capacity.
template <class T>
bool read(TermReader& r, std::vector<T>& out, const Context& c) {
    std::size_t used = 0;
    const bool ok = r.keep_each([&](TermReader& element) {
        if (used == out.size()) out.emplace_back();
        return read(element, out[used++], c);
    });
    out.resize(used);
    return ok;
}

template <class T>
bool read(TermReader& r, OptionalList<T>& out, const Context& c) {
    if (r.peek() != TermKind::list) {
        out.reset();
        return read_undefined(r, "a list or undefined");
    }
    if (!out) out.emplace();
    return read(r, *out, c);
}

template <class Row>
bool read(TermReader& r, Columns<Row>& out, const Context& c) {
    return read(r, out.rows, c);
}

template <class T, class M>
bool read_one(TermReader& r, T& out, const Field<T, M>& entry, const Context& c) {
    return read(r, out.*entry.member, c) || r.within(entry.name);
}
template <class T, class M>
bool read_one(TermReader& r, T&, const CountOf<T, M>&, const Context&) {
    // The list that follows carries its own length; the stock library does not compare them either.
    std::int64_t ignored = 0;
    return r.integer(ignored) || r.within("count");
}
template <class T>
bool read_one(TermReader& r, T&, const Unused<T>&, const Context&) {
    return r.skip();
}

/// Where the fields of one tuple stand while it is read.
struct TupleProgress {
    std::size_t at;          ///< offset of the tuple
    std::uint32_t arity;     ///< announced
    std::uint32_t used;      ///< elements read so far
    bool long_form = false;  ///< trailing fields are there
};

/// `missing` names the element that the tuple ended before.
template <class T>
[[gnu::cold]] void fail_count(TermReader& r, const T& value, TupleProgress tuple,
                              std::uint32_t leading, const Context& c,
                              std::string_view missing = {}) {
    const auto plain = leading + plain_count(value, c);
    const auto expected = trailing_count<T> == 0
                              ? fmt::format("{}", plain)
                              : fmt::format("{} or {}", plain, plain + trailing_count<T>);
    const auto found =
        fmt::format("expected a tuple of {}, found one of {}", expected, tuple.arity);
    r.fail(Errc::wrong_arity, tuple.at,
           missing.empty() ? found : fmt::format("{}: {} is missing", found, missing));
}

template <class Entry>
constexpr std::string_view entry_name(const Entry& entry) {
    if constexpr (requires { entry.name; }) return entry.name;
    return {};
}

template <class T, class M>
bool read_entry(TermReader& r, T& out, const Field<T, M>& entry, TupleProgress& tuple,
                const Context& c) {
    if (entry.trailing) {
        if (tuple.used == tuple.arity && !tuple.long_form) {
            reset(out.*entry.member);
            return true;
        }
        tuple.long_form = true;
    }
    ++tuple.used;
    return read_one(r, out, entry, c);
}

template <class T>
bool read_entry(TermReader& r, T& out, const auto& entry, TupleProgress& tuple, const Context& c) {
    ++tuple.used;
    return read_one(r, out, entry, c);
}

/// Reads T's fields out of a tuple of which `leading` elements have been read, and leaves it.
template <HasFields T>
bool read_fields(TermReader& r, T& out, std::size_t at, std::uint32_t arity, std::uint32_t leading,
                 const Context& c) {
    reset_conditional(out);
    TupleProgress tuple{at, arity, leading};
    bool ok = true;
    for_each_field<T>([&](const auto& entry) {
        if (!ok || !entry.present(out, c)) return;
        const bool optional = [&] {
            if constexpr (requires { entry.trailing; }) return entry.trailing && !tuple.long_form;
            return false;
        }();
        if (tuple.used == tuple.arity && !optional) {
            fail_count(r, out, tuple, leading, c, entry_name(entry));
            ok = false;
            return;
        }
        ok = read_entry(r, out, entry, tuple, c);
    });
    if (!ok) return false;
    if (tuple.used != tuple.arity) {
        fail_count(r, out, tuple, leading, c);
        return false;
    }
    r.leave();
    return true;
}

template <HasFields T>
bool read(TermReader& r, T& out, const Context& c) {
    const auto at = r.offset();
    std::uint32_t arity = 0;
    return r.tuple(arity) && read_fields(r, out, at, arity, 0, c);
}

// ---- Stream events: an atom, a pair with an atom, or a pair of a time and a list. ----

template <std::size_t I>
[[gnu::always_inline]] inline bool is_marker(const AtomView& atom, TagMarker& marker) {
    constexpr auto known = marker_atoms[I];
    if (!(atom == known.atom)) return false;
    marker = known.marker;
    return true;
}

/// The marker that an atom stands for, or TagMarker::value.
[[gnu::always_inline]] inline TagMarker marker_of(const AtomView& atom) {
    // Spelled out for each, comparing takes no call.
    return [&]<std::size_t... I> [[gnu::always_inline]] (std::index_sequence<I...>) {
        auto marker = TagMarker::value;
        (void)(is_marker<I>(atom, marker) || ...);
        return marker;
    }(std::make_index_sequence<marker_atoms.size()>{});
}

inline bool read_tagged(TermReader& r, TagValue& out) {
    out.marker = TagMarker::value;
    if (r.peek() != TermKind::atom) return read_value(r, out.v);
    const auto at = r.offset();
    AtomView atom;
    if (!r.atom(atom)) return false;
    out.marker = marker_of(atom);
    if (out.v.type != ValueType::noexists) out.v = Value{};
    return out.marker != TagMarker::value || value_of_atom(r, atom, at, out.v);
}

inline bool read(TermReader& r, TagValue& out, const Context&) {
    XmlTag tag;
    if (!r.tuple_of(2) || !read_tag(r, tag)) return false;
    out.ns = tag.ns;
    out.tag = tag.tag;
    if (!read_tagged(r, out)) return r.within("v");
    r.leave();
    return true;
}

/// The type of event that is an atom alone, if this is one.
inline bool completion_of(const AtomView& atom, StreamType& out) {
    if (atom == "replay_complete") {
        out = STREAM_REPLAY_COMPLETE;
    } else if (atom == "notification_complete") {
        out = STREAM_NOTIFICATION_COMPLETE;
    } else {
        return false;
    }
    return true;
}

inline bool read_completion(TermReader& r, StreamNotification& out) {
    const auto at = r.offset();
    AtomView atom;
    if (!r.atom(atom)) return false;
    if (completion_of(atom, out.type)) return true;
    std::string name;
    atom.assign_to(name);
    return r.fail(
        Errc::bad_value, at,
        fmt::format("expected replay_complete or notification_complete, found '{}'", name));
}

inline bool read_replay_failed(TermReader& r, StreamNotification& out) {
    const auto at = r.offset();
    AtomView atom;
    if (!r.atom(atom)) return false;
    if (!(atom == "replay_failed")) {
        return r.fail(Errc::bad_value, at, "expected replay_failed or a datetime");
    }
    out.type = STREAM_REPLAY_FAILED;
    return r.text(out.error) || r.within("error");
}

inline bool read_event(TermReader& r, StreamNotification& out, const Context& c) {
    reset_conditional(out);
    if (r.peek() == TermKind::atom) return read_completion(r, out);
    if (!r.tuple_of(2)) return false;
    if (r.peek() == TermKind::atom) {
        if (!read_replay_failed(r, out)) return false;
    } else {
        out.type = STREAM_NOTIFICATION_EVENT;
        if (!read_datetime(r, out.event_time)) return r.within("event_time");
        if (!read(r, out.values, c)) return r.within("values");
    }
    r.leave();
    return true;
}

/// Reads what follows the event type, in the tuple of `arity` at `at`.
template <class Body>
bool read_body(TermReader& r, Body& out, std::size_t at, std::uint32_t arity, const Context& c) {
    if constexpr (Body::shape == Shape::flat) {
        return read_fields(r, out, at, arity, 1, c) || r.within(Body::key);
    } else {
        if (arity != 2) return r.fail_arity(at, "2", arity) || r.within(Body::key);
        const bool ok = [&] {
            if constexpr (Body::shape == Shape::custom) return read_event(r, out, c);
            return read(r, out, c);
        }();
        if (!ok) return r.within(Body::key);
        r.leave();
        return true;
    }
}

}  // namespace confd::codec
