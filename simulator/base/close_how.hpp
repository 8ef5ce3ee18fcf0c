#pragma once

#include <cstdint>

namespace confd::sim {

/// How the server's side of a connection ends: with all that was written delivered, with a TCP
/// reset, or with its sending side only.
enum class CloseHow : std::uint8_t { fin, rst, half };

}  // namespace confd::sim
