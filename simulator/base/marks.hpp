// SPDX-License-Identifier: Apache-2.0
// Which events are where in bytes that go to a peer: only while there is an observer (HubObserver).
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "simulator/base/ids.hpp"

namespace confd::sim {

/// An event begins here.
struct Mark {
    std::size_t at = 0;
    SendId send = 0;
};

/// In the order of their places.
using Marks = std::vector<Mark>;

/// Adds those of the bytes from `begin` to `end`, which come behind `offset` bytes.
inline void append_marks(Marks& to, std::size_t offset, std::span<const Mark> from,
                         std::size_t begin, std::size_t end) {
    const auto first = std::ranges::lower_bound(from, begin, {}, &Mark::at);
    for (auto mark = first; mark != from.end() && mark->at < end; ++mark)
        to.push_back({mark->at - begin + offset, mark->send});
}

/// Takes those of the first `size` bytes out.
inline Marks take_marks(Marks& from, std::size_t size) {
    if (from.empty()) return {};
    const auto rest = std::ranges::lower_bound(from, size, {}, &Mark::at);
    Marks out(from.begin(), rest);
    from.erase(from.begin(), rest);
    for (auto& mark : from)
        mark.at -= size;
    return out;
}

}  // namespace confd::sim
