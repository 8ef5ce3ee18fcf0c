// SPDX-License-Identifier: Apache-2.0
// The client's first frame and the server's answer (docs/protocol.md, "Subscribe").
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <variant>

#include "protocol/bytes.hpp"
#include "protocol/constants.hpp"
#include "protocol/error.hpp"
#include "protocol/limits.hpp"
#include "protocol/release.hpp"
#include "protocol/value/value.hpp"

namespace confd {

/// Which notifications of a stream a subscriber asks for.
struct StreamRequest {
    std::string name;
    std::optional<Datetime> start_time;
    std::optional<Datetime> stop_time;  ///< only with a start time
    std::optional<std::string> xpath_filter;
    std::int64_t usid = 0;     ///< user session whose access rights apply; 0 for none
    std::int64_t use_ikp = 0;  ///< 0: tags as hashes (C), 1: as names (the Erlang client)

    bool operator==(const StreamRequest&) const = default;
};

struct Subscription {
    std::uint32_t mask = 0;
    std::int64_t heartbeat_interval = 0;        ///< milliseconds; 0 when the mask lacks the bit
    std::int64_t health_check_interval = 0;     ///< milliseconds
    std::optional<StreamRequest> stream;        ///< when the mask has NOTIF_STREAM_EVENT
    std::int64_t verbosity = VERBOSITY_NORMAL;  ///< since 7.0; for progress events

    bool operator==(const Subscription&) const = default;
};

/// The subscription without what has no effect, as the stock library sends it: intervals, stream
/// and verbosity without their bits, a stop time without a start time.
Subscription without_unused(Subscription subscription);

/// A server raises shorter intervals to this many milliseconds.
inline constexpr std::int64_t min_interval = 1000;

/// Appends the payload. Verbosity is left out in the 6x dialect.
void encode_subscription(const Subscription& subscription, Bytes& out, Dialect dialect);
Result<Subscription> decode_subscription(ByteView payload, Dialect dialect,
                                         const Limits& limits = {});

/// An error that a peer reports, with its code (PeerErrorCode or one not known here) and text.
struct PeerError {
    std::int64_t code = 0;
    std::string text;
    bool operator==(const PeerError&) const = default;
};

/// The answer to a subscription.
using SubscribeReply = std::expected<void, PeerError>;

void encode_reply(const SubscribeReply& reply, Bytes& out);
Result<SubscribeReply> decode_reply(ByteView payload, const Limits& limits = {});

}  // namespace confd
