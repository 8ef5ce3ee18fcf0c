// SPDX-License-Identifier: Apache-2.0
// Why a step ends its case.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "conformance/kit/model/result.hpp"

namespace confd::kit::server {

struct Finding {
    Status status = Status::failed;  ///< or skipped, or broken
    std::string expected;            ///< what should have happened
    std::string reason;              ///< what happened instead
    bool reached = true;             ///< whether the server could be connected to
};

using Checked = std::expected<void, Finding>;

inline std::unexpected<Finding> failed(std::string expected, std::string reason) {
    return std::unexpected(Finding{.expected = std::move(expected), .reason = std::move(reason)});
}

inline std::unexpected<Finding> skipped(std::string reason) {
    return std::unexpected(Finding{Status::skipped, {}, std::move(reason)});
}

inline std::unexpected<Finding> broken(std::string reason) {
    return std::unexpected(Finding{Status::broken, {}, std::move(reason)});
}

}  // namespace confd::kit::server
