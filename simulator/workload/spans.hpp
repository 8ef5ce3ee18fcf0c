// SPDX-License-Identifier: Apache-2.0
// Progress of transactions: spans that start and stop, and what is said in between.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "generate/choices.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/value/calendar.hpp"
#include "simulator/workload/sessions.hpp"

namespace confd::sim::workload {

class Spans {
  public:
    explicit Spans(const WireContext& wire) : wire_(wire) {}

    /// Of the session's transaction, or the end of what another's has begun.
    Notification next(Choices& choices, std::uint32_t type, const Session& session, TimePoint now);
    /// Spans of sessions for which this is false never end.
    void drop_unless(const std::function<bool(std::int64_t usid)>& at_work);

  private:
    struct Span {
        std::string id;
        std::string parent;  ///< empty for none
        std::string trace;
        std::string link;  ///< another span of the trace, empty for none
        std::int64_t usid = 0;
        std::int64_t tid = 0;
        Datastore datastore = Datastore::RUNNING;
        std::string context;
        std::size_t work = 0;  ///< index of what is done
        std::string device;    ///< of NSO's work on one
        std::string service;
        std::int64_t started = 0;
    };

    Span begin(Choices& choices, const Session& session, TimePoint now) const;
    Notification told(const Span& span, ProgressType type, std::uint32_t event,
                      TimePoint now) const;

    WireContext wire_;
    std::vector<Span> open_;
};

}  // namespace confd::sim::workload
