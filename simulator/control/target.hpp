// SPDX-License-Identifier: Apache-2.0
// What the control interface sees and steers: the simulator, or a fake in tests.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/session/ack.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/hub/barriers.hpp"

namespace confd::sim {

struct SubscriberState {
    PeerId id = 0;
    std::string role;     ///< empty: none
    std::string address;  ///< "127.0.0.1:51234" or "unix"
    std::string version;  ///< that its hello asked for: "7.8"
    std::vector<std::string> mask;
    std::string stream;      ///< empty: none
    std::size_t queued = 0;  ///< bytes that the kernel has not taken yet
    std::size_t owes = 0;    ///< acknowledgements that open barriers wait for
    std::uint64_t events = 0;
    std::uint64_t filter_ends = 0;  ///< events that its filter was ended on
    std::array<std::uint64_t, ack_verdict_count> acks{};
    std::chrono::microseconds connected{};  ///< for so long
};

struct MissingAck {
    PeerId peer = 0;
    std::string role;
    Ack ack;
};

/// An event that acknowledgements are owed for.
struct BarrierState {
    SendId send = 0;
    std::string event;                                  ///< "NOTIF_AUDIT"
    std::chrono::microseconds open{};                   ///< for so long
    std::optional<std::chrono::microseconds> deadline;  ///< from now; nothing: it does not expire
    std::vector<MissingAck> missing;
};

struct FaultState {
    std::uint64_t id = 0;
    std::string kind;
    std::string role;         ///< empty: any
    std::string description;  ///< everything else about it, for people
    std::uint64_t hits = 0;
};

enum class RunStatus : std::uint8_t { running, paused, done, failed };
std::string_view to_string(RunStatus status);

struct RunState {
    std::string scenario;
    std::string product;
    std::string release;
    std::uint64_t seed = 0;
    std::chrono::microseconds elapsed{};
    RunStatus status = RunStatus::running;
    std::vector<std::string> steps;  ///< that run now: "tour.yaml:12:5: barrier"
};

struct SimulatorState {
    RunState run;
    std::vector<SubscriberState> subscribers;
    std::vector<BarrierState> barriers;
    std::vector<FaultState> faults;
    std::uint64_t filter_ends = 0;  ///< of all subscribers, since the start
};

struct SendReply {
    SendId send = 0;
    std::size_t recipients = 0;
    std::size_t owed = 0;
};

/// Sentences, those about a body with their place in it: "control:1:9: unknown key 'evnt', ..".
using Errors = std::vector<std::string>;

class ControlTarget {
  public:
    virtual ~ControlTarget() = default;

    virtual SimulatorState state() const = 0;
    /// `body` is what stands under `send` in a scenario.
    virtual std::expected<SendReply, Errors> send(std::string_view body) = 0;
    /// `body` is what stands under `fault` in a scenario. Returns the fault's id.
    virtual std::expected<std::uint64_t, Errors> add_fault(std::string_view body) = 0;
    /// False when there is no such fault.
    virtual bool remove_fault(std::uint64_t id) = 0;
    /// The scenario takes no further step until resume(); beats, barriers and connections go on.
    /// Both do nothing when there is nothing to do.
    virtual void pause() = 0;
    virtual void resume() = 0;
};

}  // namespace confd::sim
