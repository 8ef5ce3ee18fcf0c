// SPDX-License-Identifier: Apache-2.0
// What may use the interface: programs on this machine, and the page itself; not other pages that a
// browser here happens to show.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "simulator/control/message.hpp"

namespace confd::sim::control {

/// Whether a Host field names this machine: "localhost", a loopback address, or one of `bound`, the
/// names and addresses that it listens on. With a wildcard among them any address will do. Other
/// names could be those of another site that points them here (DNS rebinding). The port does not
/// matter: it may have been forwarded.
bool host_allowed(std::string_view host, const std::vector<std::string>& bound);

/// Whether a request that changes something comes from the page itself or from no browser at all.
bool same_origin(const Request& request);

}  // namespace confd::sim::control
