// SPDX-License-Identifier: Apache-2.0
// What a MAAPI peer has asked for and how it went: for the log and for scenarios.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "simulator/base/ids.hpp"

namespace confd::sim::maapi {

enum class CallKind : std::uint8_t {
    load_schemas,
    load_mount_points,
    load_hashes,
    attach,
    detach,
    diff_iterate,
    other,  ///< an operation that is not served, or none at all
};
inline constexpr std::string_view call_kinds[] = {
    "load_schemas", "load_mount_points", "load_hashes", "attach",
    "detach",       "diff_iterate",      "other"};

enum class CallResult : std::uint8_t {
    ok,
    stopped,  ///< a diff, by the peer
    error,
    lost,  ///< a diff: the peer went away in the middle
};
inline constexpr std::string_view call_results[] = {"ok", "stopped", "error", "lost"};

constexpr std::string_view to_string(CallKind kind) {
    return call_kinds[static_cast<std::size_t>(kind)];
}
constexpr std::string_view to_string(CallResult result) {
    return call_results[static_cast<std::size_t>(result)];
}

/// Reported when it is over: a diff once its end has been sent.
struct Call {
    CallKind kind = CallKind::other;
    CallResult result = CallResult::ok;
    std::int64_t handle = 0;   ///< of the transaction
    SendId send = 0;           ///< the event of the transaction; 0 for none
    std::size_t changes = 0;   ///< of a diff, that were sent
    std::size_t left_out = 0;  ///< changes whose paths are longer than the client's arrays
    std::int64_t code = 0;     ///< what the peer was told; 0 for a diff's own end
    std::string text;          ///< of an error
};

/// "diff_iterate of transaction 1042: 3 changes", "attach of transaction 7: error 61 (..)".
std::string to_string(const Call& call);

}  // namespace confd::sim::maapi
