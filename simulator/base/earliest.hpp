// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <optional>

#include "simulator/base/ids.hpp"

namespace confd::sim {

/// The first of these times; nothing when there is none.
inline std::optional<Instant> earliest(std::initializer_list<std::optional<Instant>> times) {
    std::optional<Instant> out;
    for (const auto& time : times) {
        if (time && (!out || *time < *out)) out = time;
    }
    return out;
}

}  // namespace confd::sim
