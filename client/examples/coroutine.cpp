// SPDX-License-Identifier: Apache-2.0
// Releases each transaction once its diff could have been read, as a coroutine.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <exception>

#include "client/async.hpp"

namespace {

namespace asio = boost::asio;
using namespace confd::events;

asio::awaitable<void> follow_commits(AsyncEventSocket& sock) {
    co_await async_notifications_connect(sock, NOTIF_COMMIT_DIFF, asio::use_awaitable);
    while (true) {
        const auto event = co_await async_read_notification(sock, asio::use_awaitable);
        if (const auto* commit = event.get<confd::CommitDiffNotification>()) {
            std::printf("transaction %lld\n", static_cast<long long>(commit->tctx.th));
            co_await async_diff_notification_done(sock, commit->tctx, asio::use_awaitable);
        }
    }
}

void report(const std::exception_ptr& failed) {
    if (const auto error = error_of(failed)) std::fprintf(stderr, "%s\n", error->what());
}

}  // namespace

int main() {
    try {
        asio::io_context io;
        AsyncEventSocket sock(io.get_executor(), ConnectOptions::from_environment());
        asio::co_spawn(io, follow_commits(sock), report);
        io.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
