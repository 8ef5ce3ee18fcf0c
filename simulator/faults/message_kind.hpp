// SPDX-License-Identifier: Apache-2.0
// What a message is in the course of a connection.
#pragma once

#include <cstdint>

namespace confd::sim {

enum class MessageKind : std::uint8_t {
    hello,            ///< in
    challenge,        ///< out
    access_answer,    ///< in
    access_result,    ///< out
    hello_reply,      ///< out
    subscribe,        ///< in, a frame
    subscribe_reply,  ///< out, a frame
    event,            ///< out, a frame
    ack,              ///< in, a frame
    request,          ///< in, a frame on a MAAPI socket
    answer,           ///< out, a frame on a MAAPI socket
    other,            ///< bytes that are none of these; only faults of bytes touch them
};

/// Whether it is a message of this protocol at all.
constexpr bool is_known(MessageKind kind) {
    return kind != MessageKind::other;
}

}  // namespace confd::sim
