// SPDX-License-Identifier: Apache-2.0
// One thing that happened on the wire or in the run, as a line of JSON: for `--log` and for the
// control page. README.md describes the members.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/bytes.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/session/ack.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/hub/barriers.hpp"

namespace confd::sim {

enum class RecordKind : std::uint8_t {
    connect,
    hello,
    hello_reply,
    challenge,  ///< out the challenge, in the response to it
    subscribe,
    subscribe_reply,
    event,
    ack,
    maapi,  ///< a frame of a MAAPI socket
    raw,    ///< bytes that are no message, sent or received
    fault,
    disconnect,
    barrier,
    step,
    log,
};
std::string_view to_string(RecordKind kind);

/// As the simulator sees it; none for what is no message.
enum class LogDirection : std::uint8_t { none, in, out };
std::string_view to_string(LogDirection direction);

enum class BarrierChange : std::uint8_t { opened, released, expired };
std::string_view to_string(BarrierChange change);

/// Members left at their defaults are left out of the line. Texts, bytes and the event belong to
/// the maker of the record and need to live only as long as it is being written.
struct LogRecord {
    std::chrono::microseconds at{};  ///< since the start of the run
    WallTime wall;
    LogDirection direction = LogDirection::none;
    RecordKind kind = RecordKind::log;
    PeerId peer = 0;
    std::string_view role;
    SendId send = 0;  ///< the event that this is, acknowledges or waits for
    const Notification* event = nullptr;
    WireContext context;  ///< of `event`
    std::optional<Ack> ack;
    std::optional<AckVerdict> verdict;
    std::optional<BarrierChange> barrier;
    std::span<const Owed> missing;  ///< acknowledgements that the barrier waits or waited for
    std::uint64_t fault = 0;        ///< the fault's id
    std::string_view text;          ///< for people
    std::optional<ByteView> bytes;  ///< the whole frame, with its length
};

/// `{"call": "sync_audit_notification", "id": 17}`; sync_ha_notification has no id.
boost::json::object ack_json(const Ack& ack);

/// All but the times and the bytes.
boost::json::object details(const LogRecord& record);

/// One line of JSON, without the newline.
std::string to_line(const LogRecord& record);

/// The same without the bytes: for people who watch.
std::string to_line_without_bytes(const LogRecord& record);

/// "2026-11-22T10:00:00.250000Z".
std::string to_string(WallTime time);

}  // namespace confd::sim
