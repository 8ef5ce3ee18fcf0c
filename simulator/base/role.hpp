// SPDX-License-Identifier: Apache-2.0
// Groups of subscribers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/session/subscription.hpp"

namespace confd::sim {

/// A group of subscribers, told by what they subscribe to. A subscriber takes the first role that
/// fits and has room; one that fits none has no role and gets what is sent to all.
struct Role {
    std::string name;
    std::uint32_t must = 0;      ///< bits that the mask has
    std::uint32_t must_not = 0;  ///< bits that it lacks
    std::optional<std::int64_t> verbosity;
    std::string stream;     ///< empty for any, or none
    std::size_t count = 0;  ///< how many at once; 0 for any number

    bool fits(const Subscription& subscription) const {
        const auto mask = subscription.mask;
        if ((mask & must) != must || (mask & must_not) != 0) return false;
        if (verbosity && subscription.verbosity != *verbosity) return false;
        return stream.empty() || (subscription.stream && subscription.stream->name == stream);
    }
};

/// Stands for all of them, and is the role of every subscriber when a scenario names none.
inline constexpr std::string_view all_roles = "all";

}  // namespace confd::sim
