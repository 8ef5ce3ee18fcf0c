// SPDX-License-Identifier: Apache-2.0
// The simulator on a Loopback: a scenario, played to every client that connects, with its log in
// memory. It is what simulator/server is over sockets.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"
#include "simulator/hub/hub.hpp"
#include "simulator/scenario/engine.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/server/recorder.hpp"
#include "testing/loopback.hpp"

namespace confd::testing {

class SimServer : public LoopServer {
  public:
    /// Both must outlive it.
    SimServer(Loopback& net, const sim::Scenario& scenario, std::optional<Bytes> secret = {});
    ~SimServer() override;

    void run() override;
    std::optional<Instant> next_deadline() const override;

    /// As SIGTERM does: the scenario ends where it is.
    void stop();
    /// Whether the scenario is over and every connection closed.
    bool ended() const { return ended_.has_value(); }
    /// When that was.
    Instant end() const { return *ended_; }
    bool stopped() const { return stopped_; }
    const sim::Engine& engine() const { return engine_; }
    sim::Hub& hub() { return hub_; }
    const sim::Hub& hub() const { return hub_; }
    const sim::Scenario& scenario() const { return scenario_; }

    /// What became of the last event that was sent, beats excepted.
    const sim::Sent& last_sent() const { return last_sent_; }

    /// What `--log` writes.
    const std::string& log() const { return log_; }

  private:
    class Line;

    void accept();
    bool read(Line& line);
    void finish();
    void close_all();

    Loopback& net_;
    const sim::Scenario& scenario_;
    sim::Hub hub_;
    sim::Recorder recorder_;
    sim::Engine engine_;
    std::string log_;
    sim::Sent last_sent_;
    std::map<sim::PeerId, std::unique_ptr<Line>> lines_;
    std::vector<sim::HubEvent> events_;
    std::uint64_t connections_ = 0;
    bool again_ = false;  // the hub has more to do at once
    bool stopped_ = false;
    std::optional<Instant> closing_;  // since when
    std::optional<Instant> ended_;
};

}  // namespace confd::testing
