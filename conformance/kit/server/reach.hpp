// SPDX-License-Identifier: Apache-2.0
// How steps reach the server under test, and the time in which they do: sockets, processes and the
// real clock, or whatever a test has instead.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "conformance/kit/server/target.hpp"
#include "protocol/bytes.hpp"

namespace confd::kit::server {

using Clock = std::chrono::steady_clock;

/// A connection whose every call has a deadline.
class Connection {
  public:
    virtual ~Connection() = default;

    /// False when the server has closed or takes nothing until the deadline.
    virtual bool send(ByteView bytes, Clock::time_point deadline) = 0;

    enum class Read : std::uint8_t { bytes, closed, timeout };
    /// `size` is set for Read::bytes. A reset is a close.
    virtual Read receive(std::span<std::uint8_t> into, std::size_t& size,
                         Clock::time_point deadline) = 0;

    /// No more will be sent; what comes can still be read.
    virtual void half_close() = 0;
    /// Closes so that the server gets a reset.
    virtual void abort() = 0;
    virtual void close() = 0;
};

/// What makes the server emit an event. It ends once whatever the server holds up for it goes on.
class Trigger {
  public:
    virtual ~Trigger() = default;
    /// Whether it has ended, at the latest at the deadline.
    virtual bool wait_until(Clock::time_point deadline) = 0;
    /// Of one that has ended.
    virtual std::optional<int> exit_code() const = 0;
    /// What it printed.
    virtual std::string output() const = 0;
};

class Reach {
  public:
    virtual ~Reach() = default;
    virtual Clock::time_point now() const = 0;
    virtual void sleep(std::chrono::milliseconds span) = 0;
    /// `receive_buffer` in bytes, for a client that takes little; 0 for the usual one. The error is
    /// a sentence.
    virtual std::expected<std::unique_ptr<Connection>, std::string> connect(
        const Target& target, Clock::time_point deadline, int receive_buffer) = 0;
    virtual std::expected<std::unique_ptr<Trigger>, std::string> trigger(
        const Target& target, std::string_view event, std::string_view count) = 0;
    /// Whether time alone says nothing about how far the server and its triggers have got: then
    /// silence is only believed once the server has served a later client.
    virtual bool needs_fence() const = 0;
    /// Returns when a program that was started now would have got its turn.
    virtual void let_programs_run() = 0;
};

/// The shell command of the target's trigger with its placeholders filled in.
std::string trigger_line(const Target& target, std::string_view event, std::string_view count);

/// Over sockets, in real time, with triggers that are shell commands.
Reach& real_reach();

}  // namespace confd::kit::server
