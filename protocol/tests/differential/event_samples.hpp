// SPDX-License-Identifier: Apache-2.0
// The events that other implementations get to see: the same ones in every run.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/release.hpp"

namespace confd::test {

struct EventSample {
    std::string name;  ///< for messages: where it comes from
    WireContext context;
    Notification event;
    Bytes payload;
    /// The payload is what encode_notification() wrote, not one measured elsewhere.
    bool written_here = true;
};

/// `count` random events of each type in each dialect of each product, and what they encode to.
std::vector<EventSample> generated_samples(std::size_t count);

/// Every payload of the golden vectors as it stands there, then as it is written here.
std::vector<EventSample> golden_samples();

/// Both of the above.
std::vector<EventSample> event_samples();

/// Strict: a type that is unknown here is an error.
Result<Notification> decode_sample(ByteView payload, const WireContext& context);

}  // namespace confd::test
