// SPDX-License-Identifier: Apache-2.0
// What happened at the hub: told to an observer at once, and kept until Hub::poll() returns it.
#pragma once

#include <utility>
#include <vector>

#include "simulator/hub/events.hpp"

namespace confd::sim {

class EventQueue {
  public:
    void observe(HubObserver* observer) { observer_ = observer; }
    bool observed() const { return observer_ != nullptr; }

    void add(HubEvent event) {
        events_.push_back(std::move(event));
        if (observer_ != nullptr) observer_->happened(events_.back());
    }
    void connects(PeerId peer) const {
        if (observer_ != nullptr) observer_->connects(peer);
    }
    void comes_in(PeerId peer, ByteView bytes) const {
        if (observer_ != nullptr) observer_->comes_in(peer, bytes);
    }
    std::vector<HubEvent> take() { return std::exchange(events_, {}); }

  private:
    std::vector<HubEvent> events_;
    HubObserver* observer_ = nullptr;
};

}  // namespace confd::sim
