// Everything that happens, as records: for the message log and for the control page. Nobody pays
// for it unless one of them is on.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "simulator/faults/unit.hpp"
#include "simulator/hub/hub.hpp"
#include "simulator/log/record.hpp"
#include "simulator/scenario/world.hpp"

namespace confd::sim {

class Recorder {
  public:
    using Sink = std::function<void(const LogRecord&)>;

    /// The hub must outlive the recorder.
    explicit Recorder(const Hub& hub) : hub_(hub) {}

    void add_sink(Sink sink) { sinks_.push_back(std::move(sink)); }
    bool on() const { return !sinks_.empty(); }

    void connected(Instant now, PeerId peer, const std::string& address);
    /// Bytes as they come from the socket and as they go to it.
    void received(Instant now, PeerId peer, ByteView bytes);
    void sent(Instant now, PeerId peer, ByteView bytes);
    void happened(Instant now, const HubEvent& event);
    void event_sent(Instant now, const Notification& event, const Sent& sent);
    void step(const Trace& trace);
    void line(Instant now, const std::string& text);

  private:
    struct Cutters {
        UnitCutter in;
        UnitCutter out;
    };

    LogRecord record(Instant now, RecordKind kind) const;
    void write(const LogRecord& record) const;
    void write_units(Instant now, PeerId peer, UnitCutter& cutter, LogDirection direction);
    void write_unit(Instant now, PeerId peer, const Unit& unit, LogDirection direction);

    const Hub& hub_;
    std::vector<Sink> sinks_;
    std::map<PeerId, Cutters> cutters_;
};

}  // namespace confd::sim
