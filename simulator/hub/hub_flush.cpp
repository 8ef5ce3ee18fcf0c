// SPDX-License-Identifier: Apache-2.0
// Output: from the hub to connections.
#include <utility>

#include "simulator/hub/hub.hpp"

namespace confd::sim {

bool Hub::flush(Instant now) {
    announce();
    for (const auto id : ready_.take()) {
        if (auto* const subscriber = find(id)) flush(now, *subscriber);
    }
    fan_out_.clear();
    return !ready_.empty();
}

/// Nearly always all that there is for a subscriber is its group's batch.
void Hub::flush(Instant now, Subscriber& subscriber) {
    subscriber.meet_faults();
    auto& output = subscriber.output();
    if (!output.attached()) return output.catch_up();
    if (!subscriber.only_listens() || !output.write_batch(now)) write(now, subscriber);
    written(subscriber);
    output.pause_reading(subscriber.reading_paused(now));
}

void Hub::write(Instant now, Subscriber& subscriber) {
    subscriber.pump(now);
    // There may be room now for the rest of an answer, and for what was asked after it.
    if (subscriber.reads_maapi()) look(now, subscriber);
    auto& output = subscriber.output();
    auto actions = output.take(now);
    for (const auto& action : actions) {
        if (const auto* end = std::get_if<Close>(&action)) cut(subscriber, end->how);
    }
    if (subscriber.has_faults()) report_faults();
    output.perform(now, std::move(actions));
}

void Hub::progress(PeerId id) {
    if (auto* const subscriber = find(id)) written(*subscriber);
}

/// Output has gone to the connection, or left it. That moves no deadline of a subscriber that only
/// listens.
void Hub::written(Subscriber& subscriber) {
    subscriber.output().refresh();
    if (subscriber.can_go_on()) ready_.add(subscriber.id());
    if (subscriber.only_listens()) {
        note_crowd(subscriber);
    } else {
        note(subscriber);
    }
}

}  // namespace confd::sim
