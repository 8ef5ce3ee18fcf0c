// SPDX-License-Identifier: Apache-2.0
// The simulator that makes events when it is asked to, as --control and a trigger of the kit do
// together: each job is a user session, a transaction or a change of HA of its own, and waits as
// the daemon would.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>

#include "testing/sim_server.hpp"

namespace confd::kit::test {

class TriggeredSim : public testing::LoopServer {
  public:
    TriggeredSim(testing::Loopback& net, const sim::Scenario& scenario,
                 std::optional<Bytes> secret);

    void run() override;
    std::optional<testing::Instant> next_deadline() const override { return sim_.next_deadline(); }

    std::int64_t start_job(std::string_view event, int count);
    bool is_done(std::int64_t job) const;

  private:
    struct Job {
        std::int64_t id;
        std::string event;
        int left;
        sim::SendId waits_for = 0;  // 0: nothing
    };

    void advance(Job& job);
    bool may_go_on(const Job& job) const;
    bool is_open(sim::SendId send) const;
    sim::SendId send(const Job& job);

    testing::Loopback& net_;
    testing::SimServer sim_;
    std::int64_t last_id_ = 0;
    std::list<Job> jobs_;
};

}  // namespace confd::kit::test
