// SPDX-License-Identifier: Apache-2.0
// Texts that match a YANG pattern, near enough: callers check what they get.
#pragma once

#include <string>
#include <string_view>

#include "generate/choices.hpp"

namespace confd::sim::yang {

/// Longest text made of a pattern.
inline constexpr std::size_t max_sample = 256;

/// A text that the regular expression (of XML Schema) describes, in printable ASCII. What the
/// expression says in ways not understood here is passed over.
std::string sample_pattern(std::string_view pattern, Choices& choices);

}  // namespace confd::sim::yang
