// Who gets events: the subscribers, side by side in memory, because each event looks at all of
// them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/hub/peer.hpp"
#include "simulator/hub/role.hpp"

namespace confd::sim {

struct Listener {
    PeerId id = 0;
    std::uint32_t mask = 0;
    WireContext wire;
    std::string_view role;  ///< the peer's own
    Peer* peer = nullptr;

    bool has_role(std::string_view wanted) const { return wanted == everybody || wanted == role; }
};

/// In the order in which they connected.
class Listeners {
  public:
    /// The peer stays where it is, and so does its role, until it is removed.
    void add(PeerId id, Peer& peer) {
        const auto at = std::ranges::lower_bound(all_, id, {}, &Listener::id);
        all_.insert(
            at, {id, peer.session.subscription().mask, peer.session.context(), peer.role, &peer});
        ++of_role_[peer.role];
        peer.listens = true;
    }
    void remove(PeerId id, Peer& peer) {
        if (!peer.listens) return;
        peer.listens = false;
        --of_role_[peer.role];
        all_.erase(std::ranges::lower_bound(all_, id, {}, &Listener::id));
    }

    std::size_t count(std::string_view role = everybody) const {
        if (role == everybody) return all_.size();
        const auto found = of_role_.find(role);
        return found == of_role_.end() ? 0 : found->second;
    }
    auto begin() const { return all_.begin(); }
    auto end() const { return all_.end(); }

  private:
    std::vector<Listener> all_;
    std::map<std::string, std::size_t, std::less<>> of_role_;
};

}  // namespace confd::sim
