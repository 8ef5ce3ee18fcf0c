// SPDX-License-Identifier: Apache-2.0
// Texts of a peer, for whatever shows them: none of them can be trusted.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace confd::kit {

/// The text with `?` for control characters but newline and tab: a peer must not steer a terminal.
std::string printable(std::string_view text);

/// The text with every line but the first one indented.
std::string indented(std::string_view text, std::size_t columns);

/// "1 case", "2 cases".
std::string plural(std::size_t count, std::string_view noun);

}  // namespace confd::kit
