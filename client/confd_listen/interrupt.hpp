// SPDX-License-Identifier: Apache-2.0
// Signals as something to wait for.
#pragma once

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <system_error>

#include "client/deadline.hpp"

namespace confd::listen {

/// SIGINT and SIGTERM as something to poll for, so that they stop us between two events and never
/// in the middle of one.
/// As long as it lives.
class Interrupt {
  public:
    Interrupt() {
        const auto set = signals();
        pthread_sigmask(SIG_BLOCK, &set, nullptr);
        fd_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
    }
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    /// One that has come and was not asked for takes its normal course now.
    ~Interrupt() {
        ::close(fd_);
        const auto set = signals();
        pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    }

    /// Whether a signal has come.
    bool raised() const {
        pollfd own{fd_, POLLIN, 0};
        return ::poll(&own, 1, 0) > 0;
    }

    enum class Woke : std::uint8_t { ready, interrupted, deadline };

    /// Waits until `fd` is readable or has ended; with -1 only for the others.
    Woke wait(int fd, const events::Deadline& deadline) const {
        std::array<pollfd, 2> fds{pollfd{fd_, POLLIN, 0}, pollfd{fd, POLLIN, 0}};
        while (true) {
            const int ready = ::poll(fds.data(), fds.size(), remaining(deadline));
            if (ready < 0 && errno != EINTR) {
                throw std::system_error(errno, std::generic_category(), "poll");
            }
            if (ready == 0) return Woke::deadline;
            if (ready > 0) return fds[0].revents != 0 ? Woke::interrupted : Woke::ready;
        }
    }

  private:
    static sigset_t signals() {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGTERM);
        return set;
    }
    static int remaining(const events::Deadline& deadline) {
        if (!deadline.at()) return -1;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
                              *deadline.at() - events::Deadline::Clock::now())
                              .count();
        return left < 0 ? 0 : static_cast<int>(left);
    }

    int fd_;
};

}  // namespace confd::listen
