// The server's subscribers, without I/O: who is there, who gets which event, who owes what, and
// what goes wrong on purpose.
//
// The owner (simulator/server, or a test) moves bytes between sockets and peers, and time in. What
// happened comes out of poll() in the order in which it happened.
#pragma once

#include <boost/container/flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/ids.hpp"
#include "simulator/base/role.hpp"
#include "simulator/faults/line.hpp"
#include "simulator/hub/barriers.hpp"
#include "simulator/hub/deadlines.hpp"
#include "simulator/hub/events.hpp"
#include "simulator/hub/listeners.hpp"
#include "simulator/hub/outlet.hpp"
#include "simulator/hub/peer.hpp"
#include "simulator/hub/peer_list.hpp"
#include "simulator/limits/peer_limits.hpp"
#include "simulator/maapi/transactions.hpp"
#include "simulator/streams/streams.hpp"

namespace confd::sim {

/// How much may wait for a subscriber that reads slowly (docs/protocol.md, REQ-SLOW-3). Far above
/// what a healthy one leaves unread, far below what would bother this machine.
struct QueueLimits {
    std::size_t soft = std::size_t{2} << 20;  ///< for so long at most: `patience`
    std::size_t hard = std::size_t{8} << 20;  ///< at once
    std::chrono::milliseconds patience = std::chrono::seconds(10);
};

struct HubConfig {
    ServerConfig server;
    std::size_t max_subscribers = 0;  ///< further ones are refused; 0 for any number
    std::vector<Role> roles;
    StreamBookConfig streams;
    QueueLimits queue;
    PeerLimits limits;  ///< their times are of this hub's clock
    /// What MAAPI peers are told of the YANG modules; null for none.
    std::shared_ptr<const maapi::SchemaReplies> schemas;
    /// The time of day that `clock_origin` is.
    WallTime wall_origin;
    Instant clock_origin;
};

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

class Hub {
  public:
    explicit Hub(HubConfig config);
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    // Connections. A peer is known from connect() to forget().

    /// Whether another connection is to be kept: there are not too many that have not subscribed.
    bool has_room() const {
        return config_.limits.pending == 0 || pending_ < config_.limits.pending;
    }
    PeerId connect(Instant now, const Challenge& challenge);
    void feed(Instant now, PeerId peer, ByteView bytes);
    /// The peer will send no more. It is disconnected when what it sent has been dealt with.
    void eof(Instant now, PeerId peer);
    /// How much to read from the peer next, of `size` bytes.
    std::size_t wanted(PeerId peer, std::size_t size) const;
    /// The connection is gone; nothing can be sent.
    void forget(PeerId peer, std::string reason = {});
    /// The peer took nothing for too long, and its connection has been cut: it is forgotten, and
    /// the others are told with a DAEMON event.
    void drop_slow(Instant now, PeerId peer, const std::string& reason);

    /// Where flush() writes to; it outlives the peer.
    void attach(PeerId peer, Outlet& outlet);
    /// Does what is to be done with connections now, of those peers alone to which something has
    /// happened, in the order in which they connected. Whether more is to be done at once, when
    /// others have had their turn: a long replay.
    bool flush(Instant now);
    /// For peers without an outlet: what is to be done with the connection now, in order. `unsent`
    /// is what the owner still has of the bytes it was given before.
    std::vector<Action> output(Instant now, PeerId peer, std::size_t unsent = 0);
    /// The owner has got rid of some of what it was given: there may be room for more.
    void written(PeerId peer, std::size_t unsent);
    /// Whether nothing should be read from the peer for the moment: a fault stalls it, it has not
    /// read its answers, or it gives acknowledgements that nothing waits for too fast.
    bool reading_paused(Instant now, PeerId peer) const;

    // Time.

    /// Does what is due (heartbeats, health checks, stop times, expired barriers, faults) and
    /// returns what happened since the last call.
    std::vector<HubEvent> poll(Instant now);
    /// When poll() or output() has something to do even if nothing arrives.
    std::optional<Instant> next_deadline() const;
    WallTime wall(Instant now) const {
        return config_.wall_origin +
               std::chrono::duration_cast<std::chrono::microseconds>(now - config_.clock_origin);
    }

    // Events.

    /// `diff` is what the transaction of a COMMIT_DIFF changes: it can be read until nothing waits
    /// for the event any more.
    Sent send(Instant now, const Notification& notification, const Target& target = {},
              maapi::DiffPtr diff = nullptr);
    /// An event of a stream, with the tree that filters look at.
    Sent send(Instant now, const StreamEvent& event, const Target& target);
    /// Bytes as they are, to every subscriber of the role.
    void send_bytes(ByteView bytes, std::string_view role = everybody);
    /// Ends a subscriber's connection.
    void close(PeerId peer, CloseHow how);
    /// One observer, which outlives the hub's last call; or null. Events carry their numbers to
    /// outlets meanwhile (Outlet::mark).
    void observe(HubObserver* observer) { observer_ = observer; }
    /// Gets what each subscriber got and gave, once nothing more can come: in forget().
    void on_gone(std::function<void(const PeerStats&)> observer) { on_gone_ = std::move(observer); }
    /// From now on whom the server closes stayed to the end.
    void end() { ending_ = true; }
    /// Sees every event that is sent, beats excepted.
    void on_send(std::function<void(const Notification&, const Sent&)> observer) {
        on_send_ = std::move(observer);
    }

    Barriers& barriers() { return barriers_; }
    const Barriers& barriers() const { return barriers_; }

    // Faults are done to what is sent between their coming and their going, whenever that leaves.

    std::expected<FaultId, FaultProblem> add_fault(FaultSpec fault);
    bool remove_fault(FaultId id);
    const FaultBoard& faults() const { return board_; }

    // Who is there.

    /// Subscribers of this role, or all of them; in the order in which they connected.
    std::vector<PeerId> subscribers(std::string_view role = everybody) const;
    std::size_t subscriber_count(std::string_view role = everybody) const {
        return listeners_.count(role);
    }
    /// Null for a peer that is not known. What it has been sent may not be in its output yet.
    const ServerSession* session(PeerId peer) const;
    std::string_view role_of(PeerId peer) const;
    const PeerCounters* counters(PeerId peer);
    /// Until now; nothing of a peer that never was a subscriber.
    std::optional<PeerStats> stats(PeerId peer);
    /// Bytes that wait for the peer, here and, when last told, at the owner.
    std::size_t queued(PeerId peer);
    /// Subscribers since the start, those that are gone included.
    std::size_t subscriptions() const { return subscriptions_; }
    /// Events that filters of subscribers were ended on, since the start.
    std::uint64_t filter_ends() const { return filter_ends_; }
    /// Whether the server's own syslog is silent: somebody has taken it over.
    bool syslog_taken() const { return takers_ > 0; }

  private:
    Peer* find(PeerId id) const;
    void look(Instant now, PeerId id, Peer& peer);
    void on_ack(Instant now, PeerId id, Peer& peer);
    void on_closed(PeerId id, Peer& peer);
    void detach(PeerId id, Peer& peer, std::string reason, bool by_us = false, bool slow = false);
    void leave(PeerId id, Peer& peer);
    void note_end(Peer& peer, bool by_us, bool slow, const std::string& reason) const;
    void release(SendId send);
    void happened(HubEvent event);

    // hub_subscribe.cpp: who is let in, and as what.
    void decide(Instant now, PeerId id, Peer& peer);
    std::expected<void, PeerError> open_feed(Peer& peer) const;
    void admit(Instant now, PeerId id, Peer& peer);
    void assign_role(Peer& peer) const;
    bool takes_place(const Peer& peer);
    static void start_beats(Instant now, Peer& peer);

    // hub_send.cpp: events.

    /// A replay goes on when less than this waits for the subscriber: a long log is not queued at
    /// once.
    static constexpr std::size_t replay_queue = std::size_t{256} << 10;

    void hand_out();
    void give(PeerId id, Peer& peer);
    static bool may_share(const Peer& peer);
    void keep_share(Peer& peer);
    static ByteView take_share(Peer& peer);
    void write_share(Instant now, Peer& peer);
    void mark_share(Peer& peer, Share share) const;
    void clear_batches();
    bool only_shares(PeerId id, Peer& peer);
    Sent new_send() { return {.id = ++last_send_, .recipients = 0, .owed = {}, .error = {}}; }
    void pump(Instant now, PeerId id, Peer& peer);
    void note_filter(PeerId id, Peer& peer);

    // hub_time.cpp: what is due.
    void visit(Instant now, PeerId id);
    void send_beats(Instant now, Peer& peer);
    std::optional<Instant> deadline_of(const Peer& peer) const;
    std::optional<Instant> stop_time(const Peer& peer) const;
    void note(PeerId id, Peer& peer);
    void note_queue(PeerId id, Peer& peer);
    void settle(PeerId id, Peer& peer);
    void settle_all();

    // hub_maapi.cpp: peers that are no subscribers, but read schemas and diffs.
    void on_request(PeerId id, Peer& peer);
    bool answer(PeerId id, Peer& peer);
    void report_calls(PeerId id, Peer& peer);
    void end_maapi(PeerId id, Peer& peer);
    static bool answers_wait(const Peer& peer);
    void open_transaction(const Notification& notification, SendId send, maapi::DiffPtr diff);

    // hub_lines.cpp: faults between session and connection.
    void make_lines(Peer& peer, PeerId id, Stage out, Stage in);
    void ensure_lines(Peer& peer, PeerId id);
    void take_in(Instant now, PeerId id, Peer& peer, ByteView bytes);
    void move_in(Instant now, PeerId id, Peer& peer);
    void carry_out(PeerId id, Peer& peer, CloseHow how);
    void pass_on();
    void drop_output(Peer& peer);
    Bytes take_output(Peer& peer, Marks& marks) const;
    void report_hits();

    // hub_output.cpp: from the hub to connections.
    std::vector<Action> output(Instant now, PeerId id, Peer& peer, std::size_t unsent);
    void written(PeerId id, Peer& peer, std::size_t unsent);
    static bool reading_paused(Instant now, const Peer& peer);

    // hub_queue.cpp: subscribers that do not read.
    static std::size_t queued(const Peer& peer);
    bool is_crowded(const Peer& peer) const {
        return peer.crowded_since || queued(peer) > config_.queue.soft;
    }
    void check_queue(Instant now, PeerId id, Peer& peer);
    Lost take_lost(Peer& peer);
    void tell_others(Instant now, PeerId id, const std::string& text);

    // hub_limits.cpp: peers that send too much, too fast, or not at all.
    void count_pending(Peer& peer);
    bool acks_flow(Instant now, PeerId id, Peer& peer);
    std::optional<InputClock::Due> input_due(const Peer& peer) const;
    std::optional<Instant> limits_deadline(const Peer& peer) const;
    void check_limits(Instant now, PeerId id, Peer& peer);
    PaceLimit ack_pace() const { return {config_.limits.ack_burst, config_.limits.ack_rate}; }

    HubConfig config_;
    StreamBook book_;
    /// Looked up for each event and each peer: side by side, they are found at once.
    boost::container::flat_map<PeerId, std::unique_ptr<Peer>> peers_;
    Listeners listeners_;
    Deadlines<PeerId> deadlines_;  // of peers
    std::set<PeerId> touched_;     // poll() looks at them, whatever the time is
    /// What a subscriber was written last: the next batch is probably as long, and takes its memory
    /// at once.
    std::size_t usual_batch_ = 0;
    static constexpr std::size_t max_usual_batch = std::size_t{64} << 10;
    bool news_ = false;     // some audience has events that its members don't know of
    bool batches_ = false;  // some audience has had a batch since the last flush()
    PeerList ready_;        // output() has something for them
    PeerId last_peer_ = 0;
    SendId last_send_ = 0;
    std::size_t subscriptions_ = 0;
    std::uint64_t filter_ends_ = 0;
    std::size_t pending_ = 0;  // peers that have not subscribed, those turned down included
    std::size_t takers_ = 0;   // subscribers with NOTIF_TAKEOVER_SYSLOG
    std::map<std::string, std::size_t, std::less<>> vacancies_;  // places of a role that were left
    Barriers barriers_;
    maapi::Transactions transactions_;
    FaultBoard board_;
    Instant latest_;  // when something was last asked for
    std::vector<HubEvent> happened_;
    HubObserver* observer_ = nullptr;
    bool ending_ = false;
    std::function<void(const Notification&, const Sent&)> on_send_;
    std::function<void(const PeerStats&)> on_gone_;
};

}  // namespace confd::sim
