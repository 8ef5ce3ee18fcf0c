// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/run/interruption.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <span>
#include <system_error>

namespace confd::kit {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};

/// More than the groups of all jobs: a server and a client each.
constexpr std::size_t max_groups = 1024;

// A handler may touch nothing that has a lock.
std::atomic<int> came = 0;    // the first signal, or 0
std::atomic<int> woken = -1;  // an eventfd that becomes readable with it and stays so
std::array<std::atomic<pid_t>, max_groups> groups{};
static_assert(std::atomic<pid_t>::is_always_lock_free);
std::atomic<int> starting = 0;     // processes that are being started
std::atomic<bool> ending = false;  // no more are

/// Longer than a start takes on a machine that is slow and busy.
constexpr int start_patience = 5000;  // milliseconds

void end_at_once(int number) {
    ending = true;
    // The thread that starts one cannot be this one: it has blocked the signals.
    for (int i = 0; i < start_patience && starting.load() > 0; ++i)
        ::poll(nullptr, 0, 1);
    for (const auto& group : groups) {
        if (const pid_t id = group.load(); id > 0) ::kill(-id, SIGKILL);
    }
    // Delivered when the handler returns: whoever started us sees what ended us.
    std::signal(number, SIG_DFL);
    ::raise(number);
}

void on_signal(int number) {
    const int saved = errno;
    int none = 0;
    if (came.compare_exchange_strong(none, number)) {
        const std::uint64_t one = 1;
        (void)!::write(woken.load(), &one, sizeof one);
    } else {
        end_at_once(number);
    }
    errno = saved;
}

int poll_milliseconds(Deadline deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

/// poll() that a signal's handler does not end.
void poll_all(std::span<pollfd> entries, Deadline deadline) {
    while (::poll(entries.data(), entries.size(), poll_milliseconds(deadline)) < 0 &&
           errno == EINTR) {
    }
}

}  // namespace

Interruption::Interruption() {
    const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    came = 0;
    woken = descriptor;
    struct sigaction action{};
    action.sa_handler = on_signal;
    // Only what waits on purpose is woken up.
    action.sa_flags = SA_RESTART;
    for (const int number : signals) {
        struct sigaction before{};
        ::sigaction(number, nullptr, &before);
        if (before.sa_handler != SIG_IGN) ::sigaction(number, &action, nullptr);
    }
}

Interruption::~Interruption() {
    for (const int number : signals) {
        struct sigaction now{};
        ::sigaction(number, nullptr, &now);
        if (now.sa_handler == on_signal) std::signal(number, SIG_DFL);
    }
    ::close(woken.exchange(-1));
    came = 0;
}

std::string interrupted_by() {
    const int number = came.load();
    return number == 0 ? std::string() : std::string("SIG") + ::sigabbrev_np(number);
}

bool wait_for_descriptor(int descriptor, short events, Deadline deadline) {
    std::array entries{pollfd{descriptor, events, 0}, pollfd{woken.load(), POLLIN, 0}};
    poll_all(entries, deadline);
    if (entries[1].revents != 0) throw Interrupted{};
    return entries[0].revents != 0;
}

bool wait_uninterrupted(int descriptor, short events, Deadline deadline) {
    std::array entries{pollfd{descriptor, events, 0}};
    poll_all(entries, deadline);
    return entries[0].revents != 0;
}

Starting::Starting() {
    sigset_t blocked;
    sigemptyset(&blocked);
    for (const int number : signals)
        sigaddset(&blocked, number);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before_);
    for (++starting; ending.load(); ++starting) {
        --starting;
        ::poll(nullptr, 0, 1000);  // this process is about to end
    }
}

Starting::~Starting() {
    --starting;
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void list_group(pid_t group) {
    for (auto& place : groups) {
        pid_t none = 0;
        if (place.compare_exchange_strong(none, group)) return;
    }
}

void unlist_group(pid_t group) {
    for (auto& place : groups) {
        pid_t listed = group;
        if (place.compare_exchange_strong(listed, 0)) return;
    }
}

}  // namespace confd::kit
