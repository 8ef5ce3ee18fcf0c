// SPDX-License-Identifier: Apache-2.0
// Acknowledgements: what a client sends when it is done with an event that something waits for
// (docs/protocol.md, "Acknowledgements").
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/bytes.hpp"
#include "protocol/error.hpp"
#include "protocol/limits.hpp"
#include "protocol/notification/notification.hpp"

namespace confd {

enum class AckKind : std::uint8_t {
    diff_done,             ///< {TransHandle, done}: diff_notification_done
    audit_synced,          ///< {Usid, synced}: sync_audit_notification
    ha_synced,             ///< ha_synced: sync_ha_notification
    audit_network_synced,  ///< {Usid, audit_network_sync}: sync_audit_network_notification
};

struct Ack {
    AckKind kind{};
    /// Transaction handle or user session id; 0 for ha_synced, which names nothing.
    std::int64_t id = 0;

    bool operator==(const Ack&) const = default;
};

/// "diff_notification_done(17)": the call that sends it.
std::string to_string(const Ack& ack);

void encode_ack(const Ack& ack, Bytes& out);
Result<Ack> decode_ack(ByteView payload, const Limits& limits = {});

/// The acknowledgement that a subscriber with this mask owes for an event, if any. Both ends go
/// by it: the server to know whom to wait for, the client to know what to send.
std::optional<Ack> ack_owed(const Notification& notification, std::uint32_t mask);

}  // namespace confd
