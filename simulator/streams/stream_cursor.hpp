// SPDX-License-Identifier: Apache-2.0
// One subscription to a stream: which of its events come, in which order, and what ends them.
//
// A replay is what has been logged when the subscription is made: the scenario's log by time, then
// remembered live events as they were appended. What is appended later is live.
//
//   start  stop   documented (AfterReplay::end)          RFC 5277 (AfterReplay::live)
//   no     no     live events                            the same
//   yes    no     replay, replay_complete                replay, replay_complete, live events
//   yes    yes    replay, live events until the stop,    replay, replay_complete, live events
//                 notification_complete                  until the stop, notification_complete
//
// As documented, nothing follows replay_complete, so it is left out where more has to come.
//
// Times are inclusive, both of them: a subscriber that asks from an event's time to an event's time
// means these events. In a replay the event's own time counts. A live event counts by the clock
// when it was appended: "live until the stop" is about now, and scenarios write whatever times
// they like into their events. So the end comes once the clock is past the stop time. It makes
// no difference when the cursor is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "simulator/streams/stream_log.hpp"

namespace confd::sim {

/// What a subscriber asked for, checked.
struct CursorRequest {
    std::string stream;
    std::optional<WallTime> start;
    std::optional<WallTime> stop;               ///< only with a start, and not before it
    std::shared_ptr<const EventFilter> filter;  ///< null passes every event
    AccessRules access;                         ///< selected from the log's definition
};

/// Events that a filter was ended on, and why: the first time for which it has not been told.
struct FilterEnds {
    std::uint64_t events = 0;
    std::string why;
};

class StreamCursor {
  public:
    StreamCursor(std::shared_ptr<const StreamLog> log, CursorRequest request);

    /// The role of the subscriber, once it is known: before the first next(). Without one it gets
    /// what is sent to all.
    void set_role(std::string role) { role_ = std::move(role); }

    /// The next notification to send, or null when there is none now. Shared, so that every cursor
    /// hands out the same object.
    std::shared_ptr<const Notification> next(WallTime now);
    /// Which live event next() gave last; 0 for what was none.
    SendId send() const { return send_; }

    /// When next() has something to give even if nothing is appended: just after the stop time. It
    /// stays when it has passed, until the cursor has been read to its end.
    std::optional<WallTime> deadline() const;

    /// Whether nothing will come any more.
    bool over() const { return phase_ == Phase::over; }

    /// How many live events were dropped from the stream's memory before this cursor had looked at
    /// them. It is not known any more whether all of them were for it.
    std::uint64_t missed() const { return missed_; }

    /// On which events evaluating the filter was ended since this was last asked: they did not
    /// come.
    FilterEnds take_filter_ends() { return std::exchange(filter_ends_, {}); }

  private:
    enum class Phase : std::uint8_t { replay, live, over };

    std::shared_ptr<const Notification> next_replayed();
    std::shared_ptr<const Notification> next_logged();
    std::shared_ptr<const Notification> end_replay();
    std::shared_ptr<const Notification> next_live(WallTime now);
    std::shared_ptr<const Notification> finish(StreamType type, std::string error = {});
    std::shared_ptr<const LiveEvent> take(std::uint64_t end);
    bool in_range(WallTime time) const;
    bool addressed(const LiveEvent& live) const;
    bool passes(const StreamEvent& event);

    std::shared_ptr<const StreamLog> log_;
    CursorRequest request_;
    std::string role_;
    Phase phase_ = Phase::live;
    std::size_t next_logged_ = 0;
    std::uint64_t next_live_ = 0;
    std::uint64_t replay_end_ = 0;  // the first event that was not there at the subscription
    std::uint64_t missed_ = 0;
    SendId send_ = 0;
    FilterEnds filter_ends_;
};

}  // namespace confd::sim
