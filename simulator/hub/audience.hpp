// Subscribers who get the same events in the same bytes: events are looked at once for all of them,
// and they are sent what has come together from one place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/bytes.hpp"
#include "protocol/notification/notification.hpp"
#include "simulator/base/marks.hpp"
#include "simulator/base/role.hpp"
#include "simulator/hub/peer_stats.hpp"

namespace confd::sim {

/// A part of what stands in a batch.
struct Share {
    std::size_t begin = 0;
    std::size_t end = 0;

    bool empty() const { return begin == end; }
    std::size_t size() const { return end - begin; }
};

struct Audience {
    // What is the same for all of them.
    std::uint32_t mask = 0;
    WireContext wire;
    std::string role;

    std::size_t size = 0;  ///< how many they are
    EventCounts sent = EventCounts(
        event_bits);  ///< what those that were there from the first to the last have got
    /// What they get before the hub's next flush, one frame behind the other.
    Bytes batch;
    Marks marks;                 ///< of the batch
    std::size_t handed_out = 0;  ///< of the batch: each of them knows of so much
    std::uint64_t events = 0;    ///< in what they don't know of yet
    bool shared = false;         ///< some of them are sent that from here

    bool has_role(std::string_view wanted) const { return wanted == everybody || wanted == role; }
    bool gets(std::uint32_t type, std::string_view wanted) const {
        return (mask & type) != 0 && has_role(wanted);
    }

    ByteView view(Share share) const { return ByteView(batch).subspan(share.begin, share.size()); }
    Share fresh() const { return {handed_out, batch.size()}; }

    /// All of them know of all of it now. What nobody is sent from here is of no use any more.
    void end_fresh() {
        if (!shared) {
            batch.resize(handed_out);
            std::erase_if(marks, [this](const Mark& mark) { return mark.at >= handed_out; });
        }
        handed_out = batch.size();
        events = 0;
        shared = false;
    }

    /// Ends all shares. Memory beyond `usual` bytes is given back.
    void clear(std::size_t usual) {
        batch.clear();
        marks.clear();
        if (batch.capacity() > usual) batch.shrink_to_fit();
        handed_out = 0;
    }
};

}  // namespace confd::sim
