// SPDX-License-Identifier: Apache-2.0
#include "client/async.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <thread>

#include "client/tests/test_server.hpp"
#include "testing/patience.hpp"

namespace confd::events {
namespace {

namespace asio = boost::asio;
using test::TestServer;
using namespace std::chrono_literals;

using test::patience;

std::function<void(ServerSession&)> send_all() {
    return [](ServerSession& session) {
        for (const auto& event : test::events_to_acknowledge())
            EXPECT_TRUE(session.send(event));
    };
}

TestServer::Script nso_script() {
    return {.config = {.product = Product::nso}, .on_subscribed = send_all()};
}

asio::awaitable<void> acknowledge_all(AsyncEventSocket& sock) {
    co_await async_notifications_connect(sock, test::mask_to_acknowledge, asio::use_awaitable);
    for (std::size_t i = 0; i < test::events_to_acknowledge().size(); ++i) {
        const auto event = co_await async_read_notification(sock, asio::use_awaitable);
        if (const auto* diff = event.get<CommitDiffNotification>()) {
            co_await async_diff_notification_done(sock, diff->tctx, asio::use_awaitable);
        } else if (const auto* entry = event.get<AuditNotification>()) {
            co_await async_sync_audit_notification(sock, entry->usid, asio::use_awaitable);
        } else if (const auto* network = event.get<AuditNetworkNotification>()) {
            co_await async_sync_audit_network_notification(sock, network->usid,
                                                           asio::use_awaitable);
        } else {
            co_await async_sync_ha_notification(sock, asio::use_awaitable);
        }
    }
}

TEST(AsyncEventSocket, WorksInACoroutine) {
    TestServer server(nso_script());
    asio::io_context io;
    AsyncEventSocket sock(io.get_executor(), server.options());
    bool done = false;
    asio::co_spawn(io, acknowledge_all(sock), [&](const std::exception_ptr& error) {
        EXPECT_FALSE(error);
        done = true;
    });
    io.run_for(patience);
    EXPECT_TRUE(done);
    EXPECT_EQ(server.wait_for_acks(4), test::acks_expected());
}

TEST(AsyncEventSocket, ThrowsInACoroutineWhatTheBlockingFormThrows) {
    const TestServer server({.refusal = PeerError{ERR_XPATH, "syntax error"}});
    asio::io_context io;
    AsyncEventSocket sock(io.get_executor(), server.options());
    std::optional<Error> seen;
    asio::co_spawn(io, async_notifications_connect(sock, NOTIF_AUDIT, asio::use_awaitable),
                   [&](const std::exception_ptr& error) { seen = error_of(error); });
    io.run_for(patience);
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->kind(), Error::Kind::refused);
    EXPECT_EQ(seen->peer(), (PeerError{ERR_XPATH, "syntax error"}));
}

TEST(AsyncEventSocket, WorksWithFuturesFromAnotherThread) {
    TestServer server(nso_script());
    asio::io_context io;
    auto work = asio::make_work_guard(io);
    std::thread thread([&] { io.run(); });
    {
        AsyncEventSocket sock(io.get_executor(), server.options());
        async_notifications_connect2(sock, test::mask_to_acknowledge, {}, asio::use_future).get();
        const auto event = async_read_notification(sock, asio::use_future).get();
        EXPECT_EQ(event, test::events_to_acknowledge().front());
        async_diff_notification_done(sock, TransCtx{17}, asio::use_future).get();
        EXPECT_EQ(server.wait_for_acks(1).front(), test::acks_expected().front());

        auto again = async_notifications_connect(sock, NOTIF_AUDIT, asio::use_future);
        EXPECT_THROW(again.get(), Error);
    }
    work.reset();
    thread.join();
}

TEST(AsyncEventSocket, WorksWithCallbacksOutsideTheCall) {
    TestServer server(nso_script());
    asio::io_context io;
    AsyncEventSocket sock(io.get_executor(), server.options());
    std::vector<Notification> events;
    std::function<void()> read = [&] {
        bool returned = false;
        async_read_notification(sock, [&](const std::exception_ptr& error, Notification event) {
            EXPECT_TRUE(returned) << "the handler ran inside the call that took it";
            EXPECT_FALSE(error);
            events.push_back(std::move(event));
            if (events.size() < 4) read();
        });
        returned = true;
        io.poll_one();
    };
    async_notifications_connect(sock, test::mask_to_acknowledge,
                                [&](const std::exception_ptr& error) {
                                    ASSERT_FALSE(error);
                                    read();
                                });
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (events.size() < 4 && io.run_one_until(deadline) > 0) {
    }
    EXPECT_EQ(events, test::events_to_acknowledge());
}

TEST(AsyncEventSocket, ChecksUsage) {
    asio::io_context io;
    AsyncEventSocket sock(io.get_executor());
    std::optional<Error> connect;
    std::optional<Error> read;
    async_notifications_connect(sock, NOTIF_HEARTBEAT,
                                [&](const auto& error) { connect = error_of(error); });
    async_read_notification(sock, [&](const auto& error, const auto&) { read = error_of(error); });
    io.run_for(patience);
    ASSERT_TRUE(connect && read);
    EXPECT_EQ(connect->kind(), Error::Kind::usage);
    EXPECT_EQ(read->kind(), Error::Kind::usage);
}

TEST(AsyncEventSocket, CompletesWhatIsUnderWayWhenItCloses) {
    TestServer server;
    asio::io_context io;
    AsyncEventSocket sock(io.get_executor(), server.options());
    std::optional<Error> seen;
    async_notifications_connect(sock, NOTIF_AUDIT, [&](const std::exception_ptr& failed) {
        ASSERT_FALSE(failed);
        async_read_notification(sock,
                                [&](const auto& error, const auto&) { seen = error_of(error); });
        sock.close();
    });
    io.run_for(patience);
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->kind(), Error::Kind::closed);
    EXPECT_FALSE(seen->orderly());
}

TEST(AsyncEventSocket, CompletesAConnectWhenItIsDestroyed) {
    const TestServer server({.silent = true});
    asio::io_context io;
    std::optional<Error> seen;
    {
        AsyncEventSocket sock(io.get_executor(), server.options());
        async_notifications_connect(sock, NOTIF_AUDIT,
                                    [&](const auto& error) { seen = error_of(error); });
    }
    io.run_for(patience);
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->kind(), Error::Kind::closed);
}

}  // namespace
}  // namespace confd::events
