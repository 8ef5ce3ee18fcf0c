// SPDX-License-Identifier: Apache-2.0
// JSON that somebody else wrote: reports, and what clients and decoders print.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace confd::kit {

/// Deepest nesting that is read. An event may have lists in lists until its term has 64 levels, the
/// limit of the wire; each is an object and an array here.
inline constexpr std::size_t max_json_nesting = 256;

/// One value, with white space around it. A byte order mark in front is passed over. The error is a
/// sentence with the place: "line 1, column 17: syntax error".
std::expected<boost::json::value, std::string> parse_json(std::string_view text);

}  // namespace confd::kit
