// SPDX-License-Identifier: Apache-2.0
// What goes out to one connection: what is queued for it, what faults do to that, and how it ends.
//
// In the order in which it leaves: bytes that were sent before the first fault came, the session's
// own output, and the rest of its group's batch. Whatever is queued for the subscriber alone comes
// behind what the group has got, which is copied then; mostly nothing is, and the batch is written
// from where it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/session/server_session.hpp"
#include "simulator/faults/channel.hpp"
#include "simulator/hub/connection.hpp"
#include "simulator/hub/events.hpp"
#include "simulator/hub/group.hpp"

namespace confd::sim {

class Output {
  public:
    /// The session is the subscriber's: it keeps what it has to say until it is taken.
    explicit Output(ServerSession& session) : session_(session) {}
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    void attach(Connection& connection) { connection_ = &connection; }
    bool attached() const { return connection_ != nullptr; }

    // Its group.
    const SubscriberGroup* group() const { return group_; }
    void join(const SubscriberGroup& group);
    void leave();

    // Queueing.

    /// What the group has got is queued, as a copy.
    void catch_up();
    /// The session, to queue something for this subscriber alone.
    ServerSession& session();
    /// An event; `mark` is its number where that is to be known, or 0.
    std::expected<void, Error> send(const Notification& event, SendId mark);
    /// What is queued so far is lost in no reset: it ends with the answer to the subscription.
    void keep_reply() { reply_ = queued(); }
    /// Bytes that wait for the client, the connection's included.
    std::size_t waiting() const { return queued() + rest().size() + held() + unsent_; }
    /// Whether take() has something to do, but for what the group has got.
    bool pending() const { return queued() > 0 || faults_ != nullptr || close_due(); }

    // Faults.

    /// What is sent from now on goes through this. Until then it passes untouched.
    void set_faults(std::unique_ptr<FaultChannel> faults) { faults_ = std::move(faults); }
    FaultChannel* faults() { return faults_.get(); }
    const FaultChannel* faults() const { return faults_.get(); }
    /// What has been queued so far meets the faults of this moment, or none. Only when the session
    /// has output.
    void pass_on(Instant now);

    // Writing.

    /// When there is nothing but the rest of the group's batch, it is written; otherwise false.
    bool write_batch(Instant now);
    /// What is to be done with the connection now, in order; it has been done as far as the hub is
    /// concerned.
    std::vector<Action> take(Instant now);
    void perform(Instant now, std::vector<Action> actions);
    /// Asks the connection how much it has still to send.
    void refresh();
    /// The client is to be read from, or not.
    void pause_reading(bool pause);
    bool reading_paused() const { return paused_; }

    // Ending.

    /// Ends the connection once what is queued has gone, with `rst` at once. The strongest counts.
    void close(CloseHow how) {
        if (extent(how) > extent(close_)) close_ = how;
    }
    /// Whether it is to end, in one direction at least.
    bool closes() const { return close_.has_value(); }
    /// Drops what is queued, but for the answer to a subscription that has just been granted: the
    /// scenario has seen the subscriber, so the subscriber must get to know of it.
    void drop();
    /// The same; returns how much was never sent, in the connection too.
    Lost lose();

  private:
    ByteView rest() const { return group_ == nullptr ? ByteView() : group_->batch.from(got_); }
    std::size_t queued() const { return passed_.size() + session_.output_size(); }
    std::size_t held() const { return faults_ == nullptr ? 0 : faults_->held(); }
    bool close_due() const { return extent(close_) > extent(told_); }
    Bytes take_queued(Marks& marks);
    void take_faults(Instant now, std::vector<Action>& actions);
    void discard();

    // All that an event looks at, of most subscribers.
    const SubscriberGroup* group_ = nullptr;
    std::uint64_t got_ = 0;  // of the group's batch: so far it has been written or queued
    std::size_t unsent_ = 0;
    std::optional<CloseHow> close_;  // how it is to end
    std::optional<CloseHow> told_;   // how the connection has been told to end
    bool paused_ = false;
    std::unique_ptr<FaultChannel> faults_;
    Connection* connection_ = nullptr;
    ServerSession& session_;
    Bytes passed_;
    Marks marks_;  // of `passed_` and, behind it, the session's output
    /// How much of that a reset does not take away, until it has been taken.
    std::optional<std::size_t> reply_;
};

}  // namespace confd::sim
