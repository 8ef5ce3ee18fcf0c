// SPDX-License-Identifier: Apache-2.0
// A simulator that is steered over its control interface, and peers that speak bytes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/bytes.hpp"
#include "simulator/tests/process.hpp"
#include "simulator/tests/support.hpp"

namespace confd::sim::test {

/// An audit event as it stands in a scenario.
inline constexpr const char* audit_event = "{event: NOTIF_AUDIT, fields: {usid: 17, user: admin}}";

/// How often the part stands in the text.
std::size_t count(const std::string& text, std::string_view part);

/// Asks again and again until it is so, or fails the test at the deadline.
void eventually(const std::function<bool()>& so, const std::string& what);

/// Serves until it is stopped, and allows whatever clients do.
class SteeredSimulator {
  public:
    explicit SteeredSimulator(std::vector<std::string> options = {});

    std::uint16_t port() const { return port_; }
    Simulator& process() { return process_; }

    std::string get(const std::string& path) { return ask("GET " + path, {}); }
    /// Sends an event, as it stands in a scenario.
    void send(const std::string& event);
    /// Adds a fault, as it stands in a scenario.
    void add_fault(const std::string& fault);
    /// Waits until so many subscribers are there.
    void await_subscribers(std::size_t count);
    /// Waits until nothing is owed by anybody.
    void await_no_barriers();
    /// Waits until so many event messages have been given to the kernel.
    void await_sent_events(std::size_t count);
    /// Reads what it has printed so far.
    void drain() { process_.drain(); }
    /// Stops it, and expects that to be a clean end.
    void stop();

    std::size_t descriptors() const;
    /// Waits until it has no descriptors but those of so many connections and what it began with.
    void await_connections(std::size_t count);
    /// Resident memory, in bytes.
    std::size_t memory() const;
    /// Expects it to be less than `most` above what it was. Under a sanitizer, which keeps what has
    /// been freed, it expects nothing.
    void expect_growth_below(std::size_t most, std::size_t memory_before) const;
    /// Time that it has used the processor.
    std::chrono::milliseconds processor_time() const;

  private:
    std::string ask(const std::string& request, const std::string& body);

    TempFile scenario_;
    Simulator process_;
    std::uint16_t control_ = 0;
    std::uint16_t port_ = 0;
    std::size_t descriptors_at_first_ = 0;
};

/// A TCP connection to 127.0.0.1. Closes when destroyed.
class Wire {
  public:
    explicit Wire(std::uint16_t port);
    Wire(Wire&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Wire& operator=(Wire&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Wire() { close(); }

    int fd() const { return fd_; }
    /// All of it, unless the peer has closed or takes no more until the deadline.
    bool send(ByteView bytes) const;
    /// What the kernel takes without waiting.
    std::size_t send_some(ByteView bytes) const;
    /// Exactly so many bytes, or fewer when the peer closes before.
    Bytes read(std::size_t size) const;
    /// Drops what comes until the peer closes or resets; false at the deadline.
    bool await_end() const;
    /// Whether the peer has closed or reset, now.
    bool ended() const;
    void close();
    /// Closes with a reset.
    void reset();

  private:
    int fd_ = -1;
};

/// What a client with this mask says first, and second; what it answers to the challenge is not
/// among it.
Bytes hello(std::uint32_t mask = NOTIF_AUDIT);
Bytes subscription_frame(std::uint32_t mask = NOTIF_AUDIT);
Bytes ack_frame(const Ack& ack);

/// Shakes hands and subscribes.
Wire subscribed(std::uint16_t port, std::uint32_t mask = NOTIF_AUDIT);
/// Shakes hands with client id 7.
Wire maapi_connected(std::uint16_t port);

/// Runs `body` in a process of its own, which is killed with SIGKILL when this goes away. The body
/// calls its argument when it has come as far as it should, and must not use the test framework.
class Victim {
  public:
    using Reached = std::function<void()>;
    explicit Victim(const std::function<void(const Reached&)>& body);
    Victim(const Victim&) = delete;
    Victim& operator=(const Victim&) = delete;
    ~Victim() { kill(); }

    void await_reached() const;
    void kill();

  private:
    pid_t pid_ = 0;
    int told_ = -1;
};

}  // namespace confd::sim::test
