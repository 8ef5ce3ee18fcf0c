// SPDX-License-Identifier: Apache-2.0
// A hub with subscribers to whom the input does what it likes, and what must hold all the same:
// every barrier ends once, nothing outside a mask is sent, events come in order and as they were,
// a subscriber that goes wrong disturbs no other, and queues are bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fuzz/input.hpp"
#include "protocol/session/client_session.hpp"
#include "simulator/hub/hub.hpp"

namespace confd::fuzz {

class HubPlay {
  public:
    explicit HubPlay(Input& input);

    /// Does what the input says, then lets everything end.
    void run();

  private:
    /// A connection that the hub flushes to.
    struct Line : sim::Connection {
        void write(sim::Instant, ByteView bytes) override {
            written.insert(written.end(), bytes.begin(), bytes.end());
        }
        void close(sim::CloseHow how) override { closed = how; }
        void pause_reading(bool) override {}
        std::size_t unsent() const override { return waiting + written.size(); }

        Bytes written;
        std::optional<sim::CloseHow> closed;
        std::size_t waiting = 0;  // of what was written before
    };
    /// A subscriber: its session, and the bytes under way between it and the hub.
    struct Subscriber {
        Subscriber(sim::PeerId peer, ClientConfig config) : id(peer), client(std::move(config)) {}

        sim::PeerId id;
        ClientSession client;
        Bytes to_hub;
        Bytes to_client;
        std::unique_ptr<Line> line;  // where the hub writes to
        std::deque<Bytes> expected;  // payloads that were sent and have not arrived
        std::vector<Ack> owes;       // for events that have arrived
        bool clean = true;           // nothing but what its session says has been sent, nor lost
        bool over = false;           // the hub has forgotten it
        bool half = false;           // the hub sends it no more
    };
    /// What the model knows of an event that has to be acknowledged.
    struct Open {
        std::vector<sim::Owed> owed;
        bool ended = false;
    };

    void step();
    void connect();
    void move(Subscriber& to, std::size_t most);
    void deliver(Subscriber& to, std::size_t most);
    void poll_client(Subscriber& who);
    void on_event(Subscriber& who);
    void send_event();
    void send_stream_event();
    std::string some_filter();
    void give_ack(Subscriber& who);
    void send_garbage(Subscriber& who);
    void end(Subscriber& who, bool reset);
    void change_faults();
    void limit_barrier();
    void poll();
    void take(Subscriber& who, const Bytes& bytes);
    void close(Subscriber& who, sim::CloseHow how);
    void finish();

    void on(const sim::Subscribed& event);
    void on(const sim::Refused& event);
    void on(const sim::AckReceived& event);
    void on(const sim::FilterEnded& event);
    void on(const sim::Disconnected& event);
    void on(const sim::BarrierReleased& event);
    void on(const sim::BarrierExpired& event);
    void on(const auto&) {}

    Subscriber* any();
    Subscriber* find(sim::PeerId id);
    void forget_owed(sim::PeerId peer);
    Open& open(sim::SendId send);

    Input& input_;
    WireContext context_;
    sim::Hub hub_;
    sim::Instant now_{};
    std::deque<Subscriber> subscribers_;
    std::map<sim::SendId, Open> barriers_;
    std::set<sim::PeerId> subscribed_;
    std::set<sim::PeerId> disconnected_;
    std::vector<sim::FaultId> faults_;
    std::uint64_t filter_ends_ = 0;
    bool faulty_ = false;  // bytes may be lost, changed or late from now on
};

}  // namespace confd::fuzz
