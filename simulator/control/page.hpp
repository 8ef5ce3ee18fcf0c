// SPDX-License-Identifier: Apache-2.0
// The page at /, which page.html becomes part of the program as.
#pragma once

#include <string_view>

namespace confd::sim::control {

std::string_view page();

/// Lets the page's own script and style run, by their digests, and nothing else: a hostile text
/// that got into the page as markup would still not run.
std::string_view page_security_policy();

}  // namespace confd::sim::control
