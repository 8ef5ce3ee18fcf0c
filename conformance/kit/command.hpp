// A program that the kit runs beside itself: a trigger, a decoder. It never outlives its owner.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace confd::kit {

/// What is kept of each output of a program; the rest is cut off.
inline constexpr std::size_t max_command_output = 64 * 1024 * 1024;

struct CommandSetup {
    std::vector<std::string> arguments;  ///< the first is looked for in PATH
    std::string input;                   ///< all of its standard input
    std::vector<std::string> variables;  ///< NAME=value, on top of this process's environment
    std::vector<std::string> unset{};    ///< names that it does not inherit
};

class Command {
  public:
    using Clock = std::chrono::steady_clock;

    /// Starts it in a process group of its own. The error is a sentence.
    static std::expected<Command, std::string> start(const CommandSetup& setup);

    Command(Command&& other) noexcept;
    Command& operator=(Command&& other) = delete;
    /// Ends it and what it has started: asks first, then insists.
    ~Command();

    /// Whether it has ended, at the latest at the deadline.
    bool wait_until(Clock::time_point deadline);
    bool ended() { return wait_until(Clock::now()); }
    /// Of a program that has ended; negative for the signal that killed it.
    std::optional<int> exit_code() const { return exit_code_; }

    /// Sends the signal to it and to what it has started, while it runs.
    void signal(int number);

    std::string output() const;
    std::string errors() const;
    /// Bytes of its output so far.
    std::size_t output_size() const;

  private:
    Command() = default;

    // Files in memory rather than pipes: nobody has to read them while the program runs.
    int in_ = -1;
    int out_ = -1;
    int err_ = -1;
    int process_ = -1;  // pidfd
    pid_t pid_ = 0;
    std::optional<int> exit_code_;
};

/// The words by which `sh -c` runs a line.
std::vector<std::string> shell(const std::string& line);

/// "ended with exit code 3", "was killed by signal 11".
std::string describe_exit(int exit_code);

}  // namespace confd::kit
