// SPDX-License-Identifier: Apache-2.0
// Placeholders in commands: "{port}".
#pragma once

#include <string>
#include <string_view>

namespace confd::kit {

/// The text with `value` in place of every {name}.
std::string filled_in(std::string text, std::string_view name, std::string_view value);

}  // namespace confd::kit
