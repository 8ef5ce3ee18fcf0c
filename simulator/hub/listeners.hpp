// Who gets events: the subscribers, and the audiences that they are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "protocol/mask.hpp"
#include "simulator/hub/audience.hpp"
#include "simulator/hub/peer.hpp"

namespace confd::sim {

struct Listener {
    PeerId id = 0;
    Peer* peer = nullptr;
    const Audience* audience = nullptr;  ///< the peer's: beside it, so that no peer is looked at

    bool has_role(std::string_view wanted) const { return audience->has_role(wanted); }
};

/// In the order in which they connected.
class Listeners {
  public:
    /// The peer stays where it is until it is removed. Its audience must know of all that it got.
    void add(PeerId id, Peer& peer) {
        const auto wire = peer.session.context();
        const auto mask = served_mask(peer.session.subscription().mask, wire.dialect);
        auto& audience = audiences_[{mask, wire.dialect, peer.role}];
        if (audience.size++ == 0) {
            audience.mask = mask;
            audience.wire = wire;
            audience.role = peer.role;
        }
        peer.audience = &audience;
        // Until it leaves its counts are less by what had been sent before: nothing is counted for
        // each subscriber then.
        for (std::size_t i = 0; peer.stats && i < audience.sent.size(); ++i)
            peer.stats->events[i] -= audience.sent[i];
        const auto at = std::ranges::lower_bound(all_, id, {}, &Listener::id);
        all_.insert(at, {id, &peer, &audience});
    }
    /// The peer shares nothing any more.
    void remove(PeerId id, Peer& peer) {
        if (!peer.listens()) return;
        all_.erase(std::ranges::lower_bound(all_, id, {}, &Listener::id));
        auto& left = *std::exchange(peer.audience, nullptr);
        for (std::size_t i = 0; peer.stats && i < left.sent.size(); ++i)
            peer.stats->events[i] += left.sent[i];
        if (--left.size == 0) audiences_.erase({left.mask, left.wire.dialect, left.role});
    }

    std::size_t count(std::string_view role = everybody) const {
        std::size_t out = 0;
        for (const auto& [key, audience] : audiences_)
            out += audience.has_role(role) ? audience.size : 0;
        return out;
    }
    auto begin() const { return all_.begin(); }
    auto end() const { return all_.end(); }

    auto& audiences() { return audiences_; }

  private:
    using Key = std::tuple<std::uint32_t, Dialect, std::string>;

    std::vector<Listener> all_;
    std::map<Key, Audience> audiences_;
};

}  // namespace confd::sim
