// SPDX-License-Identifier: Apache-2.0
// A server for the self-tests of the kit: right in everything, or wrong in the one way that its
// mutation names. It plays what the cases ask for and nothing more.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/selftest/mutant_maapi.hpp"
#include "conformance/selftest/mutations.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/session/server_session.hpp"
#include "testing/loopback.hpp"

namespace confd::kit::test {

class MutantServer : public testing::LoopServer {
  public:
    MutantServer(testing::Loopback& net, std::string mutation, std::optional<Bytes> secret);

    void run() override;
    std::optional<testing::Instant> next_deadline() const override;

    /// A user session, a transaction or a change of HA that makes so many events, one after the
    /// other, each once the one before has been acknowledged.
    std::int64_t start_job(std::string_view event, int count);
    bool is_done(std::int64_t job) const;
    /// Whether it ended as a program does that crashes: nothing is served any more.
    bool dead() const { return dead_; }

  private:
    using Instant = testing::Instant;

    struct Client {
        testing::Loopback::Id id;
        ServerSession session;
        std::unique_ptr<MutantMaapi::Reader> reader{};  // on a MAAPI socket
        Bytes hello{};                                  // until all 9 bytes are there
        Bytes output{};
        bool greeted = false;  // the hello has been passed on
        bool patched = false;  // the reply has gone out
        bool closing = false;
        bool gone = false;
        Instant since{};
        std::optional<Instant> next_heartbeat{};
        std::optional<Instant> next_health_check{};
    };
    struct Owed {
        const Client* by;
        Ack ack;
    };
    struct Job {
        std::int64_t id;
        std::uint32_t type = 0;
        int left = 0;
        bool waiting = false;
        bool done = false;
        std::vector<Owed> owed{};
    };

    bool mutant(ServerMutation name) const { return mutation_ == name.text; }
    /// What a blocking server waits for before it looks at anything else.
    bool stuck();

    void accept(testing::Loopback::Id id);
    void read(Client& client);
    void take(Client& client, ByteView bytes);
    void greet(Client& client);
    void act(Client& client);
    void ended(Client& client);
    void die();
    void serve(Client& client);
    void leave(Client& client);
    void release(const Job& job, std::size_t erased);
    void let_go(std::int64_t id);

    void decide(Client& client);
    std::optional<PeerError> stream_error(const Subscription& wanted) const;
    void ask_late(const Client& client);
    std::chrono::milliseconds interval(std::int64_t asked) const;

    void beat();
    void beat(Client& client, std::optional<Instant>& at, std::uint32_t type, std::int64_t asked);
    std::optional<Instant> talks_at(const Client& client) const;
    bool gets(const Client& client, std::uint32_t type) const;
    std::optional<Ack> owes(const Client& client, const Notification& event) const;
    void send(Job& job);
    void send(Client& client, const Notification& event) const;
    void acknowledge(const Client& client, const Ack& ack);
    bool held_up(const Job& job) const;
    void advance(Job& job);

    void patch_reply(Client& client, Bytes& bytes) const;
    void flush(Client& client);
    void write(Client& client);
    void close(Client& client);

    testing::Loopback& net_;
    const std::string mutation_;
    std::optional<Bytes> secret_;
    std::uint8_t challenges_ = 0;
    std::int64_t last_id_ = 0;
    MutantMaapi maapi_;
    std::list<Client> clients_;
    std::list<Job> jobs_;
    const Client* reading_hello_ = nullptr;
    bool dead_ = false;
};

}  // namespace confd::kit::test
