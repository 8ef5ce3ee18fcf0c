// SPDX-License-Identifier: Apache-2.0
// What faults make of a message: other bytes, and how and when it goes on.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "protocol/release.hpp"
#include "simulator/faults/active_faults.hpp"
#include "simulator/faults/message.hpp"
#include "simulator/faults/random.hpp"

namespace confd::sim {

struct Stall {
    std::size_t after = 0;  ///< bytes that still come
    std::chrono::milliseconds duration{};
};

/// Waiting for so many others, and at most so long.
struct Wait {
    std::int64_t count = 0;
    std::chrono::milliseconds within{};
};

/// The message, and what is to happen to it.
struct FaultEffect {
    WireMessage message;
    Bytes before;             ///< bytes that come in front of it
    std::int64_t copies = 0;  ///< beside the message itself
    std::size_t piece = 0;    ///< written in so many bytes at once; 0 for all
    std::chrono::milliseconds gap{};
    std::chrono::milliseconds delay{};
    std::optional<Stall> stall;
    std::optional<Wait> gather;     ///< for others that leave in the same write
    std::optional<Wait> overtaken;  ///< for others that go first
    std::optional<CloseHow> close;  ///< after it
};

}  // namespace confd::sim
