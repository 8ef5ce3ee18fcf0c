// SPDX-License-Identifier: Apache-2.0
#include "testing/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <utility>

namespace confd::test {
namespace {

/// A pipe between this process and a child's descriptor.
struct Ends {
    int read = -1;
    int write = -1;

    Ends() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
        read = ends[0];
        write = ends[1];
    }
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (auto& text : texts)
        out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

std::vector<std::string> environment_with(std::vector<std::string> variables) {
    const auto set = variables.size();
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text(*variable);
        const auto name = text.substr(0, text.find('=') + 1);
        const auto begin = variables.begin();
        if (std::none_of(begin, begin + static_cast<std::ptrdiff_t>(set),
                         [&](const auto& other) { return other.starts_with(name); }))
            variables.emplace_back(text);
    }
    return variables;
}

void close_once(int& fd) {
    if (fd >= 0) ::close(std::exchange(fd, -1));
}

/// Whole lines only.
std::optional<std::string_view> rest_of_line(std::string_view text, std::string_view prefix) {
    for (auto end = text.find('\n'); end != text.npos; end = text.find('\n')) {
        const auto line = text.substr(0, end);
        if (line.starts_with(prefix)) return line.substr(prefix.size());
        text.remove_prefix(end + 1);
    }
    return std::nullopt;
}

}  // namespace

int Deadline::remaining() const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end_ - std::chrono::steady_clock::now());
    return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

bool Deadline::wait(int fd, short events) const {
    pollfd entry{fd, events, 0};
    return ::poll(&entry, 1, remaining()) == 1;
}

Process::Process(std::string program, std::vector<std::string> arguments,
                 std::vector<std::string> variables) {
    const Ends in;
    const Ends out;
    const Ends err;
    arguments.insert(arguments.begin(), program);
    auto argv = pointers(arguments);
    auto environment = environment_with(std::move(variables));
    auto envp = pointers(environment);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.read, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out.write, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.write, STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    const int error =
        ::posix_spawn(&pid_, program.c_str(), &actions, &attributes, argv.data(), envp.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    for (const int end : {in.read, out.write, err.write})
        ::close(end);
    input_ = in.write;
    output_.fd = out.read;
    errors_.fd = err.read;
    if (error != 0) throw std::runtime_error("cannot start " + program);
}

Process::~Process() {
    if (pid_ > 0) {
        ::kill(-pid_, SIGKILL);  // with what it has started itself
        ::waitpid(pid_, nullptr, 0);
    }
    for (int* fd : {&input_, &output_.fd, &errors_.fd})
        close_once(*fd);
}

void Process::signal(int number) const {
    ::kill(pid_, number);
}

void Process::write(std::string_view text) const {
    EXPECT_EQ(::write(input_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

void Process::close_output() {
    close_once(output_.fd);
}

std::string Process::line_after(std::string_view prefix) {
    const Deadline deadline;
    while (true) {
        for (const auto* pipe : {&output_, &errors_}) {
            if (const auto rest = rest_of_line(pipe->text, prefix)) return std::string(*rest);
        }
        if (!read_some(deadline)) return {};
    }
}

void Process::read_until(std::string_view text) {
    const Deadline deadline;
    const auto came = [&] { return output().contains(text) || errors().contains(text); };
    while (!came() && read_some(deadline))
        continue;
    EXPECT_TRUE(came()) << text << " did not come; instead: " << both_;
}

int Process::exit_code() {
    const Deadline deadline;
    while (read_some(deadline))
        continue;
    if (deadline.remaining() == 0) {
        ADD_FAILURE() << "the process does not end:\n" << both_;
        return -1;
    }
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool Process::read_some(const Deadline& deadline) {
    return read_within(deadline.remaining());
}

void Process::drain() {
    while (read_within(0))
        continue;
}

bool Process::read_within(int milliseconds) {
    std::array<pollfd, 2> entries{pollfd{output_.fd, POLLIN, 0}, pollfd{errors_.fd, POLLIN, 0}};
    if (output_.fd < 0 && errors_.fd < 0) return false;
    if (::poll(entries.data(), entries.size(), milliseconds) <= 0) return false;
    if (entries[0].revents != 0) take(output_);
    if (entries[1].revents != 0) take(errors_);
    return true;
}

void Process::take(Pipe& pipe) {
    std::array<char, 4096> buffer{};
    const auto size = ::read(pipe.fd, buffer.data(), buffer.size());
    if (size <= 0) return close_once(pipe.fd);
    const std::string_view text(buffer.data(), static_cast<std::size_t>(size));
    pipe.text += text;
    both_ += text;
}

}  // namespace confd::test
