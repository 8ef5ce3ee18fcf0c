// SPDX-License-Identifier: Apache-2.0
// A server of a few lines around ServerSession, on a thread of its own: what a client test needs,
// and no simulator.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "client/options.hpp"
#include "protocol/maapi/changes.hpp"
#include "protocol/maapi/schema.hpp"
#include "protocol/session/server_session.hpp"
#include "transport/endpoint.hpp"

namespace confd::test {

class TestServer {
  public:
    struct Script {
        ServerConfig config;
        transport::Endpoint listen = transport::TcpEndpoint{"127.0.0.1", 0};
        /// Refuses every subscription.
        std::optional<PeerError> refusal;
        /// Runs on the server's thread once a subscription is accepted; what it queues is sent.
        std::function<void(ServerSession&)> on_subscribed;
        /// Answers a frame of a MAAPI socket, which it finds in frame(), with what it queues; false
        /// closes after that. When it is empty, clients that ask for MAAPI are turned away.
        std::function<bool(ServerSession&)> on_request;
        /// Accepts connections and does nothing else.
        bool silent = false;
        /// Each byte is a write, and so a segment, of its own.
        bool byte_by_byte = false;
        /// Closes once all of the above is sent.
        bool close_after = false;
    };

    explicit TestServer(Script script);
    TestServer() : TestServer(Script{}) {}
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;
    ~TestServer();

    /// How many connections there have been.
    std::size_t connections() const;

    const transport::Endpoint& endpoint() const;
    /// Options that lead here, with the release and product of the script.
    events::ConnectOptions options() const;

    /// Sends to every subscriber.
    void send(std::vector<Notification> events);
    /// The same with bytes as they are.
    void send_raw(Bytes bytes);

    // Each waits, for as long as a test may take, and fails the test when nothing comes.
    std::vector<Ack> wait_for_acks(std::size_t count);
    Subscription wait_for_subscription();
    void wait_until_all_left();

    struct Impl;

  private:
    std::unique_ptr<Impl> impl_;
};

/// What a daemon does on its MAAPI sockets, with one transaction.
struct Maapi {
    std::vector<SchemaRecord> schema;
    std::vector<NameHash> hashes;
    std::int64_t thandle = 17;
    std::vector<DiffChange> changes;
    DiffEnd end;
    /// Instead of the change with this index: bytes as they are, or none and the connection closes.
    std::optional<std::pair<std::size_t, Bytes>> breaks_at;

    /// Script::on_request; answers go to `answers`, which may be looked at once all have left.
    std::function<bool(ServerSession&)> handler(std::vector<IterAnswer>* answers = nullptr) const;
};

/// An audit event whose session is `usid`.
Notification audit(std::int64_t usid);
/// One event for each acknowledgement there is, with the ids 17, 18, none, 19; and their mask.
std::vector<Notification> events_to_acknowledge();
inline constexpr std::uint32_t mask_to_acknowledge =
    NOTIF_COMMIT_DIFF | NOTIF_AUDIT | NOTIF_AUDIT_SYNC | NOTIF_HA_INFO | NOTIF_HA_INFO_SYNC |
    NCS_NOTIF_AUDIT_NETWORK | NCS_NOTIF_AUDIT_NETWORK_SYNC;
/// The acknowledgements of those events.
std::vector<Ack> acks_expected();
/// A frame whose term is an audit event without its fields.
Bytes malformed_payload();

}  // namespace confd::test
