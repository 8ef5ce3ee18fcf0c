// SPDX-License-Identifier: Apache-2.0
// Arbitrary events, drawn from a source of choices: the same choices give the same event, and
// smaller choices a simpler one. Fields are often at the edge of what they can hold, and have
// nothing to do with each other. Property tests draw choices that shrink, fuzzers take them from
// their input. Events as a server at work sends them are made by simulator/workload/.
#pragma once

#include <cstdint>

#include "generate/choices.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/session/ack.hpp"
#include "protocol/session/subscription.hpp"

namespace confd {

/// An event of this type, which must be one of event_types(), with every field that the context's
/// wire form has.
Notification generate_notification(Choices& choices, std::uint32_t type,
                                   const WireContext& context);
/// An event of any type.
Notification generate_notification(Choices& choices, const WireContext& context);

Value generate_value(Choices& choices);
Subscription generate_subscription(Choices& choices, Dialect dialect);
Ack generate_ack(Choices& choices);

}  // namespace confd
