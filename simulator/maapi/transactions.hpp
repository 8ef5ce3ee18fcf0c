// SPDX-License-Identifier: Apache-2.0
// Transactions that wait for their COMMIT_DIFF subscribers, and what they change
// (docs/protocol.md, "Diff iterate").
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "protocol/maapi/changes.hpp"
#include "protocol/session/handshake.hpp"
#include "simulator/base/ids.hpp"

namespace confd::sim::maapi {

/// Changes of one transaction; a scenario with more is not about diffs.
inline constexpr std::size_t max_changes = 10'000;

/// What a reader of a diff gets, in this order.
struct Diff {
    /// Where and how reading it fails, on request of the scenario.
    struct Failure {
        std::size_t after = 0;  ///< so many changes have been sent
        DiffEnd how;
    };

    std::vector<DiffChange> changes;
    std::optional<Failure> failure;
    /// Which of the changes are of presence containers themselves.
    std::set<std::size_t> presence_containers;
    /// And which are of leaf-lists as a whole.
    std::set<std::size_t> whole_leaf_lists;
    /// Readers get paths that are too long for what they said in their hello too.
    bool unsafe = false;
};
using DiffPtr = std::shared_ptr<const Diff>;

/// What of a diff a reader gets.
struct Asked {
    DiffPtr diff;
    std::size_t left_out = 0;  ///< changes whose paths the reader has no room for
};

/// With these IterFlag bits: attributes and presence containers only when asked for; a leaf-list
/// that is set as a whole as one leaf when asked for, otherwise as the entries that come and go.
/// Entries of leaf-lists stay what they are. Paths that `room` does not hold are left out: the
/// vendor's library crashes on them.
Asked asked_for(const Diff& diff, std::uint32_t flags, KeypathRoom room);

struct Transaction {
    std::int64_t handle = 0;
    std::int64_t usid = 0;
    DiffPtr diff;  ///< never null
};

class Transactions {
  public:
    /// The event `send` says that the transaction is about to be committed. A null diff is one
    /// without changes.
    void open(SendId send, Transaction transaction);
    /// Nothing waits for the event any more: the transaction is gone.
    void finish(SendId send) { open_.erase(send); }

    /// The event of the open transaction with this handle; of the latest, should a scenario have
    /// several. 0 for none.
    SendId find(std::int64_t handle) const;
    /// Null when it is gone.
    const Transaction* get(SendId send) const;
    std::size_t size() const { return open_.size(); }

  private:
    std::map<SendId, Transaction> open_;
};

}  // namespace confd::sim::maapi
