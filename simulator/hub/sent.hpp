// SPDX-License-Identifier: Apache-2.0
// An event that is sent: to which subscribers, and what became of it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "protocol/error.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/role.hpp"
#include "simulator/hub/barriers.hpp"

namespace confd::sim {

/// Which subscribers get an event, among those whose mask has it.
struct Target {
    std::string role = std::string(all_roles);
    std::string stream;  ///< for stream events; empty for subscribers of any stream
};

/// What became of an event.
struct Sent {
    SendId id = 0;
    std::size_t recipients = 0;
    std::vector<Owed> owed;
    std::optional<Error> error;  ///< it could not be written in the dialect of some subscriber
};

}  // namespace confd::sim
