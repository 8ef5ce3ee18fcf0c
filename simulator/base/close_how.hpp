// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace confd::sim {

/// How the server's side of a connection ends: with all that was written delivered, with a TCP
/// reset, or with its sending side only.
enum class CloseHow : std::uint8_t { fin, rst, half };

/// How much of the connection that ends: the higher number ends what the lower does, and more.
constexpr int extent(const std::optional<CloseHow>& how) {
    if (!how) return 0;
    return *how == CloseHow::half ? 1 : *how == CloseHow::fin ? 2 : 3;
}

}  // namespace confd::sim
