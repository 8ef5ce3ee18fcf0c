// SPDX-License-Identifier: Apache-2.0
// How often the client asks the kernel for bytes.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <thread>
#include <utility>

#include "client/events.hpp"
#include "client/tests/test_server.hpp"
#include "protocol/session/event_frame.hpp"

namespace {

/// Of the thread that sets it: the server's own reads do not count.
thread_local std::size_t* reads = nullptr;

template <class F>
F next(const char* name) {
    return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}

/// Runs after the next read of that thread that brings something.
thread_local std::function<void()> after_read;

void count() {
    if (reads != nullptr) ++*reads;
}

ssize_t tell(ssize_t got) {
    if (got > 0 && after_read) std::exchange(after_read, nullptr)();
    return got;
}

}  // namespace

// In place of the C library's, for everything in this binary.

extern "C" ssize_t recv(int fd, void* buffer, size_t size, int flags) {
    count();
    static const auto real = next<decltype(&::recv)>("recv");
    return tell(real(fd, buffer, size, flags));
}

extern "C" ssize_t recvmsg(int fd, msghdr* message, int flags) {
    count();
    static const auto real = next<decltype(&::recvmsg)>("recvmsg");
    return tell(real(fd, message, flags));
}

namespace confd::events {
namespace {

TEST(Reads, TakeManyEventsEach) {
    constexpr std::size_t number = 10'000;
    test::TestServer server({.on_subscribed = [](ServerSession& session) {
        for (std::size_t i = 0; i < number; ++i)
            EXPECT_TRUE(session.send(test::audit(static_cast<std::int64_t>(i))));
    }});
    EventSocket sock(server.options());
    notifications_connect(sock, NOTIF_AUDIT, std::chrono::seconds(30));
    std::size_t found = 0;
    reads = &found;
    for (std::size_t i = 0; i < number; ++i) {
        const auto event = read_notification(sock, std::chrono::seconds(30));
        ASSERT_EQ(event.get<AuditNotification>()->usid, static_cast<std::int64_t>(i));
    }
    reads = nullptr;
    EXPECT_GT(found, 0U) << "the reads are not counted";
    // A read takes up to 64 KiB, some thousand of these events, but only what has come yet.
    EXPECT_LT(found, number / 20);
}

/// Who polls the descriptor must not wait for what the library has taken already.
TEST(Reads, TakeNothingThatPollingWouldMiss) {
    test::TestServer server;
    EventSocket sock(server.options());
    notifications_connect(sock, NOTIF_AUDIT, std::chrono::seconds(30));
    Bytes frame;
    ASSERT_TRUE(append_event(frame, test::audit(7), {Release{}.dialect(), Product::confd}));
    const auto half = static_cast<std::ptrdiff_t>(frame.size() / 2);

    constexpr auto patience = std::chrono::milliseconds(300);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    // Between two reads the rest arrives, and the time of the call runs out.
    after_read = [&] {
        server.send_raw({frame.begin() + half, frame.end()});
        pollfd rest{sock.native_handle(), POLLIN, 0};
        EXPECT_EQ(::poll(&rest, 1, 30'000), 1);
        std::this_thread::sleep_until(deadline + std::chrono::milliseconds(1));
    };
    server.send_raw({frame.begin(), frame.begin() + half});
    try {
        EXPECT_EQ(read_notification(sock, patience).get<AuditNotification>()->usid, 7);
        return;
    } catch (const Error&) {
        // It came too late.
    }
    pollfd readable{sock.native_handle(), POLLIN, 0};
    EXPECT_TRUE(sock.pending() || ::poll(&readable, 1, 0) == 1);
    EXPECT_EQ(read_notification(sock, std::chrono::seconds(30)).get<AuditNotification>()->usid, 7);
}

}  // namespace
}  // namespace confd::events
