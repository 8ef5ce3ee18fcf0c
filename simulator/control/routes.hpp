// SPDX-License-Identifier: Apache-2.0
// Which request does what: a request in, a response out, no sockets.
#pragma once

#include <string>
#include <vector>

#include "simulator/control/counters.hpp"
#include "simulator/control/message.hpp"
#include "simulator/control/record_feed.hpp"
#include "simulator/control/target.hpp"

namespace confd::sim::control {

/// What requests are about.
struct Control {
    ControlTarget& target;
    RecordFeed feed;
    Counters counters;
    /// Names and addresses that the interface listens on.
    std::vector<std::string> bound;
};

Response handle(const Request& request, Control& control);

}  // namespace confd::sim::control
