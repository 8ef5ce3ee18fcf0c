// Reads and writes events by their lists of fields. One overload for each kind of field; records
// with lists of their own recurse. Included by notification.cpp alone, where it is instantiated.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <limits>
#include <type_traits>

#include "protocol/notification/catalogue.hpp"
#include "protocol/term/reader.hpp"
#include "protocol/term/writer.hpp"

namespace confd::codec {

using Context = WireContext;

template <class T>
concept Enumeration = std::is_enum_v<T>;
template <class T>
concept Number = std::integral<T> && !std::same_as<T, bool>;

// ---- Reading. Each returns false after an error, which the reader keeps. ----

bool read(TermReader& r, Number auto& out, const Context&) {
    return r.integer(out);
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
    if (r.peek() != TermKind::binary) {
        out.reset();
        return r.skip();
    }
    ByteView bytes;
    if (!r.binary(bytes)) return false;
    if (!out) out.emplace();
    out->assign(as_text(bytes));
    return true;
}

/// The atom `undefined` where a value may be absent.
inline bool read_undefined(TermReader& r, std::string_view expected) {
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
    if (r.peek() != TermKind::binary) return read(r, out.seconds.emplace(), c);
    const auto at = r.offset();
    ByteView none;
    if (!r.binary(none)) return false;
    out.seconds.reset();
    return none.empty() || r.fail(Errc::bad_value, at, "expected seconds or an empty binary");
}

template <class Address>
bool read_address(TermReader& r, Address& out) {
    if (r.peek() != TermKind::tuple) return r.fail_type("an IP address");
    TermReader ahead = r;
    const auto at = r.offset();
    std::uint32_t arity = 0;
    if (!ahead.tuple(arity)) return r.tuple(arity);
    if (arity == std::tuple_size_v<Ip4>) return read_ip(r, out.template emplace<Ip4>());
    if (arity == std::tuple_size_v<Ip6>) return read_ip(r, out.template emplace<Ip6>());
    return r.fail_arity(at, "4 or 8 for an IP address", arity);
}

inline bool read(TermReader& r, Ip& out, const Context&) {
    return read_address(r, out);
}
inline bool read(TermReader& r, SourceIp& out, const Context&) {
    return read_address(r, out.ip);
}
inline bool read(TermReader& r, NodeAddress& out, const Context&) {
    if (r.peek() == TermKind::tuple) return read_address(r, out);
    return r.text(out.emplace<std::string>());
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
    return r.text(out.emplace<std::string>());
}

inline bool read(TermReader& r, TagValue& out, const Context&);

template <HasFields T>
bool read(TermReader& r, T& out, const Context& c);

template <class T>
bool read(TermReader& r, std::vector<T>& out, const Context& c) {
    out.clear();
    return r.each([&](TermReader& element) { return read(element, out.emplace_back(), c); });
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

/// Where the fields of one tuple stand while it is read.
struct TupleProgress {
    std::size_t at;          ///< offset of the tuple
    std::uint32_t arity;     ///< announced
    std::uint32_t used;      ///< elements read so far
    bool long_form = false;  ///< trailing fields are there
};

template <class T>
inline constexpr std::uint32_t trailing_count = [] {
    std::uint32_t count = 0;
    for_each_field<T>([&](const auto& entry) {
        if constexpr (requires { entry.trailing; })
            if (entry.trailing) ++count;
    });
    return count;
}();

/// Elements that the wire form of `value` has, without trailing fields.
template <class T>
std::uint32_t plain_count(const T& value, const Context& c) {
    std::uint32_t count = 0;
    for_each_field<T>([&](const auto& entry) {
        if constexpr (requires { entry.trailing; }) {
            if (entry.trailing) return;
        }
        if (entry.present(value, c)) ++count;
    });
    return count;
}

template <class T>
bool fail_count(TermReader& r, const T& value, const TupleProgress& tuple, std::uint32_t leading,
                const Context& c) {
    const auto plain = leading + plain_count(value, c);
    const auto expected = trailing_count<T> == 0
                              ? fmt::format("{}", plain)
                              : fmt::format("{} or {}", plain, plain + trailing_count<T>);
    return r.fail_arity(tuple.at, expected, tuple.arity);
}

template <class T, class M>
bool read_entry(TermReader& r, T& out, const Field<T, M>& entry, TupleProgress& tuple,
                const Context& c) {
    if (entry.trailing) {
        if (tuple.used == tuple.arity && !tuple.long_form) {
            out.*entry.member = M{};
            return true;
        }
        tuple.long_form = true;
    }
    ++tuple.used;
    return read(r, out.*entry.member, c) || r.within(entry.name);
}

template <class T, class M>
bool read_entry(TermReader& r, T&, const CountOf<T, M>&, TupleProgress& tuple, const Context&) {
    // The list that follows carries its own length; the stock library does not compare them either.
    ++tuple.used;
    std::int64_t ignored = 0;
    return r.integer(ignored) || r.within("count");
}

template <class T>
bool read_entry(TermReader& r, T&, const Unused<T>&, TupleProgress& tuple, const Context&) {
    ++tuple.used;
    return r.skip();
}

/// Empties a member, keeping its capacity.
template <class M>
void reset(M& member) {
    if constexpr (requires { member.clear(); }) {
        member.clear();
    } else {
        member = M{};
    }
}

/// Empties the fields that this event may lack, so that none shows what an earlier one left.
template <HasFields T>
void reset_conditional(T& out) {
    for_each_field<T>([&](const auto& entry) {
        if constexpr (requires {
                          out.*entry.member;
                          entry.show;
                      }) {
            if (entry.on_wire != nullptr) reset(out.*entry.member);
        }
    });
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
            ok = fail_count(r, out, tuple, leading, c);
            return;
        }
        ok = read_entry(r, out, entry, tuple, c);
    });
    if (!ok) return false;
    if (tuple.used != tuple.arity) return fail_count(r, out, tuple, leading, c);
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

struct MarkerAtom {
    TagMarker marker;
    std::string_view atom;
    ValueType type;  ///< as which applications see it
};

/// The atoms that stand in the place of a value after a tag.
inline constexpr MarkerAtom marker_atoms[] = {
    {TagMarker::start, "start", ValueType::xmlbegin},
    {TagMarker::stop, "stop", ValueType::xmlend},
    {TagMarker::leaf, "leaf", ValueType::xmltag},
    {TagMarker::del, "delete", ValueType::xmlbegindel},
    {TagMarker::move_first, "move_first", ValueType::xmlmovefirst},
    {TagMarker::move_after, "move_after", ValueType::xmlmoveafter},
};

inline bool read_marker(TermReader& r, TagValue& out) {
    if (r.peek() != TermKind::atom) return false;
    TermReader ahead = r;
    AtomView atom;
    if (!ahead.atom(atom)) return false;
    const auto* found =
        std::ranges::find_if(marker_atoms, [&](const MarkerAtom& m) { return atom == m.atom; });
    if (found == std::end(marker_atoms)) return false;
    r = ahead;
    out.marker = found->marker;
    return true;
}

inline bool read(TermReader& r, TagValue& out, const Context&) {
    XmlTag tag;
    if (!r.tuple_of(2) || !read_tag(r, tag)) return false;
    out.ns = tag.ns;
    out.tag = tag.tag;
    if (!read_marker(r, out)) {
        out.marker = TagMarker::value;
        if (!read_value(r, out.v)) return r.within("v");
    }
    r.leave();
    return true;
}

inline bool read_completion(TermReader& r, StreamNotification& out) {
    const auto at = r.offset();
    AtomView atom;
    if (!r.atom(atom)) return false;
    if (atom == "replay_complete") {
        out.type = STREAM_REPLAY_COMPLETE;
    } else if (atom == "notification_complete") {
        out.type = STREAM_NOTIFICATION_COMPLETE;
    } else {
        std::string name;
        atom.assign_to(name);
        return r.fail(
            Errc::bad_value, at,
            fmt::format("expected replay_complete or notification_complete, found '{}'", name));
    }
    return true;
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

// ---- Writing. ----

void write(TermWriter& w, Number auto value, const Context&) {
    w.integer(value);
}

template <Enumeration E>
void write(TermWriter& w, E value, const Context&) {
    w.integer(static_cast<std::underlying_type_t<E>>(value));
}

inline void write(TermWriter& w, const std::string& text, const Context&) {
    w.text(text);
}

inline void write(TermWriter& w, const AtomText& text, const Context&) {
    if (fits_atom(text)) {
        w.atom(text);
    } else {
        w.text(text);
    }
}

inline void write(TermWriter& w, const OptionalText& text, const Context&) {
    if (text) {
        w.text(*text);
    } else {
        w.atom("undefined");
    }
}

inline void write(TermWriter& w, const OptionalInt& value, const Context&) {
    if (value) {
        w.integer(*value);
    } else {
        w.atom("undefined");
    }
}

inline void write(TermWriter& w, const LoginTime& time, const Context&) {
    if (time.seconds) {
        w.integer(*time.seconds);
    } else {
        w.binary({});
    }
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

inline void write(TermWriter& w, const TagValue& value, const Context&) {
    w.tuple(2);
    write_tag(w, {value.ns, value.tag});
    if (value.marker == TagMarker::value) return write_value(w, value.v);
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
        w.atom("undefined");
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
        if (entry.trailing) return w.text((value.*entry.member).value_or(""));
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
        w.atom("undefined");
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
