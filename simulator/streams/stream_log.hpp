// SPDX-License-Identifier: Apache-2.0
// What a stream has to tell: the scenario's log, and the live events after it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulator/base/ids.hpp"
#include "simulator/streams/access.hpp"
#include "simulator/streams/event_tree.hpp"

namespace confd::sim {

/// What follows the replay when the subscriber gave no stop time.
enum class AfterReplay : std::uint8_t {
    end,   ///< nothing (docs/protocol.md, REQ-STREAM-1)
    live,  ///< live events (RFC 5277)
};

struct StreamDefinition {
    std::string name;
    /// What has happened before the start, whatever its times say; in any order.
    std::vector<StreamEvent> log;
    AfterReplay after_replay = AfterReplay::end;
    /// Why every replay fails: the text of replay_failed.
    std::optional<std::string> replay_failed;
    /// Whether there is replay at all. Where not, a request for it is accepted and answered with
    /// replay_failed: no code is known with which the product would refuse the subscription.
    bool replay = true;
    bool replay_live = true;  ///< whether replays include live events, as far as remembered
    std::vector<AccessRule> access;
};

/// Live events that a stream remembers, for replays and for subscribers that read slowly. Enough
/// for any scenario that a person writes, and some ten megabytes when a generator writes it.
inline constexpr std::size_t default_remembered_events = 10'000;

struct LiveEvent {
    StreamEvent event;
    std::string stream;  ///< empty for every stream
    std::string role;    ///< `all_roles`, or the role that gets it
    WallTime appended;   ///< what stop times are compared with: see StreamCursor
    SendId send = 0;
};

/// Read by cursors, each with its own place in it. Live events are numbered from 0, and the oldest
/// are dropped when there are too many; the scenario's log stays.
class StreamLog {
  public:
    /// At most `remembered` live events are kept at a time.
    StreamLog(StreamDefinition definition, std::size_t remembered);

    void append(std::shared_ptr<const LiveEvent> event);

    /// With the log in the order of its times, equal ones as they were given.
    const StreamDefinition& definition() const { return definition_; }
    std::uint64_t first() const { return dropped_; }
    std::uint64_t end() const { return dropped_ + live_.size(); }
    /// The live event with this number, from first() to before end().
    const std::shared_ptr<const LiveEvent>& live(std::uint64_t number) const {
        return live_[static_cast<std::size_t>(number - dropped_)];
    }

  private:
    StreamDefinition definition_;
    std::size_t remembered_;
    std::uint64_t dropped_ = 0;
    std::deque<std::shared_ptr<const LiveEvent>> live_;
};

}  // namespace confd::sim
