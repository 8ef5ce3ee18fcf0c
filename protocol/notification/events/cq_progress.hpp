// SPDX-License-Identifier: Apache-2.0
// NCS_NOTIF_CQ_PROGRESS: an item of the commit queue changed state.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

// The lists of tuples below become one JSON array per element of the tuple, as in the Python API,
// so the fields' names are those of the arrays.

struct CqFailedDevice {
    std::string device;
    std::string reason;

    static constexpr auto fields() {
        return std::tuple(field("failed_devices", &CqFailedDevice::device),
                          field("failed_reasons", &CqFailedDevice::reason));
    }
    bool operator==(const CqFailedDevice&) const = default;
};

struct CqCompletedService {
    std::string service;
    std::vector<std::string> completed_devices;

    static constexpr auto fields() {
        return std::tuple(
            field("completed_services", &CqCompletedService::service),
            field("completed_services_completed_devices", &CqCompletedService::completed_devices));
    }
    bool operator==(const CqCompletedService&) const = default;
};

struct CqFailedService {
    std::string service;
    std::vector<std::string> completed_devices;
    std::vector<std::string> failed_devices;

    static constexpr auto fields() {
        return std::tuple(
            field("failed_services", &CqFailedService::service),
            field("failed_services_completed_devices", &CqFailedService::completed_devices),
            field("failed_services_failed_devices", &CqFailedService::failed_devices));
    }
    bool operator==(const CqFailedService&) const = default;
};

/// `undefined` or a list of tuples, shown as parallel arrays.
template <class Row>
struct Columns {
    OptionalList<Row> rows;
    bool operator==(const Columns&) const = default;
};

struct CqProgressNotification {
    static constexpr std::string_view key = "cq_progress";
    static constexpr Shape shape = Shape::flat;

    CqItemType type{};
    Datetime timestamp;
    std::int64_t cq_id = 0;
    OptionalText cq_tag;
    OptionalList<std::string> completed_devices;
    OptionalList<std::string> transient_devices;
    Columns<CqFailedDevice> failed_devices;
    Columns<CqCompletedService> completed_services;
    Columns<CqFailedService> failed_services;
    OptionalText trace_id;  ///< since 7.0

    static constexpr bool before_7(const CqProgressNotification&, const WireContext& context) {
        return context.dialect == Dialect::v6x;
    }
    static constexpr bool since_7(const CqProgressNotification& n, const WireContext& context) {
        return !before_7(n, context);
    }

    static constexpr auto fields() {
        using N = CqProgressNotification;
        return std::tuple(field("type", &N::type), field("timestamp", &N::timestamp),
                          // The tag changed places with the id in 7.0.
                          field("cq_tag", &N::cq_tag).when(before_7), field("cq_id", &N::cq_id),
                          field("cq_tag", &N::cq_tag).when(since_7),
                          field("completed_devices", &N::completed_devices).shown(Show::nonempty),
                          field("transient_devices", &N::transient_devices).shown(Show::nonempty),
                          field("failed_devices", &N::failed_devices).shown(Show::nonempty),
                          field("completed_services", &N::completed_services).shown(Show::nonempty),
                          field("failed_services", &N::failed_services).shown(Show::nonempty),
                          field("trace_id", &N::trace_id).when(since_7));
    }
    bool operator==(const CqProgressNotification&) const = default;
};

}  // namespace confd
