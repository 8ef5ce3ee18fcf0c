// A child process with its output captured; every wait has a deadline.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <string>
#include <vector>

extern char** environ;

namespace confd::test {

class Process {
  public:
    /// Runs args[0].
    explicit Process(std::vector<std::string> args) {
        std::array<std::array<int, 2>, 3> pipes{};
        for (auto& pair : pipes) {
            if (::pipe2(pair.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
        }
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        for (int fd = 0; fd < 3; ++fd) {
            const auto& pair = pipes[static_cast<std::size_t>(fd)];
            posix_spawn_file_actions_adddup2(&actions, pair[fd == 0 ? 0 : 1], fd);
        }
        std::vector<char*> argv;
        for (auto& arg : args)
            argv.push_back(arg.data());
        argv.push_back(nullptr);
        const int failed = posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        ::close(pipes[0][0]);
        ::close(pipes[1][1]);
        ::close(pipes[2][1]);
        in_ = pipes[0][1];
        out_ = pipes[1][0];
        err_ = pipes[2][0];
        if (failed != 0) throw std::runtime_error("cannot run " + args[0]);
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    ~Process() {
        if (!waited_) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        for (const int fd : {in_, out_, err_}) {
            if (fd >= 0) ::close(fd);
        }
    }

    void write(const std::string& text) const {
        EXPECT_EQ(::write(in_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    void signal(int number) const { ::kill(pid_, number); }
    void close_output() { ::close(std::exchange(out_, -1)); }

    /// Reads until its standard output, or error, holds `text`.
    void read_until(const std::string& text) {
        while (!(output.contains(text) || errors.contains(text)) && read_some()) {
        }
        EXPECT_TRUE(output.contains(text) || errors.contains(text))
            << text << " did not come; output: " << output << errors;
    }

    /// Reads everything and returns the exit code, or minus the signal that killed it.
    int wait() {
        while (read_some()) {
        }
        int status = 0;
        if (late()) ::kill(pid_, SIGKILL);
        ::waitpid(pid_, &status, 0);
        waited_ = true;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

    std::string output;
    std::string errors;

  private:
    bool late() const { return std::chrono::steady_clock::now() >= deadline_; }

    /// False at the end of both, and at the deadline.
    bool read_some() {
        std::array<pollfd, 2> fds{pollfd{out_, POLLIN, 0}, pollfd{err_, POLLIN, 0}};
        if (out_ < 0 && err_ < 0) return false;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline_ - std::chrono::steady_clock::now());
        if (left.count() <= 0 || ::poll(fds.data(), 2, static_cast<int>(left.count())) <= 0) {
            ADD_FAILURE() << "the process did not end in time; output: " << output << errors;
            return false;
        }
        if (fds[0].revents != 0) take(out_, output);
        if (fds[1].revents != 0) take(err_, errors);
        return true;
    }

    static void take(int& fd, std::string& into) {
        std::array<char, 4096> buffer;
        const auto size = ::read(fd, buffer.data(), buffer.size());
        if (size > 0) {
            into.append(buffer.data(), static_cast<std::size_t>(size));
        } else {
            ::close(std::exchange(fd, -1));
        }
    }

    pid_t pid_ = 0;
    int in_ = -1;
    int out_ = -1;
    int err_ = -1;
    bool waited_ = false;
    std::chrono::steady_clock::time_point deadline_ =
        std::chrono::steady_clock::now() + std::chrono::seconds(30);
};

}  // namespace confd::test
