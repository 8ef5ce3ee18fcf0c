// SPDX-License-Identifier: Apache-2.0
// What became of each step of a scenario, for reports.
#pragma once

#include <cstdint>
#include <map>

#include "simulator/base/ids.hpp"
#include "simulator/scenario/step.hpp"

namespace confd::sim {

/// Of all rounds of a step together.
struct StepResult {
    std::uint64_t begun = 0;
    std::uint64_t done = 0;
    std::uint64_t failed = 0;
    Clock::duration took{};  ///< of those that have ended
    Instant began;           ///< the last one
};

class StepResults {
  public:
    void begins(const StepSpec& step, Instant now) {
        auto& result = results_[&step];
        ++result.begun;
        result.began = now;
    }
    void ends(const StepSpec& step, Instant now, StepStatus status) {
        auto& result = results_[&step];
        ++(status == StepStatus::done ? result.done : result.failed);
        result.took += now - result.began;
    }
    /// All zero for a step that was not reached.
    StepResult of(const StepSpec& step) const {
        const auto found = results_.find(&step);
        return found == results_.end() ? StepResult() : found->second;
    }

  private:
    std::map<const StepSpec*, StepResult> results_;
};

}  // namespace confd::sim
