// SPDX-License-Identifier: Apache-2.0
#include "protocol/session/event_frame.hpp"

#include "protocol/frame/frame.hpp"

namespace confd {

std::expected<void, Error> append_event(Bytes& out, const Notification& notification,
                                        const WireContext& wire) {
    const auto mark = begin_frame(out);
    // Nearly every event is laid out as it is: no copy of it is made.
    const auto other = other_form(notification, wire.dialect);
    auto encoded = encode_notification(other ? *other : notification, out, wire);
    if (encoded) {
        end_frame(out, mark);
    } else {
        out.resize(mark);
    }
    return encoded;
}

}  // namespace confd
