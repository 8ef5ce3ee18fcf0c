// SPDX-License-Identifier: Apache-2.0
// The control interface on sockets: HTTP, with the page, the API, metrics and the event feed of
// README.md. Runs on the simulator's executor and never blocks it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "simulator/control/target.hpp"
#include "simulator/log/record.hpp"
#include "transport/endpoint.hpp"

namespace boost::asio {
class any_io_executor;
}

namespace confd::sim {

/// Not thread-safe: use it from the one thread of its executor.
class ControlServer {
  public:
    /// The target must outlive the server. It is called from the executor only, so what it does may
    /// call record(). `run` tells this run from earlier ones on the same port: any number that
    /// differs, such as the time of day.
    ControlServer(const boost::asio::any_io_executor& executor, ControlTarget& target,
                  std::uint64_t run);
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;
    /// Closes everything at once.
    ~ControlServer();

    /// Binds, listens and serves. Returns where, with the real port, or a sentence.
    std::expected<transport::Endpoint, std::string> listen(const transport::Endpoint& endpoint);

    /// Counts it and shows it to all readers. To be called for everything that goes to the log.
    void record(const LogRecord& record);

    /// Listens no more and closes every connection once what is queued has gone out, in a second at
    /// most; then calls `done`, never from inside this function.
    void stop(std::function<void()> done);

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace confd::sim
