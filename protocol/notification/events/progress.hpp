// SPDX-License-Identifier: Apache-2.0
// NOTIF_PROGRESS and NOTIF_COMMIT_PROGRESS of the 7 releases: 12 fields from ConfD, 19 from NSO.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

struct ProgressNotification {
    static constexpr std::string_view key = "progress";
    static constexpr Shape shape = Shape::nested;

    ProgressType type{};
    std::int64_t timestamp = 0;  ///< microseconds since 1970
    OptionalInt duration;        ///< microseconds
    std::int64_t usid = 0;
    std::int64_t tid = 0;
    Datastore datastore{};
    OptionalText context;
    OptionalText trace_id;
    OptionalText subsystem;
    OptionalText phase;
    OptionalText msg;
    OptionalText annotation;
    // NSO only:
    OptionalText service;
    OptionalText service_phase;
    OptionalInt commit_queue_id;
    OptionalText node;
    OptionalText device;
    OptionalText device_phase;
    OptionalText package;

    static constexpr bool nso(const ProgressNotification&, const WireContext& context) {
        return context.product == Product::nso;
    }

    static constexpr auto fields() {
        using N = ProgressNotification;
        return std::tuple(field("type", &N::type), field("timestamp", &N::timestamp).as_time(),
                          field("duration", &N::duration), field("usid", &N::usid),
                          field("tid", &N::tid), field("datastore", &N::datastore),
                          field("context", &N::context), field("trace_id", &N::trace_id),
                          field("subsystem", &N::subsystem), field("phase", &N::phase),
                          field("msg", &N::msg), field("annotation", &N::annotation),
                          field("service", &N::service).when(nso),
                          field("service_phase", &N::service_phase).when(nso),
                          field("commit_queue_id", &N::commit_queue_id).when(nso),
                          field("node", &N::node).when(nso), field("device", &N::device).when(nso),
                          field("device_phase", &N::device_phase).when(nso),
                          field("package", &N::package).when(nso));
    }
    bool operator==(const ProgressNotification&) const = default;
};

}  // namespace confd
