// SPDX-License-Identifier: Apache-2.0
// The kit's steps on a Loopback: no sockets, no processes, no waiting.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "conformance/kit/server/reach.hpp"
#include "testing/loopback.hpp"

namespace confd::kit::test {

class LoopReach : public server::Reach {
  public:
    /// Starts what a trigger starts; the result says whether it is over.
    using Start = std::function<std::function<bool()>(std::string_view event, int count)>;

    LoopReach(testing::Loopback& net, Start start) : net_(net), start_(std::move(start)) {}

    server::Clock::time_point now() const override { return net_.now(); }
    void sleep(std::chrono::milliseconds span) override { net_.sleep(span); }
    std::expected<std::unique_ptr<server::Connection>, std::string> connect(
        const server::Target& target, server::Clock::time_point deadline,
        int receive_buffer) override;
    std::expected<std::unique_ptr<server::Trigger>, std::string> trigger(
        const server::Target& target, std::string_view event, std::string_view count) override;
    /// What can be done is done before the clock goes on.
    bool needs_fence() const override { return false; }
    void let_programs_run() override {}

  private:
    testing::Loopback& net_;
    Start start_;
};

}  // namespace confd::kit::test
