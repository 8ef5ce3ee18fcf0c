// SPDX-License-Identifier: Apache-2.0
// What the vendor's C library makes of an event: its limits, as far as docs/protocol.md ("What the
// vendor's library cannot read") has them. For tests: a kit that fails such a client for one of
// them asks for what no application on that library can do.
#pragma once

#include <cstdint>

#include "protocol/bytes.hpp"
#include "protocol/notification/notification.hpp"

namespace confd::kit::test {

struct VendorView {
    enum class Kind : std::uint8_t {
        event,    ///< read, rightly or not
        unknown,  ///< an error, after which the socket is as usable as before
        dies,     ///< SIGSEGV
    };
    Kind kind = Kind::dies;
    Notification event{};  ///< of Kind::event
};

VendorView vendor_view(ByteView payload, const WireContext& context);

}  // namespace confd::kit::test
