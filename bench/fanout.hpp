// SPDX-License-Identifier: Apache-2.0
// What the benchmark of the server's fan-out is made of: subscribers on one thread, and on another
// the sender to all of them, either this server or nothing but send().
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"
#include "protocol/notification/notification.hpp"
#include "transport/endpoint.hpp"

namespace confd::bench {

using Clock = std::chrono::steady_clock;

enum class Family : std::uint8_t { tcp, local };
std::string_view to_string(Family family);

/// Ends the program: a benchmark that went wrong is worth nothing.
[[noreturn]] void give_up(std::string_view what);
/// The same, with errno, when a system call has failed.
void expect(bool ok, std::string_view what);

/// Sends to every subscriber. Its batch is the same each time.
class Sender {
  public:
    virtual ~Sender() = default;
    /// What one subscriber gets with each batch.
    virtual const Bytes& batch() const = 0;
    /// Gives the kernel, or keeps for it, one batch for each subscriber.
    virtual void send_batch() = 0;
    /// The same, and returns when each of them has acknowledged it.
    virtual void send_and_wait() = 0;
    /// Does what is left to do while nothing is to be sent.
    virtual void idle() {}
};

/// A sender and the sockets of its subscribers, in one process.
struct Party {
    std::unique_ptr<Sender> sender;
    std::vector<int> sockets;

    Party() = default;
    Party(Party&&) = default;
    ~Party();
};

/// `events` are one batch. The acknowledgement is what subscribers will answer with.
Party make_raw_party(Family family, std::size_t subscribers,
                     const std::vector<Notification>& events, std::size_t ack_size);
Party make_hub_party(Family family, std::size_t subscribers,
                     const std::vector<Notification>& events);

/// Events as this server writes them, in frames.
Bytes to_frames(const std::vector<Notification>& events);

/// A subscription to everything that is sent here, from the hello to the reply.
void subscribe(int socket, std::uint32_t mask, std::chrono::milliseconds heartbeat = {});

/// Connects and subscribes so many; `heartbeat` goes with NOTIF_HEARTBEAT in the mask.
std::vector<int> connect_subscribers(const transport::Endpoint& endpoint, std::size_t count,
                                     std::uint32_t mask, std::chrono::milliseconds heartbeat);

/// What the subscribers see of `batches` batches.
class Readers {
  public:
    struct Plan {
        std::size_t batches = 0;
        bool verify = false;  ///< look at every byte
        Bytes answer;         ///< sent for each batch; may be empty
    };
    Readers(const Party& party, Plan plan);

    /// Until everything has arrived; on a thread of its own.
    void run();

    /// To be called by the sender's thread before a batch is sent.
    void starts(std::size_t batch) {
        started_[batch].store(Clock::now().time_since_epoch().count());
    }
    /// Batches that have arrived, those of all subscribers counted.
    std::size_t arrived() const { return arrived_.load(std::memory_order_acquire); }
    /// Nanoseconds from starts() until a subscriber has the batch, for each of both; after run().
    const std::vector<std::int64_t>& latencies() const { return latencies_; }

  private:
    void on_bytes(std::size_t who, ByteView bytes);

    const Party& party_;
    Plan plan_;
    std::vector<std::size_t> offsets_;  // what each subscriber has got, in bytes
    std::vector<std::atomic<std::int64_t>> started_;
    std::atomic<std::size_t> arrived_ = 0;
    std::vector<std::int64_t> latencies_;
};

}  // namespace confd::bench
