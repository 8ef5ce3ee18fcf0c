// What the hub knows of a connection.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/session/server_session.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/faults/line.hpp"
#include "simulator/hub/audience.hpp"
#include "simulator/hub/barriers.hpp"
#include "simulator/hub/outlet.hpp"
#include "simulator/hub/peer_stats.hpp"
#include "simulator/limits/input_clock.hpp"
#include "simulator/limits/pace.hpp"
#include "simulator/maapi/conversation.hpp"
#include "simulator/streams/feed.hpp"

namespace confd::sim {

struct PeerCounters {
    std::uint64_t events = 0;  ///< heartbeats and health checks included
    std::uint64_t beats = 0;
    std::uint64_t filter_ends = 0;  ///< events that its filter was ended on
    std::array<std::uint64_t, ack_verdict_count> acks{};
};

/// An event that comes by itself, at an interval.
struct Beat {
    std::uint32_t type = 0;
    std::chrono::milliseconds interval{};
    Instant next;
};

/// What a peer with faults has more than others.
struct Lines {
    FaultLine out;
    FaultLine in;
};

struct Peer {
    Peer(ServerSession s, Instant connected) : session(std::move(s)), input(connected) {}

    bool listens() const { return audience != nullptr; }
    /// Bytes that wait in front of what is queued next.
    std::size_t output_size() const { return passed.size() + session.output_size(); }

    // All that an event looks at, of most peers.
    Share share;                   ///< of the audience's batch: the session has no output then
    Audience* audience = nullptr;  ///< none while it gets no events
    std::size_t unsent = 0;        ///< at the owner, when last told
    std::optional<Instant> crowded_since;
    PeerCounters counters;
    std::unique_ptr<PeerStats> stats;  ///< of a subscriber: see Hub::stats()

    ServerSession session;
    Outlet* outlet = nullptr;
    InputClock input;
    Pace acks;  ///< acknowledgements that nothing waited for
    std::string role;
    std::vector<Beat> beats;
    std::optional<Feed> feed;
    std::unique_ptr<Lines> lines;
    std::unique_ptr<maapi::Conversation> maapi;  ///< of a MAAPI peer, from its first request
    Bytes passed;                     ///< sent before the first fault came: goes out untouched
    Marks marks;                      ///< of `passed` and, behind it, the session's output
    std::optional<CloseHow> close;    ///< once what is queued has gone
    std::optional<Instant> deadline;  ///< noted by the hub's Deadlines
    /// How much of `passed` and the session's output, up to the answer to its subscription, a reset
    /// does not take away.
    std::size_t reply = 0;
    bool unanswered = false;  ///< that answer has not left
    bool subscribed = false;  ///< is or was: the role and the subscription are known
    bool pending = true;      ///< neither a subscriber nor a MAAPI client yet
    bool acks_held = false;   ///< nothing is read: it gives them too fast
    bool acks_were_held = false;
    bool choked = false;    ///< a replay or an answer goes on when there is room
    bool detached = false;  ///< Disconnected has been reported
    bool half_closed = false;
    bool shut = false;    ///< the owner has been told to close the sending side
    bool ended = false;   ///< it will send no more
    bool closed = false;  ///< the owner has been told to close
};

}  // namespace confd::sim
