// SPDX-License-Identifier: Apache-2.0
// What happened at the hub, in the order in which it happened (Hub::poll).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "protocol/bytes.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/hub/barriers.hpp"
#include "simulator/maapi/call.hpp"
#include "simulator/streams/stream_cursor.hpp"

namespace confd::sim {

struct Subscribed {
    PeerId peer = 0;
    std::string role;
    std::uint32_t mask = 0;
    std::string stream;  ///< empty without NOTIF_STREAM_EVENT
    /// Another subscriber of the role had gone before, and none had taken its place.
    bool again = false;
};

/// The handshake or the subscription was turned down, or a subscriber sent something that is no
/// acknowledgement.
struct Refused {
    PeerId peer = 0;
    std::string reason;
    std::int64_t code = 0;   ///< what the client was told: ERR_NOEXISTS ..; 0 for the handshake
    bool malformed = false;  ///< the client sent what no client of this protocol sends
    Bytes frame;             ///< the frame at fault, cut after max_kept_frame bytes
    bool subscribed = false;
    std::string role;  ///< of a subscriber
};

struct AckReceived {
    PeerId peer = 0;
    std::string role;
    Ack ack;
    AckVerdict verdict = AckVerdict::unknown;
    SendId send = 0;
    Bytes frame;  ///< the payload as it came, cut after max_kept_frame bytes
};

/// What a subscriber was sent and never got, as far as it is known: what the kernel had taken is
/// not.
struct Lost {
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
};

/// Comes once for each peer, refused ones included.
struct Disconnected {
    PeerId peer = 0;
    bool subscribed = false;
    bool by_us = false;  ///< closed from here: a fault, a `close` step, a peer too slow
    bool maapi = false;  ///< it was no subscriber, but read schemas or diffs
    std::string role;
    std::string reason;  ///< empty when the peer just went away
};

/// The last acknowledgement that an event waited for is in, or the last that owed one is gone.
struct BarrierReleased {
    SendId send = 0;
};
struct BarrierExpired {
    SendId send = 0;
    std::vector<Owed> missing;
};

/// A subscriber with NOTIF_TAKEOVER_SYSLOG has come, or the last one has gone: the server keeps
/// its own syslog silent in between.
struct SyslogTaken {
    bool taken = false;
};

/// A subscriber did not read what was sent, and was closed; or it was closed before, and what was
/// still to go out to it never did. It is disconnected when this comes, or is now.
struct SlowConsumer {
    PeerId peer = 0;
    std::string role;
    std::string reason;
    Lost lost;
};

/// A subscriber gives acknowledgements that nothing waits for too fast: they are read at a bounded
/// rate from now on. Comes once for each subscriber.
struct AcksHeld {
    PeerId peer = 0;
    std::string role;
};

/// A subscriber's filter cost too much to evaluate: these events were not sent to it.
struct FilterEnded {
    PeerId peer = 0;
    std::string role;
    FilterEnds ends;
};

/// A fault struck: what it did, in words.
struct FaultStruck {
    PeerId peer = 0;
    std::uint32_t fault = 0;
    std::string note;
    SendId send = 0;  ///< of an event that goes out, where it is known
    Bytes came;       ///< what it struck, as it came in; empty for what goes out
};

/// A MAAPI peer has been answered.
struct MaapiCalled {
    PeerId peer = 0;
    maapi::Call call;
};

/// So much of a peer's frame is kept to be shown to people.
inline constexpr std::size_t max_kept_frame = 256;

using HubEvent =
    std::variant<Subscribed, Refused, AckReceived, Disconnected, BarrierReleased, BarrierExpired,
                 SyslogTaken, SlowConsumer, AcksHeld, FilterEnded, FaultStruck, MaapiCalled>;

/// Sees what happens at once; poll() tells it again. It must not change the hub.
class HubObserver {
  public:
    virtual ~HubObserver() = default;
    /// Comes before anything else of the peer.
    virtual void connects(PeerId peer) = 0;
    virtual void happened(const HubEvent& event) = 0;
    /// What comes from the peer, when faults have been done to it and nothing has looked at it yet.
    virtual void comes_in(PeerId peer, ByteView bytes) = 0;
};

}  // namespace confd::sim
