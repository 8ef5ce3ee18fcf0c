// SPDX-License-Identifier: Apache-2.0
// What can go wrong on request: the kinds of faults, what each takes, and one fault as it was asked
// for.
//
// Everything that reads, checks, prints or documents faults goes by fault_kinds() and
// common_params(). A kind is declared with its parameters beside what it does, in kinds/.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "protocol/bytes.hpp"
#include "protocol/release.hpp"
#include "simulator/faults/kinds.hpp"
#include "simulator/faults/message_kind.hpp"
#include "simulator/text/keys.hpp"

namespace confd::sim {

/// Which way the bytes go that a fault is done to: out is to the client.
enum class Direction : std::uint8_t { out, in };

/// When in a connection's life a fault is done. Inwards, `events` are the acknowledgements.
enum class Stage : std::uint8_t { connect, handshake, subscription, events, any };

/// What the connections are for that a fault is done to: a client says so in its hello.
enum class Service : std::uint8_t { events, maapi, any };

struct FaultEffect;
class Choice;

/// Given by the faults: 1 for the first, never used again.
using FaultId = std::uint32_t;

/// A fault as it was asked for. make_fault() gives one with the defaults of its kind.
struct FaultSpec {
    FaultId id = 0;
    FaultKind kind{};

    // For all kinds: common_params().
    Direction direction = Direction::out;
    Service service = Service::events;
    std::string role = "all";
    Stage stage = Stage::any;
    double probability = 1;
    std::int64_t seed = 0;
    std::int64_t skip = 0;
    std::int64_t times = 0;
    std::int64_t total = 0;
    std::uint32_t events = 0;

    // Those of the kind: FaultKindInfo::params, with the defaults of FaultKindInfo::usual.
    std::int64_t bytes = 0;
    std::int64_t by = 0;
    std::int64_t count = 0;
    std::int64_t flips = 0;
    std::int64_t length = 0;
    std::int64_t offset = 0;
    std::int64_t status = 0;
    std::int64_t type = 0;
    std::chrono::milliseconds duration{};
    std::chrono::milliseconds gap{};
    std::chrono::milliseconds within{};
    std::string field;
    Bytes hex;
    std::string how;

    bool operator==(const FaultSpec&) const = default;
};

/// What is wrong with a fault: the parameter's name, and a sentence.
struct FaultProblem {
    std::string param;
    std::string message;
};

/// A kind of fault: what it takes, and what it does.
struct FaultKindInfo {
    FaultKind kind;
    std::string_view name;
    std::string_view doc;
    std::span<const Direction> directions;  ///< the first is the default
    std::span<const Service> services;      ///< the first is the default
    std::span<const Stage> stages;          ///< the first is the default
    /// Does it to a message, and says what that was: "dropped", "delayed by 100 ms". Null where it
    /// is done to connections.
    std::string (*apply)(const FaultSpec& fault, FaultEffect& effect, const WireContext& context,
                         Choice& choice);
    std::span<const Key> params = {};  ///< of FaultSpec
    /// Their defaults; choices without one have their first.
    FaultSpec (*usual)() = [] { return FaultSpec(); };
    /// Whether it can be done to such a message, whatever its stage.
    bool (*fits)(const FaultSpec& fault, MessageKind message) =
        [](const FaultSpec&, MessageKind message) { return is_known(message); };
    /// What the keys cannot say of its parameters.
    std::expected<void, FaultProblem> (*check)(const FaultSpec& fault) = [](const FaultSpec&) {
        return std::expected<void, FaultProblem>();
    };
};

/// In the order of the enumeration.
std::span<const FaultKindInfo> fault_kinds();
const FaultKindInfo& info_of(FaultKind kind);
/// Null for an unknown name.
const FaultKindInfo* find_fault_kind(std::string_view name);

/// direction, service, to, role, stage, probability, seed, skip, times, total, events.
std::span<const Key> common_params();

std::string_view name_of(FaultKind kind);
std::string_view name_of(Direction direction);
std::string_view name_of(Service service);
std::string_view name_of(Stage stage);

FaultSpec make_fault(FaultKind kind);

/// A parameter as it would be written; empty for none.
std::string param_text(const FaultSpec& fault, const Key& param);

/// Ranges, combinations, and whether there are such events and fields.
std::expected<void, FaultProblem> check(const FaultSpec& fault);

/// "fault 3 (drop)".
std::string label(const FaultSpec& fault);

}  // namespace confd::sim
