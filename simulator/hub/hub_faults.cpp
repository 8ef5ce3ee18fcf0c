// SPDX-License-Identifier: Apache-2.0
// Faults, which stand between a subscriber's session and its connection while any is for it.
#include <utility>

#include "simulator/hub/hub.hpp"

namespace confd::sim {

std::expected<FaultId, FaultProblem> Hub::add_fault(FaultSpec fault) {
    pass_on();
    auto added = context_.faults.add(std::move(fault));
    // Not only when output is written: the last subscriber may be closed before that.
    for (auto& [id, known] : subscribers_) {
        const Access subscriber(*this, known.get());
        subscriber->meet_faults();
    }
    return added;
}

bool Hub::remove_fault(FaultId id) {
    pass_on();
    return context_.faults.remove(id);
}

/// The faults of this moment are done to what has been sent so far.
void Hub::pass_on() {
    for (auto& [id, known] : subscribers_) {
        const Access subscriber(*this, known.get());
        auto& output = subscriber->output();
        if (!output.session().has_output()) continue;
        subscriber->meet_faults();
        output.pass_on(context_.latest);
    }
    report_faults();
}

void Hub::report_faults() {
    for (auto& hit : context_.faults.take_hits()) {
        if (auto* const subscriber = find(hit.peer)) subscriber->count_fault();
        context_.events.add(
            FaultStruck{hit.peer, hit.fault, std::move(hit.note), hit.send, std::move(hit.came)});
    }
}

}  // namespace confd::sim
