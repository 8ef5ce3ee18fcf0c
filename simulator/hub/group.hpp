// SPDX-License-Identifier: Apache-2.0
// Subscribers that get the same events in the same bytes: an event is looked at and encoded once
// for all of them, and they are sent what has come together from one place.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "protocol/bytes.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/session/event_frame.hpp"
#include "simulator/base/marks.hpp"
#include "simulator/base/role.hpp"
#include "simulator/hub/subscriber_stats.hpp"

namespace confd::sim {

/// Frames of events, one behind the other, until every subscriber of the group has got them.
/// Positions count from the first byte that was ever appended, so that they stay right when the
/// batch is emptied.
class Batch {
  public:
    std::uint64_t end() const { return begin_ + bytes_.size(); }
    /// What has been appended from this position on.
    ByteView from(std::uint64_t position) const {
        return ByteView(bytes_).subspan(index(position));
    }
    /// Adds the marks of that, which comes behind `offset` bytes.
    void append_marks(std::uint64_t position, Marks& to, std::size_t offset) const {
        sim::append_marks(to, offset, marks_, index(position), bytes_.size());
    }

    /// The bytes are valid until the next call that changes this batch.
    std::expected<ByteView, Error> append(const Notification& event, const WireContext& wire) {
        const auto begin = bytes_.size();
        if (auto added = append_event(bytes_, event, wire); !added) {
            return std::unexpected(added.error());
        }
        return ByteView(bytes_).subspan(begin);
    }
    /// The frame stands in another batch.
    void append(ByteView frame) { bytes_.insert(bytes_.end(), frame.begin(), frame.end()); }
    /// The event whose frame began at this position.
    void mark(std::uint64_t position, SendId send) { marks_.push_back({index(position), send}); }

    /// Memory beyond `usual` bytes is given back.
    void clear(std::size_t usual) {
        begin_ = end();
        bytes_.clear();
        marks_.clear();
        if (bytes_.capacity() > usual) bytes_.shrink_to_fit();
    }

  private:
    std::size_t index(std::uint64_t position) const {
        assert(position >= begin_ && position <= end());
        return static_cast<std::size_t>(position - begin_);
    }

    std::uint64_t begin_ = 0;
    Bytes bytes_;
    Marks marks_;  // only while there is an observer
};

struct SubscriberGroup {
    // What is the same for all of them.
    std::uint32_t mask = 0;
    WireContext wire;
    std::string role;

    std::size_t size = 0;  ///< how many they are
    /// What has been sent to the group since it exists. A subscriber takes off what there was when
    /// it came: nothing is counted for each of them.
    EventCounts sent = EventCounts(event_bits);
    Batch batch;                  ///< since the hub's last flush()
    std::uint64_t announced = 0;  ///< of the batch: FanOut::announce() has told of so much

    bool has_role(std::string_view wanted) const { return wanted == all_roles || wanted == role; }
    bool gets(std::uint32_t type, std::string_view wanted) const {
        return (mask & type) != 0 && has_role(wanted);
    }
};

}  // namespace confd::sim
