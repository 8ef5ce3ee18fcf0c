// SPDX-License-Identifier: Apache-2.0
// What reading, writing, printing and generating events by their fields have in common.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "protocol/notification/events/stream.hpp"
#include "protocol/notification/fields.hpp"
#include "protocol/value/value.hpp"

namespace confd::codec {

using Context = WireContext;

template <class T>
concept Enumeration = std::is_enum_v<T>;
template <class T>
concept Number = std::integral<T> && !std::same_as<T, bool>;

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

// ---- Tags of stream events. ----

struct MarkerAtom {
    TagMarker marker;
    std::string_view atom;
    ValueType type;  ///< as which applications see it
};

/// The atoms that stand in the place of a value after a tag.
inline constexpr std::array marker_atoms{
    MarkerAtom{TagMarker::start, "start", ValueType::xmlbegin},
    MarkerAtom{TagMarker::stop, "stop", ValueType::xmlend},
    MarkerAtom{TagMarker::leaf, "leaf", ValueType::xmltag},
    MarkerAtom{TagMarker::del, "delete", ValueType::xmlbegindel},
    MarkerAtom{TagMarker::move_first, "move_first", ValueType::xmlmovefirst},
    MarkerAtom{TagMarker::move_after, "move_after", ValueType::xmlmoveafter},
};

}  // namespace confd::codec
