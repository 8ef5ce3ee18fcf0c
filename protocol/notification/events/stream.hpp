// SPDX-License-Identifier: Apache-2.0
// NOTIF_STREAM_EVENT: a notification of a NETCONF stream, or the end of a replay or subscription.
#pragma once

#include "protocol/notification/types.hpp"

namespace confd {

/// What stands after a tag: a typed value, or one of the atoms that give a tree its shape.
enum class TagMarker : std::uint8_t { value, start, stop, leaf, del, move_first, move_after };

/// One element of an event's content. Tags nest: every `start` has its `stop`.
struct TagValue {
    std::uint32_t ns = 0;   ///< hash of the namespace
    std::uint32_t tag = 0;  ///< hash of the name
    TagMarker marker = TagMarker::value;
    Value v;  ///< for TagMarker::value

    bool operator==(const TagValue&) const = default;
};

struct StreamNotification {
    static constexpr std::string_view key = "stream";
    static constexpr Shape shape = Shape::custom;

    StreamType type = STREAM_NOTIFICATION_EVENT;
    std::string error;  ///< STREAM_REPLAY_FAILED
    Datetime event_time;
    std::vector<TagValue> values;

    template <StreamType Type>
    static constexpr bool is(const StreamNotification& n, const WireContext&) {
        return n.type == Type;
    }

    static constexpr auto fields() {
        using N = StreamNotification;
        return std::tuple(field("type", &N::type),
                          field("error", &N::error).when(is<STREAM_REPLAY_FAILED>),
                          field("event_time", &N::event_time).when(is<STREAM_NOTIFICATION_EVENT>),
                          field("values", &N::values).when(is<STREAM_NOTIFICATION_EVENT>));
    }
    bool operator==(const StreamNotification&) const = default;
};

}  // namespace confd
