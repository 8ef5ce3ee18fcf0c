// confd-sim as a process, and a subscriber over a real socket. Everything has a deadline; nothing
// sleeps.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/session/client_session.hpp"

namespace confd::sim::test {

/// Far more than any step needs: reached only when something hangs.
inline constexpr std::chrono::seconds patience{30};

class Deadline {
  public:
    int remaining() const {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end_ - std::chrono::steady_clock::now());
        return static_cast<int>(std::max<std::int64_t>(0, left.count()));
    }
    /// False when the deadline comes first.
    bool wait(int fd, short events) const {
        pollfd entry{fd, events, 0};
        return ::poll(&entry, 1, remaining()) == 1;
    }

  private:
    std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + patience;
};

/// A program, with what it prints on either output.
class Process {
  public:
    /// `variables` are set on top of this process's environment.
    Process(const std::string& program, std::vector<std::string> arguments,
            const std::vector<std::string>& variables = {}) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
        output_ = ends[0];
        arguments.insert(arguments.begin(), program);
        auto argv = pointers(arguments);
        auto environment = variables;
        for (char** variable = environ; *variable != nullptr; ++variable) {
            const std::string_view text(*variable);
            const auto name = text.substr(0, text.find('=') + 1);
            const bool set = std::ranges::any_of(
                variables, [&](const auto& other) { return other.starts_with(name); });
            if (!set) environment.emplace_back(text);
        }
        auto envp = pointers(environment);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        posix_spawnattr_t attributes;
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        const int error =
            ::posix_spawn(&pid_, program.c_str(), &actions, &attributes, argv.data(), envp.data());
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        if (error != 0) throw std::runtime_error("cannot start " + program);
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process() {
        if (pid_ > 0) {
            ::kill(-pid_, SIGKILL);  // with what it has started itself
            ::waitpid(pid_, nullptr, 0);
        }
        ::close(output_);
    }

    /// Waits for a line that starts so, and returns the rest of it; empty when the process ends.
    std::string line_after(std::string_view prefix) {
        const Deadline deadline;
        while (true) {
            for (std::size_t at = 0; at < text_.size();) {
                const auto end = text_.find('\n', at);
                if (end == std::string::npos) break;
                const auto line = std::string_view(text_).substr(at, end - at);
                if (line.starts_with(prefix)) return std::string(line.substr(prefix.size()));
                at = end + 1;
            }
            if (!read_some(deadline)) return {};
        }
    }

    void signal(int number) const { ::kill(pid_, number); }
    pid_t id() const { return pid_; }

    /// Waits for the end; everything it printed is in text() then.
    int exit_code() {
        const Deadline deadline;
        while (read_some(deadline))
            continue;
        if (deadline.remaining() == 0) {
            ADD_FAILURE() << "the process does not end:\n" << text_;
            return -1;
        }
        int status = 0;
        ::waitpid(std::exchange(pid_, 0), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    const std::string& text() const { return text_; }

    /// To poll for output, and to read it when there is some: false at its end.
    int output() const { return output_; }
    bool read_some(const Deadline& deadline) {
        std::array<char, 4096> buffer{};
        if (!deadline.wait(output_, POLLIN)) return false;
        const auto size = ::read(output_, buffer.data(), buffer.size());
        if (size <= 0) return false;
        text_.append(buffer.data(), static_cast<std::size_t>(size));
        return true;
    }

  private:
    static std::vector<char*> pointers(std::vector<std::string>& texts) {
        std::vector<char*> out;
        for (auto& text : texts)
            out.push_back(text.data());
        out.push_back(nullptr);
        return out;
    }

    pid_t pid_ = 0;
    int output_ = -1;
    std::string text_;
};

class Simulator : public Process {
  public:
    explicit Simulator(std::vector<std::string> arguments)
        : Process(CONFD_SIM, std::move(arguments)) {}

    /// The port of the first endpoint on 127.0.0.1.
    std::uint16_t port() { return port_after("listening on 127.0.0.1:"); }
    std::uint16_t control_port() { return port_after("control on http://127.0.0.1:"); }

  private:
    std::uint16_t port_after(std::string_view prefix) {
        const auto number = line_after(prefix);
        EXPECT_FALSE(number.empty()) << text();
        return number.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(std::stoi(number));
    }
};

class Client {
  public:
    Client(std::uint16_t port, ClientConfig config) : session_(std::move(config)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connect(AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
    Client(const std::string& path, ClientConfig config) : session_(std::move(config)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        connect(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { disconnect(); }

    /// The next event, or nothing when the session has ended: see failure(), reset().
    std::optional<Notification> next() {
        const Deadline deadline;
        while (true) {
            switch (session_.poll()) {
                case ClientSession::Poll::notification:
                    return session_.notification();
                case ClientSession::Poll::subscribed:
                    break;
                case ClientSession::Poll::malformed:
                    ADD_FAILURE() << to_string(session_.error());
                    return std::nullopt;
                case ClientSession::Poll::failed:
                    disconnect();  // or the server would wait for it to
                    return std::nullopt;
                case ClientSession::Poll::need_input:
                    if (!read_some(deadline)) return std::nullopt;
                    break;
            }
        }
    }

    /// Waits for the answer to the subscription.
    bool subscribe() {
        const Deadline deadline;
        while (true) {
            switch (session_.poll()) {
                case ClientSession::Poll::subscribed:
                    return true;
                case ClientSession::Poll::need_input:
                    if (!read_some(deadline)) return false;
                    break;
                default:
                    return false;
            }
        }
    }

    /// All events until the server closes; gives what is owed when told to.
    std::vector<Notification> listen(bool acknowledge = true) {
        std::vector<Notification> events;
        while (auto event = next()) {
            const auto owed = ack_owed(*event, session_.config().subscription.mask);
            if (acknowledge && owed) send(*owed);
            events.push_back(std::move(*event));
        }
        return events;
    }

    void send(const Ack& ack) {
        session_.send(ack);
        flush();
    }
    void disconnect() {
        if (socket_ >= 0) ::close(std::exchange(socket_, -1));
    }
    const SessionFailure& failure() const { return session_.failure(); }
    /// Whether the connection ended with a reset.
    bool reset() const { return reset_; }

  private:
    void connect(int family, const sockaddr* address, socklen_t size) {
        socket_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(::connect(socket_, address, size), 0) << std::strerror(errno);
    }
    void flush() {
        const auto bytes = session_.take_output();
        if (bytes.empty() || socket_ < 0) return;
        // The server may have closed; what it has sent before can still be read.
        ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    bool read_some(const Deadline& deadline) {
        flush();
        if (!deadline.wait(socket_, POLLIN)) {
            ADD_FAILURE() << "the server sends nothing and does not close";
            return false;
        }
        const auto room = session_.prepare(65536);
        const auto size = ::read(socket_, room.data(), room.size());
        reset_ |= size < 0;
        if (size > 0) {
            session_.commit(static_cast<std::size_t>(size));
        } else {
            session_.feed_eof();
        }
        return true;
    }

    ClientSession session_;
    int socket_ = -1;
    bool reset_ = false;
};

/// A scenario or secret in a file of its own, removed at the end.
class TempFile {
  public:
    explicit TempFile(std::string_view content, std::string_view suffix = ".yaml") {
        path_ = testing::TempDir() + "confd-sim-XXXXXX" + std::string(suffix);
        const int fd = ::mkstemps(path_.data(), static_cast<int>(suffix.size()));
        EXPECT_GE(fd, 0);
        ::close(fd);
        std::ofstream(path_) << content;
    }
    TempFile(const TempFile&) = delete;
    TempFile& operator=(const TempFile&) = delete;
    ~TempFile() { ::unlink(path_.c_str()); }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace confd::sim::test
