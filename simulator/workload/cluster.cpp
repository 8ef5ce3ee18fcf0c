// SPDX-License-Identifier: Apache-2.0
#include "simulator/workload/cluster.hpp"

#include <fmt/format.h>

#include "simulator/workload/names.hpp"

namespace confd::sim::workload {
namespace {

constexpr std::string_view node_names[] = {"edge2", "edge3", "edge4"};

HaNotification of_type(HaInfoType type) {
    HaNotification out;
    out.type = type;
    return out;
}

}  // namespace

HaNotification Cluster::ha(Choices& choices) {
    switch (role_) {
        case Role::none:
            return ha_of_none(choices);
        case Role::primary:
            return ha_of_primary(choices);
        case Role::secondary:
            break;
    }
    return ha_of_secondary(choices);
}

HaNotification Cluster::ha_of_none(Choices& choices) {
    if (choices.flip()) {
        role_ = Role::primary;
        return of_type(HA_INFO_IS_MASTER);
    }
    auto out = of_type(HA_INFO_BESLAVE_RESULT);
    if (choices.below(3) == 2) {
        out.beslave_result = one_of_all<HaErrorCode>(choices);
    } else {
        role_ = Role::secondary;
        initialized_ = false;
    }
    return out;
}

HaNotification Cluster::ha_of_primary(Choices& choices) {
    const auto* const name = &choices.of(node_names);
    const auto found = secondaries_.find(std::string(*name));
    if (found != secondaries_.end()) {
        auto out = of_type(HA_INFO_SLAVE_DIED);
        out.slave_died = {Value::buf(found->first), found->second};
        secondaries_.erase(found);
        return out;
    }
    if (secondaries_.empty() && choices.below(4) == 3) {
        role_ = Role::none;
        return of_type(HA_INFO_IS_NONE);
    }
    NodeAddress where;
    std::visit([&](const auto& ip) { where = ip; }, address(choices));
    auto out = of_type(HA_INFO_SLAVE_ARRIVED);
    out.slave_arrived = {Value::buf(std::string(*name)), where};
    secondaries_.emplace(*name, where);
    return out;
}

HaNotification Cluster::ha_of_secondary(Choices& choices) {
    if (!initialized_) {
        initialized_ = true;
        auto out = of_type(HA_INFO_SLAVE_INITIALIZED);
        out.cdb_initialized_by_copy = choices.flip() ? 1 : 0;
        return out;
    }
    role_ = Role::none;
    if (choices.flip()) return of_type(HA_INFO_IS_NONE);
    auto out = of_type(HA_INFO_NOMASTER);
    out.nomaster = choices.flip() ? HA_CLOSED : HA_NOTICK;
    return out;
}

SubagentNotification Cluster::subagent(Choices& choices) {
    auto name = fmt::format("linecard{}", 1 + choices.below(4));
    const bool up = subagents_.insert(name).second;
    if (!up) subagents_.erase(name);
    return {up ? SUBAGENT_INFO_UP : SUBAGENT_INFO_DOWN, std::move(name)};
}

ForwardNotification Cluster::forward(Choices& choices, const UserInfo& session) {
    ForwardNotification out{FORWARD_INFO_DOWN, node(choices), session};
    if (const auto up = forwarded_.extract(out.target)) {
        out.uinfo = up.mapped();
    } else if (choices.below(4) == 3) {
        out.type = FORWARD_INFO_FAILED;
    } else {
        out.type = FORWARD_INFO_UP;
        forwarded_.emplace(out.target, session);
    }
    return out;
}

void Cluster::drop_unless(const std::function<bool(std::int64_t usid)>& at_work) {
    std::erase_if(forwarded_, [&](const auto& up) { return !at_work(up.second.usid); });
}

UpgradeNotification Cluster::upgrade(Choices& choices) {
    const bool fails = choices.below(6) == 5;
    const auto before = upgrade_;
    if (!before) {
        upgrade_ = UPGRADE_INIT_STARTED;
        return {*upgrade_};
    }
    if (fails || *before == UPGRADE_PERFORMED) {
        upgrade_.reset();
        return {fails ? UPGRADE_ABORTED : UPGRADE_COMMITED};
    }
    upgrade_ = *before == UPGRADE_INIT_STARTED ? UPGRADE_INIT_SUCCEEDED : UPGRADE_PERFORMED;
    return {*upgrade_};
}

}  // namespace confd::sim::workload
