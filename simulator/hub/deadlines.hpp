// SPDX-License-Identifier: Apache-2.0
// When something is due, for very many at once: the next deadline costs nothing to ask, and what is
// due costs nothing for those that are not.
#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "simulator/base/ids.hpp"

namespace confd::sim {

/// One deadline for each key: the earliest of all that it waits for.
template <class Key>
class Deadlines {
  public:
    /// In place of the one before; nothing for none. `noted` is where the key keeps its deadline,
    /// empty at first: most calls change nothing, and then nothing is looked up.
    void set(Key key, std::optional<Instant>& noted, std::optional<Instant> time) {
        if (noted == time) return;
        if (noted) order_.erase({*noted, key});
        if (time) order_.emplace(*time, key);
        noted = time;
    }

    std::optional<Instant> next() const {
        return order_.empty() ? std::nullopt : std::optional(order_.begin()->first);
    }

    /// Those whose time has come, in the order of the keys. They stay until they are set anew.
    std::vector<Key> due(Instant now) const {
        std::vector<Key> keys;
        for (const auto& [time, key] : order_) {
            if (time > now) break;
            keys.push_back(key);
        }
        std::ranges::sort(keys);
        return keys;
    }

  private:
    std::set<std::pair<Instant, Key>> order_;
};

}  // namespace confd::sim
