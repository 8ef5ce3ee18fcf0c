// SPDX-License-Identifier: Apache-2.0
// One direction of one connection, with the active faults done to what goes through.
//
//     channel.push(now, bytes);    // what the session sends, or the socket received
//     for (auto& action : channel.poll(now)) ...    // what really goes on, and when
//     wake_up_at(channel.deadline());
//
// What no fault touches comes out at the next poll(), behind what still waits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/release.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/faults/active_faults.hpp"
#include "simulator/faults/effect.hpp"
#include "simulator/faults/message.hpp"

namespace confd::sim {

/// Bytes to go on: outwards to the socket, in one write; inwards to the session.
struct Write {
    Bytes bytes;
    Marks marks = {};
};

/// The connection is to be closed. Both directions say it of the server's side of the socket.
struct Close {
    CloseHow how = CloseHow::fin;
};

using Action = std::variant<Write, Close>;

/// Inwards the client decides how much comes: reading pauses while more than this is held.
inline constexpr std::size_t inbound_held_limit = std::size_t{256} << 10;

class FaultChannel {
  public:
    /// The active faults outlive the channel. Faults added or removed later count from then on.
    FaultChannel(ActiveFaults& faults, PeerId peer, Direction direction,
                 Stage from = Stage::handshake);

    /// The subscription is granted: call before its reply is pushed. Until then only faults for
    /// "all" act, and fields of events are not found.
    void subscribed(std::string role, const WireContext& context);

    /// What the client's hello says that the connection is for; until then it counts as one of
    /// events. The channel inwards sees the hello itself.
    void serves(Service service);
    Service service() const { return service_; }

    /// Bytes as they come; incomplete messages wait for their end.
    void push(Instant now, ByteView bytes, std::span<const Mark> marks = {});
    void push(Instant now, WireMessage message);
    /// No more will be pushed: what was begun goes on as it is.
    void finish(Instant now);

    /// What goes on now, in order. Nothing comes after Close{fin} or Close{rst}; outwards nothing
    /// after Close{half} either.
    std::vector<Action> poll(Instant now);
    /// When poll() has something to do even if nothing is pushed.
    std::optional<Instant> deadline() const;

    /// Drops what is held and what is still pushed: the connection is gone.
    void stop();

    /// What is held, behind what has gone on.
    Bytes held_bytes() const;
    /// How much that is. The owner bounds them by not pushing more.
    std::size_t held() const { return held_ + cutter_.buffered(); }
    /// Whether nothing waits to go out; the owner closes a connection only then.
    bool idle() const { return queue_.empty() && late_.empty(); }
    /// A stall is on, or too much is held.
    bool reading_paused(Instant now) const;

  private:
    /// Bytes that wait for their turn and their time.
    struct Segment {
        Bytes bytes;
        SendId send = 0;
        std::size_t sent = 0;
        std::size_t piece = 0;              // in writes of so many bytes; 0 for one write
        std::chrono::milliseconds pause{};  // before each write, once nothing is in front of it
        Instant earliest;
        std::optional<Instant> gathering;   // others to be sent with are waited for until then
        std::chrono::milliseconds stall{};  // before the first of them
        std::optional<CloseHow> close;
    };
    using Segments = std::vector<Segment>;

    /// Units that wait for each other.
    struct Gather {
        std::int64_t missing = 0;
        Instant until;
    };
    /// A frame that others overtake.
    struct Late {
        Segments segments;
        std::int64_t missing = 0;
        Instant until;
    };

    bool is_candidate(const FaultSpec& fault, const WireMessage& message) const;
    std::string name() const;
    Segments segments_of(Instant now, const FaultEffect& effect) const;
    void schedule(Instant now, const FaultEffect& effect);
    bool ends(CloseHow how) const;
    void gather(Instant now, const FaultEffect& effect, Segments& segments);
    void overtake(Instant now);
    void enqueue(Instant now, Segments segments);
    Instant due(const Segment& head) const;
    void emit(Instant now, std::vector<Action>& out);

    ActiveFaults& faults_;
    PeerId peer_;
    Direction direction_;
    Service service_ = Service::events;
    bool subscribed_ = false;
    std::string role_;
    WireContext context_;
    MessageCutter cutter_;
    std::map<FaultId, FaultTally> tallies_;
    std::deque<Segment> queue_;
    std::vector<Late> late_;
    std::optional<Gather> gather_;
    Instant head_since_;
    std::size_t held_ = 0;
    bool over_ = false;  // an end is queued or has come: nothing follows it
};

}  // namespace confd::sim
