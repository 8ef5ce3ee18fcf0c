// SPDX-License-Identifier: Apache-2.0
// The numbers that stand for names (docs/protocol.md, "Hashes").
#pragma once

#include <cstdint>
#include <string_view>

namespace confd {

/// The hash of a tag's name, or of a namespace's URI: below 2^31-1, and what applications are
/// compiled against.
std::uint32_t name_hash(std::string_view name);

}  // namespace confd
