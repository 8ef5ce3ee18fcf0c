// SPDX-License-Identifier: Apache-2.0
// Which acknowledgements are still owed (docs/protocol.md, "What waits").
//
// A barrier is what one sent event waits for: one acknowledgement from each subscriber that owes
// one. It opens when the event is sent and ends exactly once: released, when the last of them has
// answered or gone, or expired.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "protocol/session/ack.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/hub/deadlines.hpp"

namespace confd::sim {

/// One acknowledgement that one subscriber owes.
struct Owed {
    PeerId peer = 0;
    Ack ack;
    bool operator==(const Owed&) const = default;
};

enum class AckVerdict : std::uint8_t {
    known,      ///< a barrier waited for it
    duplicate,  ///< it has been given before
    late,       ///< its barrier has expired
    unknown,    ///< nothing waits or waited for it
};
inline constexpr std::size_t ack_verdict_count = 4;
std::string_view to_string(AckVerdict verdict);

class Barriers {
  public:
    struct Answer {
        AckVerdict verdict = AckVerdict::unknown;
        SendId send = 0;        ///< the event it belongs to; 0 when unknown
        bool released = false;  ///< it was the last that the barrier waited for
        Instant owed_since;     ///< of one that was owed, late or not
    };

    /// The event `send` needs this acknowledgement: one of each peer.
    void owe(SendId send, const Owed& owed, Instant now = {});

    /// An acknowledgement has come. It counts for the oldest event of that peer, with that kind and
    /// id, that has not been answered: subscribers answer in the order in which they read.
    Answer answer(PeerId peer, const Ack& ack);

    /// The peer is gone and holds nothing up any more. Returns the barriers that this released.
    std::vector<SendId> drop(PeerId peer);

    /// Ends an open barrier; returns what was not acknowledged. Answers are late from now on.
    std::vector<Owed> expire(SendId send);

    /// Expires an open barrier at this time, in place of an earlier one.
    void expire_at(SendId send, Instant deadline);
    std::optional<Instant> next_deadline() const { return deadlines_.next(); }
    /// Of an open barrier; nothing when it does not expire.
    std::optional<Instant> deadline(SendId send) const;
    /// Open barriers whose deadline has come, oldest first.
    std::vector<SendId> due(Instant now) const { return deadlines_.due(now); }

    bool is_open(SendId send) const { return open_.contains(send); }
    bool has_expired(SendId send) const { return expired_.contains(send); }
    /// What is not acknowledged yet, in the order in which they connected.
    std::vector<Owed> missing(SendId send) const;
    /// Barriers that are open, oldest first.
    std::vector<SendId> open() const;
    /// Acknowledgements that open barriers wait for from this peer.
    std::size_t owed_by(PeerId peer) const;

  private:
    struct Debt {
        Ack ack;
        SendId send = 0;
        bool expired = false;
        Instant since;
    };
    struct Account {
        std::deque<Debt> debts;  // in the order of sending
        std::deque<Debt> paid;   // the last ones, to tell duplicates
    };
    struct Barrier {
        std::map<PeerId, Ack> waits;
        std::optional<Instant> deadline;
    };

    using Open = std::map<SendId, Barrier>;

    static std::vector<Owed> owed(const Barrier& barrier);
    bool settle(SendId send, PeerId peer);
    void end(Open::iterator barrier);

    Open open_;
    Deadlines<SendId> deadlines_;
    std::set<SendId> expired_;
    std::map<PeerId, Account> accounts_;
};

}  // namespace confd::sim
