// SPDX-License-Identifier: Apache-2.0
// Serves a scenario on sockets: the hub and the engine, run over transport/.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/step_results.hpp"
#include "simulator/scenario/world.hpp"
#include "simulator/summary/run_summary.hpp"
#include "transport/endpoint.hpp"
#include "transport/socket_options.hpp"

namespace confd::sim {

struct ServerOptions {
    std::vector<transport::Endpoint> listen;
    std::optional<Bytes> secret;      ///< of the access check
    std::size_t max_subscribers = 0;  ///< 0 for any number
    QueueLimits queue;
    PeerLimits peers;  ///< in real time
    transport::SocketOptions socket;
    /// A subscriber that takes no byte for so long is closed (docs/protocol.md, REQ-SLOW-1).
    std::chrono::milliseconds write_timeout = std::chrono::seconds(15);
    double time_scale = 1;                       ///< see SimClock
    std::optional<std::string> log_file;         ///< every message, as JSON Lines
    bool step_results = false;                   ///< whether they are wanted
    std::optional<transport::Endpoint> control;  ///< HTTP
    /// Lines of the daemon's own syslog: what goes to subscribers of DAEMON, while none has taken
    /// the syslog over. May be empty.
    std::function<void(int priority, const std::string&)> syslog;
    /// Shows the state of things in one line of a terminal: gets what goes there. May be empty.
    std::function<void(const std::string&)> live;
    /// Lines for people, without the newline.
    std::function<void(const std::string&)> log;
};

/// How a run ended.
struct RunResult {
    Outcome outcome = Outcome::fulfilled;
    std::optional<Failure> failure;
    /// SIGINT, SIGTERM or SIGHUP came before the scenario's end.
    bool stopped = false;
    RunSummary summary;
    StepResults steps;  ///< with ServerOptions::step_results
    Instant end;
};

/// Listens, plays the scenario, sends what is left and closes every connection so that nothing sent
/// is lost. SIGINT, SIGTERM and SIGHUP stop it; from its end on they are blocked, so that one that
/// comes too late changes no exit code. A SIGHUP that was ignored before (nohup) stays so. Logs
/// "listening on ..", one line an endpoint, once peers can connect. The error is a sentence: an
/// address that cannot be listened on, a log that cannot be written.
std::expected<RunResult, std::string> serve(const Scenario& scenario, const ServerOptions& options);

}  // namespace confd::sim
