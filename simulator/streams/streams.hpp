// SPDX-License-Identifier: Apache-2.0
// The notification streams of a server, without I/O: which exist, which sessions may subscribe, and
// what has been said on them. Subscriptions are cursors, which the owner reads at the pace of each
// subscriber.
#pragma once

#include <cstddef>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/session/subscription.hpp"
#include "simulator/streams/stream_cursor.hpp"

namespace confd::sim {

struct StreamsConfig {
    /// The streams that exist, with different names. None: every stream exists, with nothing to
    /// replay.
    std::vector<StreamDefinition> streams;
    /// The user sessions that exist. Nothing: all of them do, without names and groups.
    std::optional<std::vector<UserSession>> sessions;
    std::shared_ptr<const FilterCompiler> compiler;  ///< null: there are no filters
    std::size_t remembered = default_remembered_events;
};

class Streams {
  public:
    explicit Streams(StreamsConfig config);

    /// The error is what the subscriber is told: NOEXISTS, NOSESSION, XPATH, or PROTOUSAGE for
    /// times that make no sense. A start time in the future is accepted, unlike in RFC 5277: the
    /// times of a scenario's log are fixed, and it is played on any day.
    std::expected<StreamCursor, PeerError> subscribe(const StreamRequest& request) const;

    /// Adds a live event to a stream, or with an empty name to all; `now` is what stop times are
    /// compared with. An event for one role is kept from other roles in replays too. A notification
    /// of another type than STREAM_NOTIFICATION_EVENT reaches those that listen, past filters and
    /// access rules, ends their cursors and is not replayed. `send` is what StreamCursor::send()
    /// calls it. False when there is no such stream.
    bool append(std::string_view stream, StreamEvent event, std::string_view role, WallTime now,
                SendId send = 0);

  private:
    std::shared_ptr<StreamLog> find(std::string_view name) const;
    std::optional<UserSession> session(std::int64_t usid) const;
    std::expected<std::shared_ptr<const EventFilter>, PeerError> compile(
        const std::optional<std::string>& xpath) const;

    std::optional<std::vector<UserSession>> sessions_;
    std::shared_ptr<const FilterCompiler> compiler_;
    std::map<std::string, std::shared_ptr<StreamLog>, std::less<>> logs_;
    /// Without definitions all names share one log, so that names cost nothing.
    std::shared_ptr<StreamLog> shared_log_;
};

}  // namespace confd::sim
