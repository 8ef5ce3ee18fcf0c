// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/run/command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

#include "conformance/kit/run/interruption.hpp"

extern char** environ;

namespace confd::kit {
namespace {

/// What a program has to end properly once it is asked to.
constexpr std::chrono::milliseconds grace{500};
/// For the system to end it once it is told to.
constexpr std::chrono::seconds patience{10};

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

bool fill(int file, std::string_view text) {
    while (!text.empty()) {
        const auto size = ::write(file, text.data(), text.size());
        if (size <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return ::lseek(file, 0, SEEK_SET) == 0;
}

/// All of a program's input: a file in memory, so that nothing has to feed it.
Descriptor input_of(std::string_view text) {
    Descriptor file(::memfd_create("input", MFD_CLOEXEC));
    return file && fill(file.get(), text) ? std::move(file) : Descriptor();
}

struct Pipe {
    Descriptor reader;
    Descriptor writer;
};

std::optional<Pipe> open_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
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
    const auto input = input_of(setup.input);
    auto output = input ? open_pipe() : std::nullopt;
    auto errors = output ? open_pipe() : std::nullopt;
    if (!errors) {
        return std::unexpected(
            fmt::format("no descriptors or memory for a program: {}", std::strerror(errno)));
    }
    Command command;
    command.outputs_ = std::make_unique<OutputReader>(
        std::array{std::move(output->reader), std::move(errors->reader)},
        std::array{max_command_output, max_command_errors});
    auto arguments = setup.arguments;
    auto variables = environment_of(setup);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, output->writer.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, errors->writer.get(), STDERR_FILENO);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    default_signals(attributes);
    const auto spawn = [&] {
        const Starting guard;
        const int error =
            ::posix_spawnp(&command.pid_, arguments.front().c_str(), &actions, &attributes,
                           pointers(arguments).data(), pointers(variables).data());
        if (error == 0) list_group(command.pid_);
        return error;
    };
    const int error = spawn();
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        command.pid_ = 0;
        return std::unexpected(
            fmt::format("cannot start '{}': {}", arguments.front(), std::strerror(error)));
    }
    // The header of glibc 2.36 cannot be linked from C++.
    command.process_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, command.pid_, 0)));
    return command;
}

Command::Command(Command&& other) noexcept
    : outputs_(std::move(other.outputs_)),
      process_(std::move(other.process_)),
      pid_(std::exchange(other.pid_, 0)),
      exit_code_(other.exit_code_) {}

Command::~Command() {
    if (pid_ <= 0) return;
    if (!exit_code_) {
        ::kill(-pid_, SIGTERM);
        wait_uninterrupted(process_.get(), POLLIN, Clock::now() + grace);
    }
    ::kill(-pid_, SIGKILL);  // itself, or what it has started and left behind
    // What hangs in the kernel is left to it.
    if (!wait_uninterrupted(process_.get(), POLLIN, Clock::now() + patience)) return;
    ::waitpid(pid_, nullptr, 0);
    unlist_group(pid_);
}

bool Command::wait_until(Clock::time_point deadline) {
    return exit_code_ ||
           (wait_for_descriptor(process_.get(), POLLIN, deadline) && take_exit_code());
}

/// Leaves it a zombie, whose number nothing else can have: the group can be killed later.
bool Command::take_exit_code() {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0) return false;
    exit_code_ = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
    outputs_->catch_up();
    return true;
}

void Command::signal(int number) {
    if (pid_ > 0 && !ended()) ::kill(-pid_, number);
}

std::vector<std::string> shell(const std::string& line) {
    return {"/bin/sh", "-c", line};
}

std::string describe_exit(int exit_code) {
    if (exit_code < 0) return fmt::format("was killed by signal {}", -exit_code);
    return fmt::format("ended with exit code {}", exit_code);
}

}  // namespace confd::kit
