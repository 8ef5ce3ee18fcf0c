// What the simulator's tests share: a client at the hub without sockets, and loading from text.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
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

/// A client session that talks to a hub directly.
class HubClient {
  public:
    HubClient(Hub& hub, Instant now, ClientConfig config)
        : hub_(hub), session_(std::move(config)), id_(hub.connect(now, {})) {
        exchange(now);
    }

    /// Moves bytes both ways until neither side has any. Returns the events that arrived.
    std::vector<Notification> exchange(Instant now) {
        std::vector<Notification> events;
        for (bool moved = true; moved;) {
            moved = session_.has_output();
            if (moved) hub_.feed(now, id_, session_.take_output());
            for (auto& action : hub_.output(now, id_)) {
                moved = true;
                if (const auto* write = std::get_if<Write>(&action)) {
                    session_.feed(write->bytes);
                } else {
                    closed_ = std::get<Close>(action).how;
                }
            }
            read(events);
        }
        return events;
    }

    void ack(Instant now, const Ack& ack) {
        session_.send(ack);
        hub_.feed(now, id_, session_.take_output());
    }

    PeerId id() const { return id_; }
    bool subscribed() const { return session_.streaming() && !failure_; }
    const std::optional<SessionFailure>& failure() const { return failure_; }
    const std::vector<Error>& malformed() const { return malformed_; }
    /// What its tags are called, as far as it was told.
    const Names& names() const { return session_.names(); }
    /// How the server closed, if it did.
    const std::optional<CloseHow>& closed() const { return closed_; }

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
    PeerId id_;
    std::optional<SessionFailure> failure_;
    std::vector<Error> malformed_;
    std::optional<CloseHow> closed_;
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
