// SPDX-License-Identifier: Apache-2.0
// A program that the kit runs beside itself: a trigger, a decoder. It never outlives its owner.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/kit/run/descriptor.hpp"
#include "conformance/kit/run/output_reader.hpp"

namespace confd::kit {

/// What is kept of a program's output; all that a decoder prints for a group of payloads is far
/// below this.
inline constexpr std::size_t max_command_output = std::size_t{64} << 20;
/// The same of its errors, which only people read.
inline constexpr std::size_t max_command_errors = std::size_t{1} << 20;

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

    /// Whether it has ended, at the latest at the deadline. Throws Interrupted when a signal ends
    /// the run (interruption.hpp).
    bool wait_until(Clock::time_point deadline);
    bool ended() { return wait_until(Clock::now()); }
    /// Of a program that has ended; negative for the signal that killed it.
    std::optional<int> exit_code() const { return exit_code_; }

    /// Sends the signal to it and to what it has started, while it runs.
    void signal(int number);

    /// What it has printed so far, all of it once it has ended. Of more than max_command_output the
    /// middle is left out.
    std::string output() const { return outputs_->text(0); }
    std::string errors() const { return outputs_->text(1); }
    /// Bytes of its output so far.
    std::size_t output_size() const { return outputs_->size(0); }

  private:
    Command() = default;

    bool take_exit_code();

    std::unique_ptr<OutputReader> outputs_;
    Descriptor process_;  // a pidfd
    pid_t pid_ = 0;  // of a process that is waited for only by the destructor: the number stays
    std::optional<int> exit_code_;
};

/// The words by which `sh -c` runs a line.
std::vector<std::string> shell(const std::string& line);

/// "ended with exit code 3", "was killed by signal 11".
std::string describe_exit(int exit_code);

}  // namespace confd::kit
