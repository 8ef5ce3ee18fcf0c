// SPDX-License-Identifier: Apache-2.0
// Stream events that tests can tell apart, and filters without YANG.
#pragma once

#include <charconv>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/base/role.hpp"
#include "simulator/streams/streams.hpp"

namespace confd::sim::test {

constexpr std::uint32_t test_ns = 7;

/// An event's whole content: how severe it is.
struct Severity : EventTree {
    explicit Severity(int l) : level(l) {}
    int level;
};

/// Passes events of at least this severity.
struct AtLeast : EventFilter {
    explicit AtLeast(int l) : level(l) {}
    std::expected<bool, std::string> evaluate(const EventTree& event) const override {
        return dynamic_cast<const Severity&>(event).level >= level;
    }
    int level;
};

/// Is never done with any event.
struct Endless : EventFilter {
    std::expected<bool, std::string> evaluate(const EventTree&) const override {
        return std::unexpected("it took too long");
    }
};

/// Knows one kind of expression, "severity >= 3", and "endless".
struct SeverityCompiler : FilterCompiler {
    std::expected<std::shared_ptr<const EventFilter>, std::string> compile(
        const std::string& xpath) const override {
        if (xpath == "endless") return std::make_shared<Endless>();
        constexpr std::string_view known = "severity >= ";
        int level = 0;
        const auto* end = xpath.data() + xpath.size();
        if (!xpath.starts_with(known) ||
            std::from_chars(xpath.data() + known.size(), end, level).ptr != end) {
            return std::unexpected("Cannot compile " + xpath);
        }
        return std::make_shared<AtLeast>(level);
    }
};

/// The times of tests: seconds since 1970.
inline WallTime at(std::int64_t seconds) {
    return WallTime(std::chrono::seconds(seconds));
}

/// An event called `tag` with a number of its own; no tree for a severity below 0.
inline StreamEvent event(std::uint32_t tag, std::int64_t number, WallTime time, int severity = -1) {
    StreamNotification body;
    body.values = {{test_ns, tag, TagMarker::start, {}},
                   {test_ns, 1, TagMarker::value, {ValueType::int64, number}},
                   {test_ns, tag, TagMarker::stop, {}}};
    std::shared_ptr<const EventTree> tree;
    if (severity >= 0) tree = std::make_shared<Severity>(severity);
    return {time, {NOTIF_STREAM_EVENT, std::move(body)}, std::move(tree)};
}

/// What a cursor has given: the number of an event, or what was said about the stream.
inline std::string name_of(const Notification& notification) {
    const auto& stream = *notification.get<StreamNotification>();
    switch (stream.type) {
        case STREAM_NOTIFICATION_EVENT:
            return std::to_string(std::get<std::int64_t>(stream.values.at(1).v.payload));
        case STREAM_NOTIFICATION_COMPLETE:
            return "notification_complete";
        case STREAM_REPLAY_COMPLETE:
            return "replay_complete";
        case STREAM_REPLAY_FAILED:
            return "replay_failed: " + stream.error;
    }
    return "?";
}

/// Everything that the cursor has now.
inline std::vector<std::string> drain(StreamCursor& cursor, WallTime now) {
    std::vector<std::string> out;
    while (const auto notification = cursor.next(now))
        out.push_back(name_of(*notification));
    return out;
}

}  // namespace confd::sim::test
