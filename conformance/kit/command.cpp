#include "conformance/kit/command.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

extern char** environ;

namespace confd::kit {
namespace {

/// What a program has to end properly once it is asked to.
constexpr std::chrono::milliseconds grace{500};

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (auto& text : texts)
        out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

std::vector<std::string> environment_of(const CommandSetup& setup) {
    auto variables = setup.variables;
    auto given = variables;
    for (const auto& name : setup.unset)
        given.push_back(name + "=");
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text(*variable);
        const auto name = text.substr(0, text.find('=') + 1);
        const bool set =
            std::ranges::any_of(given, [&](const auto& other) { return other.starts_with(name); });
        if (!set) variables.emplace_back(text);
    }
    return variables;
}

int memory_file(const char* name) {
    return ::memfd_create(name, MFD_CLOEXEC);
}

std::string contents(int file) {
    const auto end = ::lseek(file, 0, SEEK_END);
    std::string out(std::min(static_cast<std::size_t>(std::max<off_t>(end, 0)), max_command_output),
                    '\0');
    const auto size = ::pread(file, out.data(), out.size(), 0);
    out.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return out;
}

bool fill(int file, std::string_view text) {
    while (!text.empty()) {
        const auto size = ::write(file, text.data(), text.size());
        if (size <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return ::lseek(file, 0, SEEK_SET) == 0;
}

/// Signals as a program expects them that was started from a shell, whatever this one blocks.
void default_signals(posix_spawnattr_t& attributes) {
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

}  // namespace

std::expected<Command, std::string> Command::start(const CommandSetup& setup) {
    Command command;
    command.in_ = memory_file("input");
    command.out_ = memory_file("output");
    command.err_ = memory_file("errors");
    if (command.in_ < 0 || command.out_ < 0 || command.err_ < 0 ||
        !fill(command.in_, setup.input)) {
        return std::unexpected(
            fmt::format("no memory for a program's input: {}", std::strerror(errno)));
    }
    auto arguments = setup.arguments;
    auto variables = environment_of(setup);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, command.in_, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, command.out_, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, command.err_, STDERR_FILENO);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    default_signals(attributes);
    const int error =
        ::posix_spawnp(&command.pid_, arguments.front().c_str(), &actions, &attributes,
                       pointers(arguments).data(), pointers(variables).data());
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        command.pid_ = 0;
        return std::unexpected(
            fmt::format("cannot start '{}': {}", arguments.front(), std::strerror(error)));
    }
    // The header of glibc 2.36 cannot be linked from C++.
    command.process_ = static_cast<int>(::syscall(SYS_pidfd_open, command.pid_, 0));
    return command;
}

Command::Command(Command&& other) noexcept
    : in_(std::exchange(other.in_, -1)),
      out_(std::exchange(other.out_, -1)),
      err_(std::exchange(other.err_, -1)),
      process_(std::exchange(other.process_, -1)),
      pid_(std::exchange(other.pid_, 0)),
      exit_code_(other.exit_code_) {}

Command::~Command() {
    if (pid_ > 0 && !exit_code_) {
        ::kill(-pid_, SIGTERM);
        if (!wait_until(Clock::now() + grace)) {
            ::kill(-pid_, SIGKILL);
            wait_until(Clock::now() + grace);
        }
    }
    if (pid_ > 0) ::kill(-pid_, SIGKILL);  // what it has started and left behind
    for (const int file : {in_, out_, err_, process_}) {
        if (file >= 0) ::close(file);
    }
}

bool Command::wait_until(Clock::time_point deadline) {
    if (exit_code_) return true;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd entry{process_, POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000))) != 1) {
        return false;
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return true;
}

void Command::signal(int number) {
    if (pid_ > 0 && !ended()) ::kill(-pid_, number);
}

std::string Command::output() const {
    return contents(out_);
}

std::string Command::errors() const {
    return contents(err_);
}

std::size_t Command::output_size() const {
    const auto end = ::lseek(out_, 0, SEEK_END);
    return static_cast<std::size_t>(std::max<off_t>(end, 0));
}

std::vector<std::string> shell(const std::string& line) {
    return {"/bin/sh", "-c", line};
}

std::string describe_exit(int exit_code) {
    if (exit_code < 0) return fmt::format("was killed by signal {}", -exit_code);
    return fmt::format("ended with exit code {}", exit_code);
}

}  // namespace confd::kit
