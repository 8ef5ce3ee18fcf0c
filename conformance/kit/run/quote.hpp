// SPDX-License-Identifier: Apache-2.0
// Words for a shell.
#pragma once

#include <string>
#include <string_view>

namespace confd::kit {

/// The word as a POSIX shell takes it: as it is when nothing in it has a meaning there.
std::string quote(std::string_view word);

}  // namespace confd::kit
