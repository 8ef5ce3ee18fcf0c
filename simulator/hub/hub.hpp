// The server's subscribers, without I/O: who is there, who gets which event, who owes what.
//
// The owner (simulator/server, or a test) moves bytes between sockets and peers, and time in. What
// happened comes out of poll() in the order in which it happened.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/session/server_session.hpp"
#include "simulator/hub/barriers.hpp"
#include "simulator/hub/ids.hpp"

namespace confd::sim {

/// A group of subscribers, told by what they subscribe to. A subscriber takes the first role that
/// fits and has room; one that fits none has no role and gets what is sent to all.
struct Role {
    std::string name;
    std::uint32_t must = 0;      ///< bits that the mask has
    std::uint32_t must_not = 0;  ///< bits that it lacks
    std::size_t count = 0;       ///< how many at once; 0 for any number

    bool fits(std::uint32_t mask) const { return (mask & must) == must && (mask & must_not) == 0; }
};

/// The role of every subscriber when a scenario names none.
inline constexpr std::string_view everybody = "all";

struct HubConfig {
    ServerConfig server;
    std::size_t max_subscribers = 0;  ///< further ones are refused; 0 for any number
    std::vector<Role> roles;
    /// The streams that exist; a subscription to another is refused. Empty: every stream exists.
    std::vector<std::string> streams;
};

// What happened.

struct Subscribed {
    PeerId peer = 0;
};
/// The handshake or the subscription was turned down.
struct Refused {
    PeerId peer = 0;
    std::string reason;
};
struct AckReceived {
    PeerId peer = 0;
    std::string role;
    Ack ack;
    AckVerdict verdict = AckVerdict::unknown;
    SendId send = 0;
};
/// Comes once for each peer, refused ones included.
struct Disconnected {
    PeerId peer = 0;
    bool subscribed = false;
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

using HubEvent =
    std::variant<Subscribed, Refused, AckReceived, Disconnected, BarrierReleased, BarrierExpired>;

/// Who gets an event, among those whose mask has it.
struct Target {
    std::string role = std::string(everybody);
    std::string stream;  ///< for stream events; empty for subscribers of any stream
};

/// What became of an event.
struct Sent {
    SendId id = 0;
    std::size_t recipients = 0;
    std::vector<Owed> owed;
    std::optional<Error> error;  ///< it could not be written in the dialect of some subscriber
};

struct PeerCounters {
    std::uint64_t events = 0;  ///< heartbeats and health checks included
    std::uint64_t beats = 0;
    std::array<std::uint64_t, ack_verdict_count> acks{};
};

class Hub {
  public:
    explicit Hub(HubConfig config) : config_(std::move(config)) {}

    // Connections. A peer is known from connect() to forget().

    PeerId connect(const Challenge& challenge);
    void feed(Instant now, PeerId peer, ByteView bytes);
    std::span<std::uint8_t> prepare(PeerId peer, std::size_t size);
    void commit(Instant now, PeerId peer, std::size_t size);
    /// The peer will send no more. It is disconnected when what it sent has been dealt with.
    void eof(Instant now, PeerId peer);
    /// The connection is gone; nothing can be sent.
    void forget(PeerId peer, std::string reason = {});

    /// Peers that have bytes to send or are to be closed.
    std::vector<PeerId> ready() const;
    Bytes take_output(PeerId peer);
    /// Whether the connection is to be closed once its output is gone.
    bool wants_close(PeerId peer) const;

    // Time.

    /// Does what is due (heartbeats, health checks, expired barriers) and returns what happened
    /// since the last call.
    std::vector<HubEvent> poll(Instant now);
    /// When poll() has something to do even if nothing arrives.
    std::optional<Instant> next_deadline() const;

    // Events.

    Sent send(const Notification& notification, const Target& target = {});
    Barriers& barriers() { return barriers_; }
    const Barriers& barriers() const { return barriers_; }

    // Who is there.

    /// Subscribers of this role, or all of them; in the order in which they connected.
    std::vector<PeerId> subscribers(std::string_view role = everybody) const;
    /// Null for a peer that is not known.
    const ServerSession* session(PeerId peer) const;
    std::string_view role_of(PeerId peer) const;
    const PeerCounters* counters(PeerId peer) const;
    /// Subscribers since the start, those that are gone included.
    std::size_t subscriptions() const { return subscriptions_; }

  private:
    /// An event that comes by itself, at an interval.
    struct Beat {
        std::uint32_t type = 0;
        std::chrono::milliseconds interval{};
        Instant next;
    };
    struct Peer {
        explicit Peer(ServerSession s) : session(std::move(s)) {}

        ServerSession session;
        std::string role;
        std::vector<Beat> beats;
        PeerCounters counters;
        bool subscribed = false;   // is or was: the role and the subscription are known
        bool stream_over = false;  // a stream's last event has been sent
        bool detached = false;     // Disconnected has been reported
    };

    void look(Instant now, PeerId id, Peer& peer);
    void decide(Instant now, PeerId id, Peer& peer);
    void on_ack(PeerId id, Peer& peer);
    void detach(PeerId id, Peer& peer, std::string reason);
    void assign_role(Peer& peer) const;
    void start_beats(Instant now, Peer& peer) const;
    void send_beats(Instant now, Peer& peer);
    bool receives(const Peer& peer, const Notification& notification, const Target& target) const;
    bool active(const Peer& peer) const { return peer.session.subscribed() && !peer.detached; }
    std::optional<PeerError> objection(const Subscription& subscription) const;

    HubConfig config_;
    std::map<PeerId, Peer> peers_;
    PeerId last_peer_ = 0;
    SendId last_send_ = 0;
    std::size_t subscriptions_ = 0;
    Barriers barriers_;
    std::vector<HubEvent> happened_;
};

}  // namespace confd::sim
