// SPDX-License-Identifier: Apache-2.0
// Named caps on what a peer of the control interface may make the simulator do, with reasons.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace confd::sim::control {

/// Connections at once. Another one closes the connection that has been waited for longest, for a
/// request or the rest of one; the new one is closed if all are being answered. A browser opens
/// six, a script one or two.
inline constexpr std::size_t max_control_connections = 64;
/// Those of them that may read /events, so that others are always answered.
inline constexpr std::size_t max_readers = 48;

/// Bytes of a request's first line and fields. Browsers send less than one KiB without cookies;
/// other programs on localhost may have left cookies here.
inline constexpr std::uint32_t max_request_header = std::uint32_t{16} << 10;

/// Bytes of a body: one event or fault as JSON.
inline constexpr std::size_t max_request_body = std::size_t{1} << 20;

/// Bytes that may wait for a client that asks and does not read; nothing more is read from it, and
/// no further request of it looked at, until they are gone.
inline constexpr std::size_t max_unsent_answers = std::size_t{1} << 20;

/// A request has to be complete so long after its first byte.
inline constexpr std::chrono::seconds request_timeout{10};
/// A connection without a request is closed.
inline constexpr std::chrono::seconds idle_timeout{60};
/// A client that takes no byte for so long is closed.
inline constexpr std::chrono::seconds answer_timeout{15};
/// Silence on /events after which a comment is sent, so that both ends notice a dead one.
inline constexpr std::chrono::seconds keep_alive_interval{15};

/// Records that a new reader of /events gets to see, and their bytes.
inline constexpr std::size_t max_backlog = 200;
inline constexpr std::size_t max_backlog_bytes = std::size_t{2} << 20;

/// Bytes that may wait for a reader of /events: the whole backlog and more. Further records are not
/// queued; once it has taken these, it gets what the backlog has, and how many it has not.
inline constexpr std::size_t max_reader_queue = 2 * max_backlog_bytes;
/// A reader of /events that takes no byte for so long is closed. It can come back with the id of
/// the last record that it has seen.
inline constexpr std::chrono::seconds reader_timeout{60};

/// A record with more bytes is shown without its event: it is too long for a page.
inline constexpr std::size_t max_feed_record = std::size_t{256} << 10;

/// Records of one second that are shown; the rest is counted only. More is a load test, where
/// rendering JSON for a page would take the time that events need.
inline constexpr std::size_t max_feed_rate = 1000;

}  // namespace confd::sim::control
