// SPDX-License-Identifier: Apache-2.0
// The page that shows runs, which page.html becomes part of the program as.
#pragma once

#include <string_view>

namespace confd::kit {

/// {{data}} stands where the runs go.
std::string_view page();

}  // namespace confd::kit
