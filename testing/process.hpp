// SPDX-License-Identifier: Apache-2.0
// A program that a test runs, with what it prints. Every wait has a deadline.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "testing/patience.hpp"

namespace confd::test {

class Deadline {
  public:
    /// Milliseconds, as poll(2) takes them; 0 when it is over.
    int remaining() const;
    /// poll(2) on one descriptor; false when the deadline comes first.
    bool wait(int fd, short events) const;

  private:
    std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + patience;
};

/// Runs in a process group of its own, which is killed when this is destroyed. Not copied, not
/// moved.
class Process {
  public:
    /// `variables`, each NAME=VALUE, are set on top of this process's environment.
    /// Throws std::runtime_error when it cannot be started.
    Process(std::string program, std::vector<std::string> arguments,
            std::vector<std::string> variables = {});
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process();

    pid_t id() const { return pid_; }
    void signal(int number) const;
    /// To its standard input.
    void write(std::string_view text) const;
    /// Nothing reads its standard output from now on.
    void close_output();

    /// Waits for a whole line that starts so, on either output, and returns the rest of it; empty
    /// when the process ends without.
    std::string line_after(std::string_view prefix);
    /// Waits until it has printed this; fails the test when it ends without.
    void read_until(std::string_view text);
    /// Waits for the end and reads everything. Minus the signal that has killed it.
    int exit_code();

    /// What it has printed so far: on standard output, on standard error, and both, in the order in
    /// which they were read.
    const std::string& output() const { return output_.text; }
    const std::string& errors() const { return errors_.text; }
    const std::string& text() const { return both_; }

    /// Reads what comes next; false at the end of both outputs, and at the deadline.
    bool read_some(const Deadline& deadline);
    /// Reads what is there already, without waiting.
    void drain();
    /// Becomes readable with the one, and with the other output; negative after their ends.
    int output_fd() const { return output_.fd; }
    int errors_fd() const { return errors_.fd; }

  private:
    struct Pipe {
        int fd = -1;
        std::string text;
    };
    bool read_within(int milliseconds);
    void take(Pipe& pipe);

    pid_t pid_ = 0;
    int input_ = -1;
    Pipe output_;
    Pipe errors_;
    std::string both_;
};

}  // namespace confd::test
