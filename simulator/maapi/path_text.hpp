// SPDX-License-Identifier: Apache-2.0
// Paths as they are written in scenarios, cut into steps: /interfaces/interface{eth0}/mtu.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace confd::sim::maapi {

struct TextStep {
    std::string name;  ///< with its prefix, if it has one
    std::optional<std::vector<std::string>> keys;
};

/// Steps of a path that are still read: far more than a client has room for.
inline constexpr std::size_t max_path_steps = 64;
/// Keys of one entry.
inline constexpr std::size_t max_path_keys = 64;

/// Outermost step first. Keys in quotes may have blanks and braces, and \" for a quote. The error
/// is a sentence.
std::expected<std::vector<TextStep>, std::string> parse_path_text(std::string_view text);

}  // namespace confd::sim::maapi
