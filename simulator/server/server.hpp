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
#include "simulator/scenario/world.hpp"
#include "transport/endpoint.hpp"

namespace confd::sim {

struct ServerOptions {
    std::vector<transport::Endpoint> listen;
    std::optional<Bytes> secret;      ///< of the access check
    std::size_t max_subscribers = 0;  ///< 0 for any number
    /// Lines for people, without the newline.
    std::function<void(const std::string&)> log;
};

/// How a run ended.
struct RunResult {
    Outcome outcome = Outcome::fulfilled;
    std::optional<Failure> failure;
    /// SIGINT or SIGTERM came before the scenario's end.
    bool stopped = false;
};

/// Listens, plays the scenario, sends what is left and closes every connection so that nothing sent
/// is lost. Logs "listening on ..", one line an endpoint, once peers can connect. The error is a
/// sentence: an address that cannot be listened on.
std::expected<RunResult, std::string> serve(const Scenario& scenario, const ServerOptions& options);

}  // namespace confd::sim
