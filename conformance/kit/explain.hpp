// SPDX-License-Identifier: Apache-2.0
// `list` and `explain`: cases for people.
#pragma once

#include <span>
#include <string>

#include "conformance/kit/model/case.hpp"

namespace confd::kit {

/// A line for each: ID, level, strength, title.
std::string list_text(std::span<const Case* const> cases);

/// Why there is such a case, the requirements it quotes, what has to be there, and what is
/// exchanged.
std::string explain_text(const Case& test);

}  // namespace confd::kit
