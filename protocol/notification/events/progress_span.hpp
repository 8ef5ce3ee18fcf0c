// SPDX-License-Identifier: Apache-2.0
// NOTIF_PROGRESS and NOTIF_COMMIT_PROGRESS of the 8 releases: spans with attributes and links.
// From documentation and client sources, not measured.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

struct SpanAttribute {
    std::string name;
    std::variant<std::string, std::int64_t> value;

    static constexpr auto fields() {
        return std::tuple(field("name", &SpanAttribute::name),
                          field("value", &SpanAttribute::value));
    }
    bool operator==(const SpanAttribute&) const = default;
};

struct SpanLink {
    OptionalText trace_id;
    OptionalText span_id;

    static constexpr auto fields() {
        return std::tuple(field("trace_id", &SpanLink::trace_id),
                          field("span_id", &SpanLink::span_id));
    }
    bool operator==(const SpanLink&) const = default;
};

struct ProgressSpanNotification {
    static constexpr std::string_view key = "progress";
    static constexpr Shape shape = Shape::nested;

    ProgressType type{};
    std::int64_t timestamp = 0;  ///< microseconds since 1970
    OptionalInt duration;        ///< microseconds
    OptionalText span_id;
    OptionalText parent_span_id;
    OptionalText trace_id;
    std::int64_t usid = 0;
    std::int64_t tid = 0;
    Datastore datastore{};
    OptionalText context;
    OptionalText subsystem;
    OptionalText msg;
    OptionalText annotation;
    std::vector<SpanAttribute> attributes;
    std::vector<SpanLink> links;

    static constexpr auto fields() {
        using N = ProgressSpanNotification;
        return std::tuple(field("type", &N::type), field("timestamp", &N::timestamp).as_time(),
                          field("duration", &N::duration), field("span_id", &N::span_id),
                          field("parent_span_id", &N::parent_span_id),
                          field("trace_id", &N::trace_id), field("usid", &N::usid),
                          field("tid", &N::tid), field("datastore", &N::datastore),
                          field("context", &N::context), field("subsystem", &N::subsystem),
                          field("msg", &N::msg), field("annotation", &N::annotation),
                          field("attributes", &N::attributes), field("links", &N::links));
    }
    bool operator==(const ProgressSpanNotification&) const = default;
};

}  // namespace confd
