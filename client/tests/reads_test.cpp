// How often the client asks the kernel for bytes.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "client/events.hpp"
#include "client/tests/test_server.hpp"

namespace {

/// Of the thread that sets it: the server's own reads do not count.
thread_local std::size_t* reads = nullptr;

template <class F>
F next(const char* name) {
    return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}

void count() {
    if (reads != nullptr) ++*reads;
}

}  // namespace

// In place of the C library's, for everything in this binary.

extern "C" ssize_t recv(int fd, void* buffer, size_t size, int flags) {
    count();
    static const auto real = next<decltype(&::recv)>("recv");
    return real(fd, buffer, size, flags);
}

extern "C" ssize_t recvmsg(int fd, msghdr* message, int flags) {
    count();
    static const auto real = next<decltype(&::recvmsg)>("recvmsg");
    return real(fd, message, flags);
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

}  // namespace
}  // namespace confd::events
