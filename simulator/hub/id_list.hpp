// SPDX-License-Identifier: Apache-2.0
// Subscribers with something to do, each once, in the order in which they connected.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "simulator/base/ids.hpp"

namespace confd::sim {

class IdList {
  public:
    /// An event goes to its subscribers in order: then this only appends.
    void add(PeerId id) {
        if (ids_.empty() || ids_.back() < id) return ids_.push_back(id);
        if (ids_.back() == id) return;
        if (const auto at = std::ranges::lower_bound(ids_, id); *at != id) ids_.insert(at, id);
    }
    bool empty() const { return ids_.empty(); }
    std::vector<PeerId> take() { return std::exchange(ids_, {}); }

  private:
    std::vector<PeerId> ids_;
};

}  // namespace confd::sim
