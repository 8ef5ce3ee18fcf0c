// SPDX-License-Identifier: Apache-2.0
// The name that was probably meant, for messages about a misspelt one.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace confd {

/// The candidate closest to `name` (insertions, deletions, replacements and swaps of letters, case
/// aside; NOTIF_ and NCS_ count for little), or empty when none is close enough.
std::string_view nearest(std::string_view name, std::span<const std::string_view> candidates);

/// The nearest one, or else those that contain `name`, at most five: forward is a part of
/// NOTIF_FORWARD_STATUS.
std::vector<std::string_view> likely(std::string_view name,
                                     std::span<const std::string_view> candidates);

}  // namespace confd
