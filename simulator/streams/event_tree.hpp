// SPDX-License-Identifier: Apache-2.0
// A stream's event, with what filters need. The tree and the filters are made by simulator/yang;
// streams and hub see these small interfaces only, and work without any YANG module.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "protocol/notification/notification.hpp"
#include "simulator/base/ids.hpp"

namespace confd::sim {

/// An event's content as a data tree of YANG nodes.
class EventTree {
  public:
    virtual ~EventTree() = default;
};

/// A compiled XPath filter.
class EventFilter {
  public:
    virtual ~EventFilter() = default;
    /// Whether the expression is true for the event. The error says why that is not known: what
    /// evaluating may cost is bounded.
    virtual std::expected<bool, std::string> evaluate(const EventTree& event) const = 0;
};

class FilterCompiler {
  public:
    virtual ~FilterCompiler() = default;
    /// The error is a sentence for the subscriber, which gets it with code ERR_XPATH.
    virtual std::expected<std::shared_ptr<const EventFilter>, std::string> compile(
        const std::string& xpath) const = 0;
};

/// An event of a stream, as it stands in a log and as it is sent.
struct StreamEvent {
    WallTime time;              ///< of `notification`, for replay
    Notification notification;  ///< a StreamNotification of type STREAM_NOTIFICATION_EVENT
    /// Null for an event written as raw tags and values: no filter can look at it.
    std::shared_ptr<const EventTree> tree;
};

}  // namespace confd::sim
