// SPDX-License-Identifier: Apache-2.0
// Random events as a server at work sends them: in the ranges that the protocol has
// (docs/protocol.md, section 6), with what events have in common in agreement. A session's events
// are of one user; locks are given back; a span that stops has started; a device that is gone was
// there. The same choices at the same times give the same events.
//
// Arbitrary events, for tests of codecs, are made by generate/events.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "generate/choices.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/value/calendar.hpp"

namespace confd::sim::workload {

class Workload {
  public:
    /// `types` are those that will be asked for; not NOTIF_STREAM_EVENT, whose content comes from
    /// YANG modules. Events are of these user sessions, or without any of others that come and go.
    Workload(std::span<const std::uint32_t> types, const WireContext& wire,
             const std::vector<UserInfo>& sessions);
    ~Workload();
    Workload(Workload&&) noexcept;
    Workload& operator=(Workload&&) noexcept;

    /// The next event of this type, at this time of day.
    Notification next(Choices& choices, std::uint32_t type, TimePoint now);

  private:
    class State;
    std::unique_ptr<State> state_;
};

}  // namespace confd::sim::workload
