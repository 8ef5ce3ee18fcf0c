// SPDX-License-Identifier: Apache-2.0
// Everything that happens, as records: for the message log and for the control page. Without either
// it costs nothing.
//
// One record for each thing, in the order in which things happen. An acknowledgement has its record
// when the hub has judged it, and what came behind it waits for that; what faults do to what comes
// in is done before.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/faults/message.hpp"
#include "simulator/hub/hub.hpp"
#include "simulator/log/record.hpp"
#include "simulator/scenario/world.hpp"

namespace confd::sim {

/// The record of kind `log` that ends what the scenario did: what follows is the closing of
/// connections.
inline constexpr std::string_view scenario_over = "the scenario is over";

class Recorder : public HubObserver {
  public:
    using Sink = std::function<void(const LogRecord&)>;

    /// The hub must outlive the recorder.
    Recorder(Hub& hub, std::function<Instant()> now) : hub_(hub), now_(std::move(now)) {}

    /// From the first on the hub is observed.
    void add_sink(Sink sink);
    bool on() const { return !sinks_.empty(); }

    /// Where the next connection comes from.
    void connecting(const std::string& address) { address_ = address; }
    /// Bytes as they go to the socket, and which events they are.
    void sent(PeerId peer, ByteView bytes, const Marks& marks);
    /// Bytes that came once the server had closed: the peer was not served any more.
    void dropped(PeerId peer, ByteView bytes);
    void event_sent(const Notification& event, const Sent& sent);
    void step(const Trace& trace);
    /// Of standard error, about this peer if it is about one.
    void line(const std::string& text, PeerId peer = 0, SendId send = 0);
    /// The connection is closed, or given up at the end of the run. Its record is the last of the
    /// peer: where the hub does not know yet, it follows when the hub does. `how`, if there is more
    /// to say of it, ends the record's text.
    void closed(PeerId peer, std::string_view how = {});

    void connects(PeerId peer) override;
    void happened(const HubEvent& event) override;
    void comes_in(PeerId peer, ByteView bytes) override;

  private:
    struct Connection {
        MessageCutter in;
        MessageCutter out;
        std::string role = {};
        std::deque<WireMessage> waiting =
            {};  // what came in, from an acknowledgement on that is not judged
        std::optional<std::string> left = {};  // that the hub has seen it go, in words
        bool closed = false;
        std::string how = {};  // it was closed, when that says something
    };

    LogRecord record(RecordKind kind) const;
    void write(const LogRecord& record) const;
    void write_message(PeerId peer, const Connection& connection, const WireMessage& message,
                       LogDirection direction, const AckReceived* judged = nullptr) const;
    void write_waiting(PeerId peer, Connection& connection, bool all);
    void on_ack(const AckReceived& ack);
    void on_gone(const Disconnected& gone);
    void on_fault(const FaultStruck& fault) const;
    void write_end(PeerId peer);

    Hub& hub_;
    std::function<Instant()> now_;
    std::vector<Sink> sinks_;
    std::map<PeerId, Connection> connections_;
    std::string address_;
};

}  // namespace confd::sim
