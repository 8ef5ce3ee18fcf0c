// SPDX-License-Identifier: Apache-2.0
// What a server sends for an event.
#pragma once

#include <expected>

#include "protocol/bytes.hpp"
#include "protocol/error.hpp"
#include "protocol/notification/notification.hpp"

namespace confd {

/// Appends the event as a frame, in the form that it has in the dialect. After an error, which is
/// encode_notification()'s, `out` is what it was.
std::expected<void, Error> append_event(Bytes& out, const Notification& notification,
                                        const WireContext& wire);

}  // namespace confd
