// SPDX-License-Identifier: Apache-2.0
// What is exchanged in a client's case when all goes well, without a client: for `explain`.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "conformance/kit/model/case.hpp"
#include "conformance/kit/model/result.hpp"

namespace confd::kit {

/// The error says what is wrong with the scenario. Faults, delays and other steps that are no
/// message are in it as "step", with their text.
std::expected<std::vector<Exchange>, std::string> rehearse(const Case& test);

}  // namespace confd::kit
