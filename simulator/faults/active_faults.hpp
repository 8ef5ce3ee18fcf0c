// SPDX-License-Identifier: Apache-2.0
// The faults that are active, and what they have done.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/base/close_how.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/faults/fault.hpp"
#include "simulator/faults/message.hpp"
#include "simulator/faults/random.hpp"

namespace confd::sim {

struct ActiveFault {
    FaultSpec spec;
    std::int64_t candidates = 0;  ///< messages, or connections, that it could have been done to
    std::int64_t hits = 0;        ///< those it was done to
};

/// What a fault did on one connection.
struct FaultTally {
    std::int64_t candidates = 0;
    std::int64_t hits = 0;
};

/// Something a fault did.
struct FaultHit {
    FaultId fault = 0;
    FaultKind kind{};
    PeerId peer = 0;
    std::string note;  ///< "fault 3 (drop): NOTIF_AUDIT to peer 2 dropped"
    SendId send = 0;   ///< of an event that goes out, where it is known
    Bytes came = {};   ///< what it struck, as it came in; empty for what goes out
};

class ActiveFaults {
  public:
    /// From now on, on connections that are there too. Gives the id.
    std::expected<FaultId, FaultProblem> add(FaultSpec spec);
    /// False when there is none. What it holds back still comes when it was to come.
    bool remove(FaultId id);

    const std::vector<ActiveFault>& faults() const { return active_; }
    /// Null when there is none.
    const ActiveFault* find(FaultId id) const;

    /// Whether any fault may be done to peers of this role (empty: before it is known). Connections
    /// that none touches need no channels.
    bool touches(std::string_view role) const;

    /// A new connection; how to end it at once, if so.
    std::optional<CloseHow> on_connect(PeerId peer);

    /// What happened since the last call, in order.
    std::vector<FaultHit> take_hits() { return std::exchange(hits_, {}); }

  private:
    friend class FaultChannel;

    /// Counts a candidate. When it is to be hit: the source of what is random in that.
    static std::optional<Choice> choose(ActiveFault& fault, FaultTally& tally, PeerId peer);
    void report(const FaultSpec& spec, PeerId peer, std::string_view what,
                const WireMessage& message = {});

    std::vector<ActiveFault> active_;
    std::vector<FaultHit> hits_;
    FaultId last_id_ = 0;
};

}  // namespace confd::sim
