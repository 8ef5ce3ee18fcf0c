// SPDX-License-Identifier: Apache-2.0
// How an event's fields are declared: once, in order, beside the struct.
//
//     struct SubagentNotification {
//         SubagentInfoType type{};
//         std::string name;
//         static constexpr auto fields() {
//             return std::tuple(field("type", &SubagentNotification::type),
//                               field("name", &SubagentNotification::name));
//         }
//     };
//
// Decoding, encoding, printing, JSON, scenario files and random generation all walk that list. A
// field's name is its key in JSON and in scenario files, and its place in an error's path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>

#include "protocol/release.hpp"

namespace confd {

/// How the fields of an event stand in the event's term.
enum class Shape : std::uint8_t {
    flat,    ///< {Type, Field, ..}
    nested,  ///< {Type, {Field, ..}}
    custom,  ///< the struct has read_event and write_event of its own
};

/// When a field appears in JSON and text.
enum class Show : std::uint8_t {
    present,   ///< when it is on the wire and not absent
    nonempty,  ///< the same, and it is not empty
    always,    ///< even when the wire form of this event lacks it (its default is shown)
    never,     ///< not at all: another entry of the list shows the member
};

template <class T, class M>
struct Field {
    using Owner = T;
    using Member = M;

    std::string_view name;
    M T::* member;
    /// Whether the wire form has the field, given the fields before it; null means always.
    bool (*on_wire)(const T&, const WireContext&) = nullptr;
    Show show = Show::present;
    /// At the end of the tuple, and only in longer forms of it: all trailing fields or none.
    bool trailing = false;
    /// A time: an integer is one in microseconds since 1970. Scenarios may say `now` there.
    bool time = false;
    /// What newer releases call it as well; empty for nothing.
    std::string_view newer_name = {};

    constexpr Field when(bool (*condition)(const T&, const WireContext&)) const {
        Field copy = *this;
        copy.on_wire = condition;
        return copy;
    }
    constexpr Field shown(Show how) const {
        Field copy = *this;
        copy.show = how;
        return copy;
    }
    constexpr Field as_time() const {
        Field copy = *this;
        copy.time = true;
        return copy;
    }
    constexpr Field renamed(std::string_view newer) const {
        Field copy = *this;
        copy.newer_name = newer;
        return copy;
    }
    constexpr Field at_end() const {
        Field copy = *this;
        copy.trailing = true;
        return copy;
    }
    constexpr bool present(const T& owner, const WireContext& context) const {
        return on_wire == nullptr || on_wire(owner, context);
    }
};

template <class T, class M>
constexpr Field<T, M> field(std::string_view name, M T::* member) {
    return {name, member};
}

/// A wire element that repeats the number of elements in another field; checked when read.
template <class T, class M>
struct CountOf {
    using Owner = T;
    M T::* member;
    constexpr bool present(const T&, const WireContext&) const { return true; }
};

template <class T, class M>
constexpr CountOf<T, M> count_of(M T::* member) {
    return {member};
}

/// A wire element that readers ignore.
template <class T>
struct Unused {
    using Owner = T;
    /// Written as 0, or else as the atom `undefined`.
    bool zero = false;
    bool (*on_wire)(const T&, const WireContext&) = nullptr;
    constexpr bool present(const T& owner, const WireContext& context) const {
        return on_wire == nullptr || on_wire(owner, context);
    }
};

template <class T>
concept HasFields = requires { T::fields(); };

/// T's list as a constant, so that walking it leaves nothing of it at run time.
template <HasFields T>
inline constexpr auto fields_of = T::fields();

/// Calls `f(entry)` for each entry of T's list, in order.
template <HasFields T, class F>
constexpr void for_each_field(F&& f) {
    std::apply([&](const auto&... entry) { (f(entry), ...); }, fields_of<T>);
}

/// Calls `f(index)` for the index of each entry, a constant, until one returns false. All of it is
/// inlined into the caller.
template <HasFields T, class F>
[[gnu::always_inline]] constexpr bool take_each_field(F&& f) {
    return [&]<std::size_t... I> [[gnu::always_inline]] (std::index_sequence<I...>) {
        return (f(std::integral_constant<std::size_t, I>{}) && ...);
    }(std::make_index_sequence<std::tuple_size_v<decltype(T::fields())>>{});
}

}  // namespace confd
