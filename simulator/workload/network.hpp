// SPDX-License-Identifier: Apache-2.0
// What only NSO tells: its commit queue, devices that call home, what goes to devices.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "generate/choices.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/value/calendar.hpp"
#include "simulator/workload/sessions.hpp"

namespace confd::sim::workload {

class Network {
  public:
    explicit Network(const WireContext& wire) : wire_(wire) {}

    CqProgressNotification queue(Choices& choices, TimePoint now);
    CallHomeNotification call_home(Choices& choices);
    AuditNetworkNotification audit(Choices& choices, const Session& session);

  private:
    /// A commit in the queue.
    struct Item {
        std::int64_t id = 0;
        OptionalText tag;
        OptionalText trace_id;
        std::string service;
        std::vector<std::string> devices;
        CqItemType state = NCS_CQ_ITEM_WAITING;
    };

    const Item& add(Choices& choices, TimePoint now);
    static CqProgressNotification told(const Item& item, TimePoint now);

    WireContext wire_;
    std::vector<Item> items_;
    std::int64_t last_id_ = 0;
    std::set<std::string> connected_;
};

}  // namespace confd::sim::workload
