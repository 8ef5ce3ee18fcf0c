// SPDX-License-Identifier: Apache-2.0
// What the simulator's tests share: a client at the hub without sockets, and loading from text.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/session/client_session.hpp"
#include "simulator/hub/hub.hpp"
#include "simulator/scenario/scenario.hpp"

namespace confd::sim::test {

/// A subscription that is valid for this mask.
inline Subscription subscription(std::uint32_t mask) {
    Subscription out;
    out.mask = mask;
    if ((mask & NOTIF_HEARTBEAT) != 0) out.heartbeat_interval = 1000;
    if ((mask & NOTIF_HEALTH_CHECK) != 0) out.health_check_interval = 1000;
    if ((mask & NOTIF_STREAM_EVENT) != 0) out.stream.emplace().name = "NETCONF";
    return out;
}

inline ClientConfig client_config(std::uint32_t mask) {
    ClientConfig config;
    config.subscription = subscription(mask);
    return config;
}

/// A connection that keeps what is written until somebody takes it.
struct KeptConnection : Connection {
    void write(Instant, ByteView some) override {
        bytes.insert(bytes.end(), some.begin(), some.end());
    }
    void close(CloseHow how) override { closes.push_back(how); }
    void pause_reading(bool pause) override { paused = pause; }
    std::size_t unsent() const override { return bytes.size(); }
    Bytes unsent_bytes() const override { return bytes; }

    Bytes take() { return std::exchange(bytes, {}); }
    /// How it was closed last, if it was.
    std::optional<CloseHow> closed() const {
        return closes.empty() ? std::nullopt : std::optional(closes.back());
    }

    Bytes bytes;
    std::vector<CloseHow> closes;
    bool paused = false;
};

/// A client that somebody has connected, without a session.
struct RawClient {
    RawClient(Hub& h, Instant now) : hub(h), id(hub.connect(now, {})) {
        hub.attach(id, connection);
    }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    /// The hub may still write to it.
    ~RawClient() { hub.attach(id, nowhere()); }

    /// What the hub has for it now.
    Bytes take(Instant now) {
        hub.flush(now);
        auto bytes = connection.take();
        hub.progress(id);
        return bytes;
    }
    std::optional<CloseHow> closed() const { return connection.closed(); }

    Hub& hub;
    KeptConnection connection;
    PeerId id;

  private:
    static Connection& nowhere() {
        struct Nowhere : Connection {
            void write(Instant, ByteView) override {}
            void close(CloseHow) override {}
            void pause_reading(bool) override {}
            std::size_t unsent() const override { return 0; }
        };
        static Nowhere connection;
        return connection;
    }
};

/// A client session that talks to a hub directly.
class HubClient {
  public:
    HubClient(Hub& hub, Instant now, ClientConfig config)
        : hub_(hub), session_(std::move(config)), raw_(std::make_unique<RawClient>(hub, now)) {
        exchange(now);
    }

    /// Moves bytes both ways until neither side has any. Returns the events that arrived.
    std::vector<Notification> exchange(Instant now) {
        std::vector<Notification> events;
        for (bool moved = true; moved;) {
            moved = session_.has_output();
            if (moved) hub_.feed(now, id(), session_.take_output());
            const auto bytes = raw_->take(now);
            moved = moved || !bytes.empty();
            session_.feed(bytes);
            read(events);
        }
        return events;
    }

    void ack(Instant now, const Ack& ack) {
        session_.send(ack);
        hub_.feed(now, id(), session_.take_output());
    }

    PeerId id() const { return raw_->id; }
    KeptConnection& connection() { return raw_->connection; }
    bool subscribed() const { return session_.streaming() && !failure_; }
    const std::optional<SessionFailure>& failure() const { return failure_; }
    const std::vector<Error>& malformed() const { return malformed_; }
    /// What its tags are called, as far as it was told.
    const Names& names() const { return session_.names(); }
    /// How the server closed, if it did.
    std::optional<CloseHow> closed() const { return raw_->closed(); }

  private:
    void read(std::vector<Notification>& events) {
        while (true) {
            switch (session_.poll()) {
                case ClientSession::Poll::need_input:
                    return;
                case ClientSession::Poll::subscribed:
                    break;
                case ClientSession::Poll::notification:
                    events.push_back(session_.notification());
                    break;
                case ClientSession::Poll::malformed:
                    malformed_.push_back(session_.error());
                    break;
                case ClientSession::Poll::failed:
                    failure_ = session_.failure();
                    return;
            }
        }
    }

    Hub& hub_;
    ClientSession session_;
    std::unique_ptr<RawClient> raw_;
    std::optional<SessionFailure> failure_;
    std::vector<Error> malformed_;
};

/// An AUDIT event of this session.
inline Notification audit(std::int64_t usid, std::string msg = {}) {
    AuditNotification body;
    body.usid = usid;
    body.msg = std::move(msg);
    return {NOTIF_AUDIT, body};
}

inline Notification commit_diff(std::int64_t th) {
    CommitDiffNotification body;
    body.tctx.th = th;
    return {NOTIF_COMMIT_DIFF, body};
}

inline Notification ha_info() {
    HaNotification body;
    body.type = HA_INFO_IS_MASTER;
    return {NOTIF_HA_INFO, body};
}

inline Notification audit_network(std::int64_t usid) {
    AuditNetworkNotification body;
    body.usid = usid;
    return {NCS_NOTIF_AUDIT_NETWORK, body};
}

/// Loads a scenario that must be good.
inline Scenario load(std::string_view text, const LoadOptions& options = {}) {
    auto scenario = load_scenario(text, "s.yaml", options);
    if (!scenario) {
        for (const auto& diagnostic : scenario.error())
            ADD_FAILURE() << to_string(diagnostic);
        return {};
    }
    return std::move(*scenario);
}

/// The diagnostics of a scenario that must be bad, one a line.
inline std::string errors_of(std::string_view text, const LoadOptions& options = {}) {
    const auto scenario = load_scenario(text, "s.yaml", options);
    std::string out;
    if (scenario) return out;
    for (const auto& diagnostic : scenario.error())
        out += to_string(diagnostic) + "\n";
    return out;
}

}  // namespace confd::sim::test
