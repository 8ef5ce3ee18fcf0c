// SPDX-License-Identifier: Apache-2.0
#include "simulator/control/target.hpp"

namespace confd::sim {

std::string_view to_string(RunStatus status) {
    constexpr std::array<std::string_view, 4> names{"running", "paused", "done", "failed"};
    return names[static_cast<std::size_t>(status)];
}

}  // namespace confd::sim
