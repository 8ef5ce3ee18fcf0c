// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/guard.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <optional>
#include <utility>

namespace confd::sim::yang {
namespace {

/// The last step that the child reports.
constexpr std::uint32_t end_of_work = UINT32_MAX;
/// Its exit code when it has met the limit of memory.
constexpr int out_of_memory = 3;

// ---- The child ----

void tell(int pipe, std::uint32_t step) {
    // Small enough to be written whole; when nothing reads it any more the work is of no use.
    if (::write(pipe, &step, sizeof step) != sizeof step) ::_exit(1);
}

void limit(__rlimit_resource what, rlim_t most) {
    rlimit now{};
    if (::getrlimit(what, &now) != 0) return;
    const rlimit lower{std::min(most, now.rlim_max), now.rlim_max};
    ::setrlimit(what, &lower);
}

/// Bytes of address space in use: sanitizers reserve a great deal of it.
std::size_t used_memory() {
    std::size_t pages = 0;
    if (auto* file = std::fopen("/proc/self/statm", "re")) {
        if (std::fscanf(file, "%zu", &pages) != 1) pages = 0;
        std::fclose(file);
    }
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// Handlers of the parent would act for it: by pipes that both have, for one.
void reset_signals() {
    for (int signal = 1; signal < NSIG; ++signal) {
        struct sigaction action{};
        if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) continue;
        action = {};
        action.sa_handler = SIG_DFL;
        ::sigaction(signal, &action, nullptr);
    }
    sigset_t none;
    sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

/// No handler runs in the child before it has been reset.
pid_t fork_without_signals() {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const auto child = ::fork();
    const int error = errno;
    if (child != 0) ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return child;
}

[[noreturn]] void be_child(int pipe, pid_t parent, const GuardLimits& limits,
                           const std::function<void(const Progress&)>& work) {
    reset_signals();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, static_cast<rlim_t>(limits.processor.count()));
    limit(RLIMIT_AS, used_memory() + limits.memory);
    constexpr int standard_error = STDERR_FILENO;
    ::close(STDIN_FILENO);
    if (pipe > standard_error + 1) {
        ::close_range(standard_error + 1, static_cast<unsigned>(pipe) - 1, 0);
    }
    ::close_range(static_cast<unsigned>(pipe) + 1, ~0U, 0);
    try {
        work([pipe](std::size_t step) { tell(pipe, static_cast<std::uint32_t>(step)); });
        tell(pipe, end_of_work);
    } catch (const std::bad_alloc&) {
        ::_exit(out_of_memory);
    } catch (const std::exception&) {
        // The parent meets it too, and handles it as ever.
        tell(pipe, end_of_work);
    }
    ::_exit(0);
}

// ---- The parent ----

/// What ended the child; nothing when another handler has reaped it, or when children are not
/// waited for.
std::optional<int> status_of(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return std::nullopt;
    }
    return status;
}

std::string why_ended(std::optional<int> status, const GuardLimits& limits) {
    if (!status) return "it ends early";
    if (WIFEXITED(*status) && WEXITSTATUS(*status) == out_of_memory) {
        return fmt::format("it takes more than {} MiB of memory", limits.memory >> 20);
    }
    if (WIFEXITED(*status)) return fmt::format("it exits with {}", WEXITSTATUS(*status));
    const int signal = WTERMSIG(*status);
    if (signal == SIGXCPU) {
        return fmt::format("it takes more than {} s of the processor", limits.processor.count());
    }
    return fmt::format("it ends with signal {} ({})", signal, ::strsignal(signal));
}

/// Reads steps until the pipe is closed; false when that takes too long.
bool follow(int pipe, std::chrono::seconds patience, std::uint32_t& step) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        pollfd waiting{pipe, POLLIN, 0};
        const int ready = ::poll(&waiting, 1, static_cast<int>(left.count()));
        if (ready < 0 && errno != EINTR) return false;
        if (ready <= 0) continue;
        std::array<std::uint32_t, 256> steps{};
        const auto size = ::read(pipe, steps.data(), sizeof steps);
        if (size == 0) return true;
        // Pipes keep what is written at once together.
        if (size > 0) step = steps.at(static_cast<std::size_t>(size) / sizeof step - 1);
    }
}

}  // namespace

std::expected<void, GuardFailure> try_in_child(const std::function<void(const Progress&)>& work,
                                               const GuardLimits& limits) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
        return std::unexpected(GuardFailure{0, fmt::format("no pipe: {}", std::strerror(errno))});
    }
    const auto parent = ::getpid();
    const auto child = fork_without_signals();
    if (child == 0) be_child(pipe[1], parent, limits, work);
    const int error = errno;
    ::close(pipe[1]);
    if (child < 0) {
        ::close(pipe[0]);
        return std::unexpected(
            GuardFailure{0, fmt::format("no child process: {}", std::strerror(error))});
    }
    std::uint32_t step = 0;
    const bool in_time = follow(pipe[0], limits.waiting, step);
    ::close(pipe[0]);
    if (!in_time) ::kill(child, SIGKILL);
    const auto status = status_of(child);
    if (step == end_of_work) return {};
    return std::unexpected(GuardFailure{
        step, in_time ? why_ended(status, limits)
                      : fmt::format("it does not end within {} s", limits.waiting.count())});
}

}  // namespace confd::sim::yang
