// SPDX-License-Identifier: Apache-2.0
// What was exchanged in a case, read back from the log of the kit's server (simulator/log).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "conformance/kit/model/result.hpp"
#include "protocol/bytes.hpp"
#include "protocol/release.hpp"

namespace confd::kit {

struct Message {
    double at = 0;           ///< seconds
    bool from_peer = false;  ///< from the client
    std::string kind;        ///< as the log has it: "hello", "event" ..
    std::uint64_t peer = 0;  ///< the connection
    std::string text;
    std::string call;  ///< of an acknowledgement: "sync_audit_notification(17)"
    Bytes bytes;
};

struct Log {
    std::string text;  ///< the file as it is
    std::vector<Message> messages;
    std::string last_step;         ///< where the scenario stood, and what it did there
    std::size_t last_step_at = 0;  ///< how many messages came before it
    /// When the scenario was over a connection was closed, and the client did not close it too.
    bool kept_open = false;
};

/// More than this is not read: a client may send without end, and all of it is logged.
inline constexpr std::size_t log_size_limit = std::size_t{64} << 20;

/// A log that was cut off by the server's end, or is too long, is read as far as it goes.
Log parse_log(std::string text);
/// The same of a file; one that cannot be read is empty.
Log read_log(const std::filesystem::path& file);

/// The payload of a frame.
ByteView payload_of(const Message& message);

/// Whether a hello asks for a MAAPI socket.
bool is_maapi_hello(ByteView hello);

/// Whether the client has tried to open a MAAPI socket: its hello may never have come.
bool opened_maapi(const Log& log);

/// For the diagram: bytes, terms and fields of each message.
std::vector<Exchange> exchange_of(const Log& log, WireContext context);

}  // namespace confd::kit
