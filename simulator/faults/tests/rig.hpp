// SPDX-License-Identifier: Apache-2.0
// A server's and a client's session with fault channels between them, and a clock by hand.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/session/client_session.hpp"
#include "protocol/session/server_session.hpp"
#include "simulator/base/earliest.hpp"
#include "simulator/faults/channel.hpp"
#include "simulator/faults/tests/set_param.hpp"

namespace confd::sim::test {

using std::chrono::milliseconds;

/// A fault of this kind with these parameters, as they would stand in a scenario.
inline FaultSpec fault(FaultKind kind,
                       std::vector<std::pair<std::string_view, std::string_view>> params = {}) {
    auto spec = make_fault(kind);
    for (const auto& [name, text] : params) {
        EXPECT_EQ(set(spec, name, text), "") << name;
    }
    return spec;
}

inline FaultId add(ActiveFaults& faults, const FaultSpec& spec) {
    const auto id = faults.add(spec);
    EXPECT_TRUE(id) << (id ? "" : id.error().message);
    return id.value_or(0);
}

inline Notification audit(std::int64_t usid, std::string msg = "hello") {
    AuditNotification body;
    body.usid = usid;
    body.user = "admin";
    body.msg = std::move(msg);
    return {NOTIF_AUDIT, body};
}

/// The session ids of audit events, in the order of arrival.
inline std::vector<std::int64_t> usids(const std::vector<Notification>& events) {
    std::vector<std::int64_t> out;
    for (const auto& event : events) {
        const auto* body = event.get<AuditNotification>();
        out.push_back(body == nullptr ? -1 : body->usid);
    }
    return out;
}

/// What one call of poll() let through to the client.
struct Arrival {
    milliseconds at{};
    std::size_t size = 0;
};

class Rig {
  public:
    explicit Rig(const std::optional<Bytes>& secret = {}, PeerId peer = 1)
        : out(faults, peer, Direction::out),
          in(faults, peer, Direction::in),
          server(ServerConfig{.secret = secret}, Challenge{1, 2, 3}),
          client(client_config(secret)) {}

    static ClientConfig client_config(const std::optional<Bytes>& secret) {
        ClientConfig config;
        config.subscription.mask = NOTIF_AUDIT | NOTIF_AUDIT_SYNC | NOTIF_COMMIT_SIMPLE;
        config.secret = secret;
        return config;
    }

    /// Moves bytes and time until nothing is left to happen.
    void settle() {
        while (step()) {
        }
    }

    void send(const Notification& event) { ASSERT_TRUE(server.send(event)); }
    void send_audits(std::int64_t count) {
        for (std::int64_t i = 1; i <= count; ++i)
            send(audit(i));
    }

    milliseconds elapsed() const {
        return std::chrono::duration_cast<milliseconds>(now - Instant());
    }

    ActiveFaults faults;
    FaultChannel out;
    FaultChannel in;
    ServerSession server;
    ClientSession client;
    Instant now;

    std::vector<Notification> events;
    std::vector<Error> malformed;
    std::optional<SessionFailure> failure;
    std::vector<Arrival> arrivals;
    std::vector<Ack> acks;
    std::vector<CloseHow> closed;
    std::string server_reason;

  private:
    bool step() {
        bool moved = pass_in();
        look_at_server();
        moved |= pass_out();
        look_at_client();
        return moved || wait();
    }

    bool pass_in() {
        const bool moved = client.has_output();
        if (moved) in.push(now, client.take_output());
        return carry(in.poll(now), [&](ByteView bytes) { server.feed(bytes); }) || moved;
    }

    bool pass_out() {
        const bool moved = server.has_output();
        if (moved) out.push(now, server.take_output());
        return carry(out.poll(now),
                     [&](ByteView bytes) {
                         arrivals.push_back({elapsed(), bytes.size()});
                         client.feed(bytes);
                     }) ||
               moved;
    }

    template <class To>
    bool carry(const std::vector<Action>& actions, To&& to) {
        for (const auto& action : actions) {
            if (const auto* write = std::get_if<Write>(&action)) {
                to(write->bytes);
            } else {
                closed.push_back(std::get<Close>(action).how);
                out.stop();
                client.feed_eof();
            }
        }
        return !actions.empty();
    }

    void look_at_server() {
        while (true) {
            switch (server.poll()) {
                case ServerSession::Poll::need_input:
                case ServerSession::Poll::request:  // only of MAAPI sockets
                    return;
                case ServerSession::Poll::subscription:
                    out.subscribed("auditor", server.context());
                    in.subscribed("auditor", server.context());
                    server.accept();
                    break;
                case ServerSession::Poll::ack:
                    acks.push_back(server.ack());
                    break;
                case ServerSession::Poll::closed:
                    server_reason = server.reason();
                    return;
            }
        }
    }

    void look_at_client() {
        while (true) {
            switch (client.poll()) {
                case ClientSession::Poll::need_input:
                    return;
                case ClientSession::Poll::subscribed:
                    break;
                case ClientSession::Poll::notification:
                    events.push_back(client.notification());
                    break;
                case ClientSession::Poll::malformed:
                    malformed.push_back(client.error());
                    break;
                case ClientSession::Poll::failed:
                    failure = client.failure();
                    return;
            }
        }
    }

    /// To the next moment at which a channel has something to do.
    bool wait() {
        const auto next = earliest({out.deadline(), in.deadline()});
        if (next) now = std::max(now, *next);
        return next.has_value();
    }
};

}  // namespace confd::sim::test
