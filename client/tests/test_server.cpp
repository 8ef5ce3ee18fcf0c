// SPDX-License-Identifier: Apache-2.0
#include "client/tests/test_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "protocol/maapi/messages.hpp"
#include "testing/patience.hpp"
#include "transport/acceptor.hpp"

namespace confd::test {
namespace {

using test::patience;
constexpr Challenge challenge{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

}  // namespace

struct TestServer::Impl {
    struct Peer : transport::ConnectionOwner {
        Peer(Impl& s, transport::Connection c)
            : server(s), session(s.script.config, challenge), connection(std::move(c)) {}

        Impl& server;
        ServerSession session;
        transport::Connection connection;
        Bytes drip;
        std::size_t dripped = 0;
        bool gone = false;

        std::span<std::uint8_t> room(std::size_t size) override { return session.prepare(size); }
        void received(std::size_t size) override {
            session.commit(size);
            look();
        }
        void ended() override {
            session.feed_eof();
            look();
        }
        void written() override { drop(); }
        void closed(const transport::Closed&) override {
            gone = true;
            server.note_departures();
        }

        void look() {
            while (true) {
                switch (session.poll()) {
                    case ServerSession::Poll::need_input:
                        return flush();
                    case ServerSession::Poll::closed:
                        flush();
                        return connection.finish();
                    case ServerSession::Poll::subscription:
                        subscribe();
                        break;
                    case ServerSession::Poll::ack:
                        server.note_ack(session.ack());
                        break;
                    case ServerSession::Poll::request:
                        if (server.script.on_request(session)) break;
                        flush();
                        return connection.finish();
                }
            }
        }

        void subscribe() {
            server.note_subscription(session.subscription());
            if (server.script.refusal) return session.refuse(*server.script.refusal);
            session.accept();
            if (server.script.on_subscribed) server.script.on_subscribed(session);
            if (!server.script.close_after) return;
            flush();
            if (drip.empty()) connection.finish();
        }

        void flush() {
            if (!server.script.byte_by_byte) return connection.send(session.take_output());
            const auto more = session.take_output();
            drip.insert(drip.end(), more.begin(), more.end());
            drop();
        }

        /// The next byte, once the one before has gone.
        void drop() {
            if (connection.unsent() > 0) return;
            if (dripped < drip.size()) return connection.send({drip[dripped++]});
            const bool over = dripped > 0 && session.subscribed() && server.script.close_after;
            if (over) connection.finish();
        }
    };

    explicit Impl(Script s) : script(std::move(s)) {
        script.config.maapi = script.on_request != nullptr;
        const auto listening = acceptor.listen(script.listen);
        if (!listening) throw std::runtime_error(listening.error());
        acceptor.start([this](transport::Connection connection) {
            ++connections;
            auto& peer = peers.emplace_back(*this, std::move(connection));
            if (!script.silent) peer.connection.start(peer);
        });
        thread = std::thread([this] { io.run(); });
    }

    ~Impl() {
        boost::asio::post(io, [this] {
            acceptor.stop();
            peers.clear();
            io.stop();
        });
        thread.join();
    }

    void note_ack(const Ack& ack) {
        const std::lock_guard lock(mutex);
        acks.push_back(ack);
        changed.notify_all();
    }

    void note_subscription(const Subscription& s) {
        const std::lock_guard lock(mutex);
        subscriptions.push_back(s);
        changed.notify_all();
    }

    void note_departures() {
        const std::lock_guard lock(mutex);
        all_left = std::ranges::all_of(peers, [](const Peer& peer) { return peer.gone; });
        changed.notify_all();
    }

    template <class Happened>
    void wait(Happened happened, const char* what) {
        std::unique_lock lock(mutex);
        EXPECT_TRUE(changed.wait_for(lock, patience, happened)) << "no " << what << " in time";
    }

    Script script;
    boost::asio::io_context io;
    transport::Acceptor acceptor{io.get_executor()};
    std::list<Peer> peers;
    std::atomic<std::size_t> connections = 0;
    std::thread thread;

    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Ack> acks;
    std::vector<Subscription> subscriptions;
    bool all_left = false;
};

TestServer::TestServer(Script script) : impl_(std::make_unique<Impl>(std::move(script))) {}
TestServer::~TestServer() = default;

const transport::Endpoint& TestServer::endpoint() const {
    return impl_->acceptor.endpoints().front();
}

std::size_t TestServer::connections() const {
    return impl_->connections;
}

events::ConnectOptions TestServer::options() const {
    return {.endpoint = endpoint(),
            .release = impl_->script.config.release,
            .product = impl_->script.config.product};
}

void TestServer::send(std::vector<Notification> events) {
    boost::asio::post(impl_->io, [impl = impl_.get(), events = std::move(events)] {
        for (auto& peer : impl->peers) {
            if (!peer.session.subscribed()) continue;
            for (const auto& event : events)
                EXPECT_TRUE(peer.session.send(event));
            peer.flush();
        }
    });
}

void TestServer::send_raw(Bytes bytes) {
    boost::asio::post(impl_->io, [impl = impl_.get(), bytes = std::move(bytes)] {
        for (auto& peer : impl->peers) {
            peer.session.send_raw(bytes);
            peer.flush();
        }
    });
}

std::vector<Ack> TestServer::wait_for_acks(std::size_t count) {
    impl_->wait([&] { return impl_->acks.size() >= count; }, "acknowledgement");
    const std::lock_guard lock(impl_->mutex);
    return impl_->acks;
}

Subscription TestServer::wait_for_subscription() {
    impl_->wait([&] { return !impl_->subscriptions.empty(); }, "subscription");
    const std::lock_guard lock(impl_->mutex);
    return impl_->subscriptions.empty() ? Subscription{} : impl_->subscriptions.back();
}

void TestServer::wait_until_all_left() {
    impl_->wait([&] { return impl_->all_left; }, "disconnection");
}

namespace {

void send_encoded(ServerSession& session, auto&& encode) {
    Bytes payload;
    encode(payload);
    session.send_payload(payload);
}

/// One MAAPI socket's part of it.
class MaapiConversation {
  public:
    MaapiConversation(const Maapi& maapi, std::vector<IterAnswer>* answers)
        : maapi_(maapi), answers_(answers) {}

    bool on_request(ServerSession& session) {
        if (std::exchange(answer_due_, false)) {
            const auto answer = decode_iter_answer(session.frame());
            EXPECT_TRUE(answer);
            if (answer && answers_ != nullptr) answers_->push_back(*answer);
            // Nothing answers a stop.
            return answer == ITER_STOP || advance(session);
        }
        const auto request = decode_maapi_request(session.frame());
        EXPECT_TRUE(request);
        if (!request) return false;
        return std::visit([&](const auto& body) { return on(session, body); }, *request);
    }

  private:
    bool on(ServerSession& session, const MaapiAttach& request) {
        return reply(session, MAAPI_ATTACH, request.thandle);
    }
    bool on(ServerSession& session, const MaapiDetach& request) {
        return reply(session, MAAPI_DETACH, request.thandle);
    }
    bool on(ServerSession& session, const MaapiDiffIterate&) {
        next_ = 0;
        return advance(session);
    }
    bool on(ServerSession& session, const MaapiLoad& request) {
        if (request.op == MAAPI_LOAD_ALL_NS) {
            send_encoded(session, [&](Bytes& out) { encode_schema(maapi_.schema, out); });
        } else if (request.op == MAAPI_LOAD_HASH_DB) {
            const auto count = maapi_.hashes.size();
            send_encoded(session, [&](Bytes& out) { encode_hash_count(count, out); });
            send_encoded(session, [&](Bytes& out) { encode_hashes(maapi_.hashes, out); });
        }
        send_encoded(session, encode_load_end);
        return true;
    }
    bool on(ServerSession&, const MaapiUnknown&) { return false; }

    bool reply(ServerSession& session, std::uint32_t op, std::int64_t thandle) const {
        MaapiReply reply;
        if (thandle != maapi_.thandle) {
            reply = std::unexpected(PeerError{ERR_NOTRANS, "No such transaction"});
        }
        send_encoded(session, [&](Bytes& out) { encode_maapi_reply(op, reply, out); });
        return true;
    }

    bool advance(ServerSession& session) {
        if (maapi_.breaks_at && maapi_.breaks_at->first == next_) {
            session.send_raw(maapi_.breaks_at->second);
            return !maapi_.breaks_at->second.empty();
        }
        if (next_ == maapi_.changes.size()) return finish(session);
        const auto& change = maapi_.changes[next_++];
        send_encoded(session, [&](Bytes& out) { encode_diff(change, out); });
        answer_due_ = true;
        return true;
    }

    bool finish(ServerSession& session) const {
        send_encoded(session, [&](Bytes& out) { encode_diff(maapi_.end, out); });
        return true;
    }

    Maapi maapi_;
    std::vector<IterAnswer>* answers_;
    std::size_t next_ = 0;
    bool answer_due_ = false;
};

}  // namespace

std::function<bool(ServerSession&)> Maapi::handler(std::vector<IterAnswer>* answers) const {
    // Clients of the tests use one MAAPI socket at a time.
    return [conversation = MaapiConversation(*this, answers)](ServerSession& session) mutable {
        return conversation.on_request(session);
    };
}

Notification audit(std::int64_t usid) {
    return {NOTIF_AUDIT,
            AuditNotification{.logno = 115, .user = "admin", .usid = usid, .msg = "hi"}};
}

std::vector<Notification> events_to_acknowledge() {
    CommitDiffNotification diff;
    diff.tctx.th = 17;
    HaNotification ha;
    ha.type = HA_INFO_IS_MASTER;
    AuditNetworkNotification network;
    network.usid = 19;
    return {{NOTIF_COMMIT_DIFF, diff},
            audit(18),
            {NOTIF_HA_INFO, ha},
            {NCS_NOTIF_AUDIT_NETWORK, network}};
}

std::vector<Ack> acks_expected() {
    return {{AckKind::diff_done, 17},
            {AckKind::audit_synced, 18},
            {AckKind::ha_synced, 0},
            {AckKind::audit_network_synced, 19}};
}

Bytes malformed_payload() {
    return {131, 104, 1, 97, 1};
}

}  // namespace confd::test
