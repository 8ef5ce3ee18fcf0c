// SPDX-License-Identifier: Apache-2.0
#include "simulator/scenario/step.hpp"

#include <algorithm>

#include "simulator/scenario/world.hpp"

namespace confd::sim {

StepStatus SequenceRun::poll(World& world) {
    while (next_ < steps_.size()) {
        if (current_ == nullptr) {
            if (!world.spend_step()) {
                world.wake_at(world.now());
                return StepStatus::running;
            }
            current_ = steps_[next_]->start(scope_);
            world.begins(*steps_[next_]);
        }
        const auto status = current_->poll(world);
        if (status != StepStatus::running) world.ends(*steps_[next_], status);
        if (status != StepStatus::done) return status;
        current_.reset();
        ++next_;
    }
    return StepStatus::done;
}

void SequenceRun::accepts(std::vector<Accepted>& out) const {
    if (current_ != nullptr) current_->accepts(out);
}

bool SequenceRun::could_accept(const HubEvent& event) const {
    if (current_ != nullptr && current_->could_accept(event)) return true;
    const auto rest = next_ + (current_ != nullptr ? 1 : 0);
    return std::any_of(steps_.begin() + static_cast<std::ptrdiff_t>(std::min(rest, steps_.size())),
                       steps_.end(),
                       [&](const StepPtr& step) { return step->could_accept(event); });
}

bool could_accept(const std::vector<StepPtr>& steps, const HubEvent& event) {
    return std::ranges::any_of(steps,
                               [&](const StepPtr& step) { return step->could_accept(event); });
}

}  // namespace confd::sim
