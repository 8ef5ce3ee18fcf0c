// SPDX-License-Identifier: Apache-2.0
// What a confd-sim with subscribers that do nothing costs: its memory and its processor's time.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

#include "transport/endpoint.hpp"

namespace confd::bench {

/// confd-sim as a process of its own, on a scenario that only waits.
class IdleServer {
  public:
    explicit IdleServer(const std::string& program);
    IdleServer(const IdleServer&) = delete;
    IdleServer& operator=(const IdleServer&) = delete;
    ~IdleServer();

    const transport::Endpoint& endpoint() const { return endpoint_; }
    /// Bytes that are this process's alone (Private_Dirty of its maps).
    double memory() const;
    std::chrono::nanoseconds cpu_time() const;

  private:
    pid_t pid_ = 0;
    int output_ = -1;
    std::string scenario_;
    transport::Endpoint endpoint_;
};

}  // namespace confd::bench
