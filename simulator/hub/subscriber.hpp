// SPDX-License-Identifier: Apache-2.0
// A client at the hub: a subscriber of events, a reader over MAAPI, or one that has not said yet
// which.
//
// It knows what its client asked for, what it may still send, and what goes out to it (Output).
// What concerns others (roles, barriers, the limit of subscribers) is the hub's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/session/server_session.hpp"
#include "simulator/faults/channel.hpp"
#include "simulator/hub/barriers.hpp"
#include "simulator/hub/hub_context.hpp"
#include "simulator/hub/output.hpp"
#include "simulator/hub/subscriber_stats.hpp"
#include "simulator/limits/input_timeout.hpp"
#include "simulator/limits/rate_limiter.hpp"
#include "simulator/maapi/conversation.hpp"
#include "simulator/streams/stream_cursor.hpp"

namespace confd::sim {

class Subscriber {
  public:
    enum class State : std::uint8_t {
        connected,
        ended,  ///< it sends no more; what it has sent may still have to be dealt with
        gone,   ///< its end has been reported; what is queued may still go out
    };

    Subscriber(PeerId id, const Challenge& challenge, Instant now, HubContext& hub);
    Subscriber(const Subscriber&) = delete;
    Subscriber& operator=(const Subscriber&) = delete;

    PeerId id() const { return id_; }
    bool gone() const { return state_ == State::gone; }
    const ServerSession& session() const { return session_; }
    const std::string& role() const { return role_; }
    Output& output() { return output_; }
    const Output& output() const { return output_; }
    /// Whether it is or was a subscriber: its role and its subscription are known.
    bool subscribed() const { return stats_ != nullptr; }
    /// Whether it has said what it is: a subscriber or a MAAPI client.
    bool established() const { return subscribed() || session_.is_maapi(); }
    /// Whether nothing is sent to it but what its group gets, and what it asked for itself.
    bool only_listens() const { return !cursor_ && maapi_ == nullptr && !has_faults(); }
    /// Whether it gets events.
    bool listens() const { return output_.group() != nullptr; }

    // Input.

    /// Bytes from the client, behind the faults.
    void feed(ByteView bytes);
    /// The same, through the faults, if there are any: move_in() says what comes of it. Otherwise
    /// false.
    bool delay(Instant now, ByteView bytes);
    /// What the faults let through, or make of it.
    std::vector<Action> move_in(Instant now);
    /// The client will send no more.
    void end(Instant now);
    /// Whether that is so, and faults hold nothing back any more: then the session is told.
    bool end_session();
    /// How much to read next, of `size` bytes.
    std::size_t wanted(std::size_t size) const;
    bool reading_paused(Instant now) const;
    /// What the session has found in what has come. Events that wait stay in their batch: only
    /// replies of the handshake are queued here, before there are any.
    ServerSession::Poll poll() { return session_.poll(); }
    /// The session needs more; it is looked at when that comes.
    void wait_for_input(Instant now) { input_.look(now, session_); }
    /// It is not looked at: what is missing of a frame is not the client's fault.
    void pause_input() { input_.pause(); }
    /// Refuses or ends what is not complete in time; whether it was so.
    bool time_out(Instant now);

    // The subscription.

    void refuse(const PeerError& error) { output_.session().refuse(error); }
    void open_stream(StreamCursor cursor) { cursor_.emplace(std::move(cursor)); }
    void admit(Instant now, std::string role);
    /// To be called by FanOut.
    void join(const SubscriberGroup& group);
    void leave();
    bool has_stream() const { return cursor_.has_value(); }
    /// Whether the server's own syslog is silent while it is there.
    bool takes_syslog() const {
        return (session_.subscription().mask & NOTIF_TAKEOVER_SYSLOG) != 0;
    }
    /// Sends what the stream has for it, as far as there is room: how many events.
    std::size_t pump(Instant now);
    /// Heartbeats and health checks that are due.
    void send_periodic(Instant now);

    // Acknowledgements.

    /// Whether the next message is to be looked at. Acknowledgements that nothing waits for are
    /// looked at no faster than their rate; what had come before the client left is let through.
    bool acks_flow(Instant now);
    bool acks_held() const { return acks_ == Acks::held; }
    void count(Instant now, const Barriers::Answer& answer);

    // MAAPI.

    void on_request();
    /// Sends on what it has asked for, as far as there is room. Whether it may ask for more.
    bool answer();
    bool reads_maapi() const { return maapi_ != nullptr; }

    // Faults.

    /// Faults that are active from here on are done to it, where they may be: they begin where a
    /// message begins.
    void meet_faults();
    /// From its very beginning.
    void meet_faults_at_once();
    bool has_faults() const { return faults_ != nullptr; }
    void count_fault();

    // What waits for it.

    bool crowded() const { return crowded_since_ || output_.waiting() > hub_.config.queue.soft; }
    /// Why it is to be closed: too much waits for it, or for too long.
    std::optional<std::string> overdue(Instant now);
    /// All that waits for it is not to be sent any more.
    Lost lose();
    /// Whether a replay or an answer stopped for want of room, and there is some now.
    bool can_go_on() const;

    // Its end, and what becomes of it.

    /// From now on it is gone.
    void leave_for_good(Left left, const std::string& reason);
    /// In place of how it was said to have ended.
    void note_end(Left left, const std::string& reason);
    /// Until now; nothing of one that never was a subscriber.
    std::optional<SubscriberStats> stats() const;
    /// Those of the end; null for one that never was a subscriber.
    const SubscriberStats* final_stats() const { return stats_.get(); }
    SubscriberCounters counters() const;

    // Time.

    /// When something is due that is done by time alone.
    std::optional<Instant> deadline() const;
    /// Where the hub keeps the one that it has noted.
    std::optional<Instant>& noted_deadline() { return noted_deadline_; }

  private:
    /// An event that comes by itself, at an interval.
    struct Periodic {
        std::uint32_t type = 0;
        std::chrono::milliseconds interval{};
        Instant next;
    };
    enum class Acks : std::uint8_t { never_held, held, held_before };

    void make_faults(Stage out, Stage in);
    void start_periodic(Instant now);
    void report_filter();
    void report_calls();
    bool answers_wait() const;
    std::optional<InputTimeout::Due> input_due() const;
    std::optional<Instant> limits_deadline() const;
    std::optional<Instant> stop_time() const;
    EventCounts events() const;
    RateLimit ack_rate() const {
        return {hub_.config.limits.ack_burst, hub_.config.limits.ack_rate};
    }

    HubContext& hub_;
    PeerId id_;
    State state_ = State::connected;
    Acks acks_ = Acks::never_held;
    bool stopped_for_room_ = false;  // a replay or an answer
    ServerSession session_;
    Output output_;
    std::optional<Instant> crowded_since_;
    std::optional<StreamCursor> cursor_;
    std::unique_ptr<maapi::Conversation> maapi_;  // from the first request
    std::unique_ptr<FaultChannel> faults_;        // inwards; outwards they are the output's
    InputTimeout input_;
    RateLimiter ack_limiter_;  // of acknowledgements that nothing waited for
    std::string role_;
    std::vector<Periodic> periodic_;
    std::unique_ptr<SubscriberStats> stats_;
    std::uint64_t beats_ = 0;
    std::uint64_t filter_ends_ = 0;
    std::optional<Instant> noted_deadline_;
};

}  // namespace confd::sim
