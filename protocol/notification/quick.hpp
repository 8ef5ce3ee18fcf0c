// SPDX-License-Identifier: Apache-2.0
// Takes events by their lists of fields in the forms that nearly all have
// (protocol/term/quick.hpp): events of other forms are refused, and terms of other forms inside are
// left to read.hpp. Included by notification.cpp alone, where it is instantiated.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <type_traits>
#include <vector>

#include "protocol/limits.hpp"
#include "protocol/notification/quick_kinds.hpp"

namespace confd::codec {

template <HasFields T>
Stop take_record(Cursor cursor, T& out, QuickContext& c);

template <HasFields T>
bool take(Cursor& cursor, T& out, QuickContext& c) {
    return go_on(cursor, take_record(cursor, out, c));
}

/// Not inlined into readers, of which it is no part that matters.
template <class T>
[[gnu::noinline]] void resize(std::vector<T>& list, std::size_t count) {
    list.resize(count);
}

/// The list in `out`, which keeps the memory of elements that are there already.
template <class T>
[[gnu::noinline, gnu::flatten]] Stop take_list(Cursor cursor, std::vector<T>& out,
                                               QuickContext& c) {
    if (quick::nil(cursor)) {
        out.clear();
        return cursor.next;
    }
    if constexpr (Number<T>) {
        if (ByteView bytes; quick::string(cursor, bytes)) {
            out.assign(bytes.begin(), bytes.end());
            return cursor.next;
        }
    }
    std::uint32_t count = 0;
    if (!quick::list(cursor, count)) return take_other(cursor, out, c);
    if (count > c.elements_left) return nullptr;
    c.elements_left -= count;
    // Room beyond the reserve is made only as elements arrive, whatever the header announces.
    const auto ready = std::min<std::size_t>(count, std::max(out.size(), list_reserve_cap));
    if (out.size() != ready) resize(out, ready);
    for (std::size_t i = 0; true; resize(out, std::min<std::size_t>(count, 2 * i))) {
        for (; i < out.size(); ++i) {
            if (!take(cursor, out[i], c)) return nullptr;
        }
        if (i == count) break;
    }
    return quick::nil(cursor) ? cursor.next : nullptr;
}

template <class T>
bool take(Cursor& cursor, std::vector<T>& out, QuickContext& c) {
    return go_on(cursor, take_list(cursor, out, c));
}

template <class T>
bool take(Cursor& cursor, OptionalList<T>& out, QuickContext& c) {
    if (quick::undefined(cursor)) {
        out.reset();
        return true;
    }
    if (!out) out.emplace();
    return take(cursor, *out, c);
}

template <class Row>
bool take(Cursor& cursor, Columns<Row>& out, QuickContext& c) {
    return take(cursor, out.rows, c);
}

template <class T, class M>
[[gnu::always_inline]] inline bool take_one(Cursor& cursor, T& out, const Field<T, M>& entry,
                                            QuickContext& c) {
    return take(cursor, out.*entry.member, c);
}
template <class T, class M>
[[gnu::always_inline]] inline bool take_one(Cursor& cursor, T&, const CountOf<T, M>&,
                                            QuickContext&) {
    std::int64_t ignored = 0;
    return quick::integer(cursor, ignored);
}
template <class T>
[[gnu::always_inline]] inline bool take_one(Cursor& cursor, T&, const Unused<T>&, QuickContext& c) {
    return go_on(cursor, quick::skip(cursor, c.elements_left));
}

/// The number of T's elements, or 0 when it depends on the event or on the peer.
template <HasFields T>
constexpr std::uint32_t fixed_count = [] {
    std::uint32_t count = 0;
    bool fixed = true;
    for_each_field<T>([&](const auto& entry) {
        ++count;
        if constexpr (requires { entry.on_wire; }) fixed &= entry.on_wire == nullptr;
        if constexpr (requires { entry.trailing; }) fixed &= !entry.trailing;
    });
    return fixed ? count : 0;
}();

template <HasFields T, std::size_t I>
using EntryOf = std::tuple_element_t<I, decltype(T::fields())>;

template <class Entry>
concept MemberEntry = requires(Entry entry) { entry.trailing; };

/// Whether another entry reads into the same member, because releases differ in its place.
template <HasFields T, std::size_t I>
constexpr bool listed_again = [] {
    int count = 0;
    if constexpr (MemberEntry<EntryOf<T, I>>) {
        for_each_field<T>([&](const auto& other) {
            if constexpr (std::same_as<std::remove_cvref_t<decltype(other)>, EntryOf<T, I>>) {
                if (other.member == std::get<I>(fields_of<T>).member) ++count;
            }
        });
    }
    return count > 1;
}();

/// Elements of a tuple that have not been read.
struct TupleRest {
    std::uint32_t count;
    bool long_form = false;  ///< trailing fields are there
};

/// The field of index I if this event has it; what it lacks must not show what an earlier one left.
template <HasFields T, std::size_t I>
[[gnu::always_inline]] inline bool take_entry(Cursor& cursor, T& out, TupleRest& rest,
                                              QuickContext& c) {
    constexpr auto entry = std::get<I>(fields_of<T>);
    if constexpr (MemberEntry<EntryOf<T, I>>) {
        if constexpr (listed_again<T, I>) {
            if (!entry.present(out, c)) return true;
        } else if (!entry.present(out, c)) {
            forget(out.*entry.member, c);
            return true;
        }
        if constexpr (entry.trailing) {
            if (rest.count == 0 && !rest.long_form) {
                forget(out.*entry.member, c);
                return true;
            }
            rest.long_form = true;
        }
    } else {
        if (!entry.present(out, c)) return true;
    }
    return rest.count-- != 0 && take_one(cursor, out, entry, c);
}

/// T's fields, out of a tuple that has `count` elements more.
template <HasFields T>
[[gnu::always_inline]] inline bool take_fields(Cursor& cursor, T& out, std::uint32_t count,
                                               QuickContext& c) {
    if constexpr (fixed_count<T> != 0) {
        return count == fixed_count<T> &&
               take_each_field<T>([&] [[gnu::always_inline]] (auto index) {
                   constexpr auto entry = std::get<index()>(fields_of<T>);
                   return take_one(cursor, out, entry, c);
               });
    } else {
        TupleRest rest{count};
        return take_each_field<T>([&] [[gnu::always_inline]] (auto index) {
                   if constexpr (listed_again<T, index()>)
                       forget(out.*std::get<index()>(fields_of<T>).member, c);
                   return true;
               }) &&
               take_each_field<T>([&] [[gnu::always_inline]] (auto index) {
                   return take_entry<T, index()>(cursor, out, rest, c);
               }) &&
               rest.count == 0;
    }
}

template <HasFields T>
[[gnu::flatten]] Stop take_record(Cursor cursor, T& out, QuickContext& c) {
    std::uint32_t arity = 0;
    return quick::tuple(cursor, arity) && take_fields(cursor, out, arity, c) ? cursor.next
                                                                             : nullptr;
}

inline Stop take_event(Cursor cursor, StreamNotification& out, QuickContext& c) {
    constexpr std::uint8_t pair_of_tuple[] = {static_cast<std::uint8_t>(Tag::small_tuple), 2,
                                              static_cast<std::uint8_t>(Tag::small_tuple)};
    if (cursor.left() >= sizeof pair_of_tuple &&
        std::memcmp(cursor.next, pair_of_tuple, sizeof pair_of_tuple) == 0) {
        cursor.next += 2;
        out.error.clear();
        out.type = STREAM_NOTIFICATION_EVENT;
        return take(cursor, out.event_time, c) && take(cursor, out.values, c) ? cursor.next
                                                                              : nullptr;
    }
    const auto atom = quick::peek_atom(cursor);
    if (atom.bytes.empty() || !completion_of(atom, out.type)) {
        return quick::with_reader(cursor, c.elements_left,
                                  [&](TermReader& reader) { return read_event(reader, out, c); });
    }
    quick::pass(cursor, atom);
    reset_conditional(out);
    return cursor.next;
}

/// What follows the event type in a tuple with `count` elements more.
template <class Body>
Stop take_body(Cursor cursor, Body& out, std::uint32_t count, QuickContext& c) {
    if constexpr (Body::shape == Shape::flat) {
        return take_fields(cursor, out, count, c) ? cursor.next : nullptr;
    } else {
        if (count != 1) return nullptr;
        if constexpr (Body::shape == Shape::custom) return take_event(cursor, out, c);
        return take_record(cursor, out, c);
    }
}

}  // namespace confd::codec
