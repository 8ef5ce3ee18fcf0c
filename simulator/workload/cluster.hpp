// SPDX-License-Identifier: Apache-2.0
// High availability, subagents, forwarded sessions and upgrades, each going from state to state.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "generate/choices.hpp"
#include "protocol/notification/notification.hpp"

namespace confd::sim::workload {

class Cluster {
  public:
    HaNotification ha(Choices& choices);
    SubagentNotification subagent(Choices& choices);
    /// One of this session begins, or one that has begun ends.
    ForwardNotification forward(Choices& choices, const UserInfo& session);
    /// Forwarded sessions of user sessions for which this is false never end.
    void drop_unless(const std::function<bool(std::int64_t usid)>& at_work);
    UpgradeNotification upgrade(Choices& choices);

  private:
    enum class Role { none, primary, secondary };

    HaNotification ha_of_none(Choices& choices);
    HaNotification ha_of_primary(Choices& choices);
    HaNotification ha_of_secondary(Choices& choices);

    Role role_ = Role::none;
    bool initialized_ = false;                        // a secondary that has its data
    std::map<std::string, NodeAddress> secondaries_;  // of a primary
    std::set<std::string> subagents_;                 // that are up
    std::map<std::string, UserInfo> forwarded_;       // sessions that are up, by target
    std::optional<UpgradeEvent> upgrade_;             // how far it has come
};

}  // namespace confd::sim::workload
