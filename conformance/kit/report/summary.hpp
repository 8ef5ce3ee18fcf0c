// SPDX-License-Identifier: Apache-2.0
// What a run comes to: how many of each status, and whether that is a failure.
#pragma once

#include <array>
#include <cstddef>

#include "conformance/kit/model/result.hpp"

namespace confd::kit {

/// Every status, in the order in which reports list them.
inline constexpr std::array all_statuses{Status::passed, Status::failed, Status::unexpected_pass,
                                         Status::broken, Status::warned, Status::known_failure,
                                         Status::skipped};

/// Whether a result of this status fails the run.
bool is_failure(Status status);

struct Counts {
    std::array<std::size_t, all_statuses.size()> by_status{};

    std::size_t operator[](Status status) const;
    std::size_t total() const;
    std::size_t failures() const;
};

Counts count(const Run& run);

}  // namespace confd::kit
