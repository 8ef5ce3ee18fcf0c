// SPDX-License-Identifier: Apache-2.0
// What a hub's subscribers share.
#pragma once

#include <cstdint>
#include <utility>

#include "simulator/faults/active_faults.hpp"
#include "simulator/hub/config.hpp"
#include "simulator/hub/event_queue.hpp"
#include "simulator/maapi/transactions.hpp"

namespace confd::sim {

struct HubContext {
    explicit HubContext(HubConfig c) : config(std::move(c)) {}

    const HubConfig config;
    EventQueue events;
    ActiveFaults faults;
    maapi::Transactions transactions;
    std::uint64_t filter_ends = 0;  ///< events that filters of subscribers were ended on
    Instant latest;                 ///< when something was last asked for
};

}  // namespace confd::sim
