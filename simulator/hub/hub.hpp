// SPDX-License-Identifier: Apache-2.0
// A message hub, without I/O: from the events that are sent to the subscribers that are there, and
// from what they say to what it means. Which of them gets what, what they owe for it, and what goes
// wrong on purpose.
//
// The owner (simulator/server, or a test) moves bytes between sockets and subscribers, and time in.
// What happened comes out of poll() in the order in which it happened.
//
//   Subscriber  what one client asked for, may send, and gets; its Output is what goes out to it
//   FanOut      from an event to the subscribers that get it: encoded once for each group of them
//   Barriers    which acknowledgements are owed for which event
//   Hub         which clients are let in, as what; what has happened; which subscribers are due for
//   a look
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

#include "simulator/hub/barriers.hpp"
#include "simulator/hub/config.hpp"
#include "simulator/hub/connection.hpp"
#include "simulator/hub/deadlines.hpp"
#include "simulator/hub/events.hpp"
#include "simulator/hub/fan_out.hpp"
#include "simulator/hub/hub_context.hpp"
#include "simulator/hub/id_list.hpp"
#include "simulator/hub/sent.hpp"
#include "simulator/hub/subscriber.hpp"

namespace confd::sim {

class Hub {
  public:
    explicit Hub(HubConfig config);
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    // Connections. A client is known from connect() to forget().

    /// Whether another connection is to be kept: there are not too many that have not subscribed.
    bool has_room() const {
        const auto limit = context_.config.limits.pending;
        return limit == 0 || subscribers_.size() - established_ < limit;
    }
    PeerId connect(Instant now, const Challenge& challenge);
    /// Where its output goes; the connection outlives the client.
    void attach(PeerId peer, Connection& connection);
    void feed(Instant now, PeerId peer, ByteView bytes);
    /// The client will send no more. It is disconnected when what it sent has been dealt with.
    void eof(Instant now, PeerId peer);
    /// How much to read from the client next, of `size` bytes.
    std::size_t wanted(PeerId peer, std::size_t size) const;
    /// The connection is gone; nothing can be sent.
    void forget(PeerId peer, std::string reason = {});
    /// The client took nothing for too long, and its connection has been cut: it is forgotten, and
    /// the others are told with a DAEMON event.
    void drop_slow(Instant now, PeerId peer, const std::string& reason);

    /// Does what is to be done with connections now, of those clients alone to which something has
    /// happened, in the order in which they connected. Whether more is to be done at once, when
    /// others have had their turn: a long replay.
    bool flush(Instant now);
    /// The connection has got rid of some of what was written: there may be room for more.
    void progress(PeerId peer);

    // Time.

    /// Does what is due (heartbeats, health checks, stop times, expired barriers, faults) and
    /// returns what happened since the last call.
    std::vector<HubEvent> poll(Instant now);
    /// When poll() or flush() has something to do even if nothing arrives.
    std::optional<Instant> next_deadline() const;
    WallTime wall(Instant now) const { return context_.config.wall(now); }

    // Events.

    /// `diff` is what the transaction of a COMMIT_DIFF changes: it can be read until nothing waits
    /// for the event any more.
    Sent send(Instant now, const Notification& notification, const Target& target = {},
              maapi::DiffPtr diff = nullptr);
    /// An event of a stream, with the tree that filters look at.
    Sent send(Instant now, const StreamEvent& event, const Target& target);
    /// Bytes as they are, to every subscriber of the role.
    void send_bytes(ByteView bytes, std::string_view role = all_roles);
    /// Ends a subscriber's connection.
    void close(PeerId peer, CloseHow how);
    /// One observer, which outlives the hub's last call; or null. Events carry their numbers to
    /// connections meanwhile (Connection::mark).
    void observe(HubObserver* observer) { context_.events.observe(observer); }
    /// Gets what each subscriber got and gave, once nothing more can come: in forget().
    void on_gone(std::function<void(const SubscriberStats&)> observer) {
        on_gone_ = std::move(observer);
    }
    /// From now on subscribers that the server closes have stayed to the end.
    void end() { ending_ = true; }
    /// Sees every event that is sent, heartbeats and health checks excepted.
    void on_send(std::function<void(const Notification&, const Sent&)> observer) {
        on_send_ = std::move(observer);
    }

    Barriers& barriers() { return barriers_; }
    const Barriers& barriers() const { return barriers_; }

    // Faults are done to what is sent between their coming and their going, whenever that leaves.

    std::expected<FaultId, FaultProblem> add_fault(FaultSpec fault);
    bool remove_fault(FaultId id);
    const ActiveFaults& faults() const { return context_.faults; }

    // The subscribers.

    /// Those of this role, or all of them; in the order in which they connected.
    std::vector<PeerId> subscribers(std::string_view role = all_roles) const;
    std::size_t subscriber_count(std::string_view role = all_roles) const {
        return fan_out_.count(role);
    }
    /// Null for a client that is not known. What it has been sent may not be in its output yet.
    const ServerSession* session(PeerId peer) const;
    std::string_view role_of(PeerId peer) const;
    /// Nothing of a client that is not known.
    std::optional<SubscriberCounters> counters(PeerId peer) const;
    /// Until now; nothing of a client that never was a subscriber.
    std::optional<SubscriberStats> stats(PeerId peer) const;
    /// Bytes that wait for the client, here and, when last told, in its connection.
    std::size_t queued(PeerId peer) const;
    /// Subscribers since the start, those that are gone included.
    std::size_t subscriptions() const { return subscriptions_; }
    /// Events that filters of subscribers were ended on, since the start.
    std::uint64_t filter_ends() const { return context_.filter_ends; }
    /// Whether the server's own syslog is silent: a subscriber has taken it over.
    bool syslog_taken() const { return syslog_takers_ > 0; }

  private:
    class Access;

    Subscriber* find(PeerId id) const;
    Access access(PeerId id);

    // hub.cpp: what clients send, and their end.
    enum class Ended : std::uint8_t { by_client, by_us, slow };
    void take_in(Instant now, Subscriber& subscriber, ByteView bytes);
    void move_in(Instant now, Subscriber& subscriber);
    void look(Instant now, Subscriber& subscriber);
    void on_ack(Instant now, Subscriber& subscriber);
    void on_closed(Subscriber& subscriber);
    void cut(Subscriber& subscriber, CloseHow how);
    void detach(Subscriber& subscriber, std::string reason, Ended ended);
    Left left(const Subscriber& subscriber, Ended ended) const;
    void release(SendId send);

    // hub_subscribe.cpp: which clients are let in, and as what.
    void decide(Instant now, Subscriber& subscriber);
    std::expected<void, PeerError> open_stream(Subscriber& subscriber) const;
    void admit(Instant now, Subscriber& subscriber);
    std::string role_for(const Subscription& subscription) const;
    bool takes_place(const std::string& role);

    // hub_send.cpp
    Sent new_send() { return {.id = ++last_send_, .recipients = 0, .owed = {}, .error = {}}; }
    void open_transaction(const Notification& notification, SendId send, maapi::DiffPtr diff);
    void tell_others(Instant now, const Subscriber& subscriber, const std::string& text);

    // hub_time.cpp: what is due, and which subscribers are to be looked at.
    void announce();
    void settle(Subscriber& subscriber);
    void note(Subscriber& subscriber);
    void note_crowd(const Subscriber& subscriber);
    void visit(Instant now, Subscriber& subscriber);
    void check_input(Instant now, Subscriber& subscriber);
    void check_queue(Instant now, Subscriber& subscriber);

    // hub_flush.cpp: output.
    void flush(Instant now, Subscriber& subscriber);
    void write(Instant now, Subscriber& subscriber);
    void written(Subscriber& subscriber);

    // hub_faults.cpp
    void pass_on();
    void report_faults();

    HubContext context_;
    Streams streams_;
    /// Looked up for each batch and each subscriber: side by side, they are found at once.
    boost::container::flat_map<PeerId, std::unique_ptr<Subscriber>> subscribers_;
    FanOut fan_out_;
    Barriers barriers_;
    Deadlines<PeerId> deadlines_;
    std::set<PeerId> touched_;  // poll() looks at them, whatever the time is
    IdList ready_;              // flush() has something to do for them
    PeerId last_peer_ = 0;
    SendId last_send_ = 0;
    std::size_t subscriptions_ = 0;
    std::size_t established_ = 0;    // of those that are known
    std::size_t syslog_takers_ = 0;  // subscribers with NOTIF_TAKEOVER_SYSLOG
    std::map<std::string, std::size_t, std::less<>> vacancies_;  // places of a role that were left
    bool ending_ = false;
    std::function<void(const Notification&, const Sent&)> on_send_;
    std::function<void(const SubscriberStats&)> on_gone_;
};

/// A subscriber to which something is done, or null. When the access ends, the hub notes what the
/// subscriber waits for from then on. All that is done to subscribers goes through this, but for
/// output that is written: that ends in written().
class Hub::Access {
  public:
    Access(Hub& hub, Subscriber* subscriber)
        : hub_(hub),
          subscriber_(subscriber),
          established_(subscriber != nullptr && subscriber->established()) {}
    Access(const Access&) = delete;
    Access& operator=(const Access&) = delete;
    ~Access() {
        if (subscriber_ == nullptr) return;
        if (!established_ && subscriber_->established()) ++hub_.established_;
        hub_.settle(*subscriber_);
    }

    explicit operator bool() const { return subscriber_ != nullptr; }
    Subscriber& operator*() const { return *subscriber_; }
    Subscriber* operator->() const { return subscriber_; }

  private:
    Hub& hub_;
    Subscriber* subscriber_;
    bool established_;
};

inline Subscriber* Hub::find(PeerId id) const {
    const auto found = subscribers_.find(id);
    return found == subscribers_.end() ? nullptr : found->second.get();
}

inline Hub::Access Hub::access(PeerId id) {
    return {*this, find(id)};
}

}  // namespace confd::sim
