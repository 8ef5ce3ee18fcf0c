// SPDX-License-Identifier: Apache-2.0
#include "simulator/workload/network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "simulator/workload/names.hpp"

namespace confd::sim::workload {
namespace {

constexpr std::size_t most_items = 8;
constexpr std::uint16_t call_home_port = 4334;  // RFC 8071

std::int64_t milliseconds_of(TimePoint time) {
    return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

/// One to three, in their order, each once.
std::vector<std::string> some_devices(Choices& choices) {
    std::set<std::string> out;
    for (auto n = 1 + choices.below(3); n > 0; --n)
        out.insert(device(choices));
    return {out.begin(), out.end()};
}

}  // namespace

const Network::Item& Network::add(Choices& choices, TimePoint now) {
    Item item;
    // The product's ids are times, of which no two items have the same.
    item.id = last_id_ = std::max(last_id_ + 1, milliseconds_of(now));
    if (choices.flip()) item.tag = fmt::format("CR-{}", 4000 + choices.below(1000));
    if (wire_.dialect >= Dialect::v7x) item.trace_id = trace_id(choices);
    item.service = service(choices);
    item.devices = some_devices(choices);
    items_.push_back(std::move(item));
    return items_.back();
}

CqProgressNotification Network::told(const Item& item, TimePoint now) {
    CqProgressNotification out;
    out.type = item.state;
    out.timestamp = to_datetime(now);
    out.cq_id = item.id;
    out.cq_tag = item.tag;
    out.trace_id = item.trace_id;
    return out;
}

CqProgressNotification Network::queue(Choices& choices, TimePoint now) {
    if (items_.empty() || (items_.size() < most_items && choices.below(4) == 3)) {
        return told(add(choices, now), now);
    }
    const auto at = items_.begin() + static_cast<std::ptrdiff_t>(choices.below(items_.size()));
    auto& item = *at;
    const auto way = choices.below(8);
    if (item.state == NCS_CQ_ITEM_WAITING && way == 7) {
        item.state = NCS_CQ_ITEM_DELETED;
    } else if (item.state == NCS_CQ_ITEM_WAITING || item.state == NCS_CQ_ITEM_LOCKED) {
        item.state = NCS_CQ_ITEM_EXECUTING;
    } else if (way == 7) {
        item.state = NCS_CQ_ITEM_LOCKED;
    } else {
        item.state = way < 5 ? NCS_CQ_ITEM_COMPLETED : NCS_CQ_ITEM_FAILED;
    }
    auto out = told(item, now);
    const auto& last = item.devices.back();
    switch (item.state) {
        case NCS_CQ_ITEM_LOCKED:
            out.transient_devices.emplace({last});
            return out;
        case NCS_CQ_ITEM_EXECUTING:
            return out;
        case NCS_CQ_ITEM_COMPLETED:
            out.completed_devices = item.devices;
            out.completed_services.rows.emplace({CqCompletedService{item.service, item.devices}});
            break;
        case NCS_CQ_ITEM_FAILED: {
            const std::vector done(item.devices.begin(), item.devices.end() - 1);
            if (!done.empty()) out.completed_devices = done;
            out.failed_devices.rows.emplace({CqFailedDevice{last, "connection refused"}});
            out.failed_services.rows.emplace({CqFailedService{item.service, done, {last}}});
            break;
        }
        default:
            break;
    }
    items_.erase(at);
    return out;
}

CallHomeNotification Network::call_home(Choices& choices) {
    CallHomeNotification out;
    out.device = device(choices);
    const bool tells_of_ends = wire_.dialect >= Dialect::v8x;
    if (connected_.erase(out.device) != 0 && tells_of_ends) {
        // It has no address any more (docs/protocol.md, 6.11).
        out.type = CALL_HOME_DEVICE_DISCONNECTED;
        return out;
    }
    out.ip = address(choices);
    out.port = call_home_port;
    out.ssh_host_key = host_key(choices);
    out.ssh_key_alg = host_key_algorithm;
    if (choices.below(4) == 3) {
        out.type = CALL_HOME_UNKNOWN_DEVICE;
        out.device.clear();
    } else {
        out.type = CALL_HOME_DEVICE_CONNECTED;
        connected_.insert(out.device);
    }
    return out;
}

AuditNetworkNotification Network::audit(Choices& choices, const Session& session) {
    AuditNetworkNotification out;
    out.usid = session.uinfo.usid;
    out.user = session.uinfo.username;
    out.tid = session.transaction->handle;
    out.trace_id = session.transaction->trace_id;
    out.device = device(choices);
    const auto port = interface(choices);
    out.config = fmt::format("interface {}\n mtu {}\n", port, choices.flip() ? 9000 : 1500);
    return out;
}

}  // namespace confd::sim::workload
