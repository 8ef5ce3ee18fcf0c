// SPDX-License-Identifier: Apache-2.0
// What is looked at once a client has been served, beside the outcome of the scenario.
#pragma once

#include <optional>
#include <string>

#include "conformance/kit/client/transcript.hpp"
#include "conformance/kit/model/case.hpp"

namespace confd::kit {

/// Why a case fails although its scenario was played to the end; nothing when it does not.
struct Complaint {
    std::string expected;
    std::string found;
};
std::optional<Complaint> complaint(const Case& test, const Log& log, const std::string& output);

}  // namespace confd::kit
