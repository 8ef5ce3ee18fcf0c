// What many subscribers are sent before the hub's next flush: each event once for each dialect, one
// behind the other. Who gets some that stand together is sent them from here, in one piece.
#pragma once

#include <array>
#include <cstddef>
#include <expected>

#include "protocol/bytes.hpp"
#include "protocol/error.hpp"
#include "protocol/session/event_frame.hpp"

namespace confd::sim {

/// A part of what stands in a burst.
struct Share {
    std::size_t begin = 0;
    std::size_t end = 0;

    bool empty() const { return begin == end; }
    std::size_t size() const { return end - begin; }
};

class Burst {
  public:
    /// Appends the notification as a frame.
    std::expected<Share, Error> add(const Notification& notification, const WireContext& wire) {
        auto& bytes = of(wire.dialect);
        const auto begin = bytes.size();
        const auto added = append_event(bytes, notification, wire);
        if (!added) return std::unexpected(added.error());
        return Share{begin, bytes.size()};
    }
    /// Takes the last one back: nobody shares it.
    void drop(Dialect dialect, Share last) {
        if (!last.empty()) of(dialect).resize(last.begin);
    }

    ByteView view(Dialect dialect, Share share) const {
        return ByteView(bytes_[static_cast<std::size_t>(dialect)])
            .subspan(share.begin, share.size());
    }

    /// Ends all shares. Memory that hardly any burst needs is given back.
    void clear() {
        constexpr std::size_t usual = std::size_t{1} << 20;
        for (auto& bytes : bytes_) {
            bytes.clear();
            if (bytes.capacity() > usual) bytes.shrink_to_fit();
        }
    }

  private:
    Bytes& of(Dialect dialect) { return bytes_[static_cast<std::size_t>(dialect)]; }

    std::array<Bytes, dialect_count> bytes_;
};

}  // namespace confd::sim
