// SPDX-License-Identifier: Apache-2.0
#include "simulator/streams/stream_log.hpp"

#include <algorithm>
#include <utility>

namespace confd::sim {

StreamLog::StreamLog(StreamDefinition definition, std::size_t remembered)
    : definition_(std::move(definition)), remembered_(remembered) {
    std::ranges::stable_sort(definition_.log, {}, &StreamEvent::time);
}

void StreamLog::append(std::shared_ptr<const LiveEvent> event) {
    live_.push_back(std::move(event));
    if (live_.size() <= remembered_) return;
    live_.pop_front();
    ++dropped_;
}

}  // namespace confd::sim
