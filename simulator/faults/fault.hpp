// What can go wrong on request: the kinds of faults, what each takes, and one fault as it was asked
// for.
//
// Everything that reads, checks, prints or documents faults goes by fault_kinds() and
// common_params(): a kind or a parameter is declared there and nowhere else.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/bytes.hpp"

namespace confd::sim {

enum class FaultKind : std::uint8_t {
    split,
    coalesce,
    delay,
    stall,
    drop,
    duplicate,
    reorder,
    truncate,
    corrupt,
    wrong_length,
    oversized_length,
    garbage,
    unknown_event,
    wrong_arity,
    wrong_type,
    reset,
    half_close,
    refuse,
    slow_handshake,
    fail_connections,
    wrong_challenge,
    early_event,
};

/// Which way the bytes go that a fault is done to: out is to the client.
enum class Direction : std::uint8_t { out, in };

/// When in a connection's life a fault is done. Inwards, `events` are the acknowledgements.
enum class Stage : std::uint8_t { connect, handshake, subscription, events, any };

/// What the connections are for that a fault is done to: a client says so in its hello.
enum class Service : std::uint8_t { events, maapi, any };

/// Given by the board: 1 for the first, never used again.
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

    // Those of the kind: FaultKindInfo::params.
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

/// How a parameter is written.
enum class ParamType : std::uint8_t {
    integer,      ///< 7, -1, 0x7fffffff
    duration,     ///< "250ms", "2s"; low, high and otherwise are milliseconds
    probability,  ///< 0 to 1
    choice,       ///< one of `choices`
    role,         ///< "all" or a role's name
    field,        ///< a path as in the errors of decoding: "msg", "uinfo.addr", "values[0].v"
    hex,          ///< an even number of digits, spaces between bytes allowed
    events,       ///< names of events, "NOTIF_AUDIT|NOTIF_HA_INFO"
};

struct FaultParam {
    using Member = std::variant<std::int64_t FaultSpec::*, std::chrono::milliseconds FaultSpec::*,
                                double FaultSpec::*, Direction FaultSpec::*, Service FaultSpec::*,
                                Stage FaultSpec::*, std::string FaultSpec::*, Bytes FaultSpec::*,
                                std::uint32_t FaultSpec::*>;

    std::string_view name;
    ParamType type;
    Member member;
    std::string_view doc;
    // For integers, durations and probabilities.
    std::int64_t otherwise = 0;
    std::int64_t low = 0;
    std::int64_t high = 0;
    /// For choices. The first is the default; of directions, services and stages a kind may have
    /// fewer, and a default of its own.
    std::span<const std::string_view> choices = {};
};

struct FaultKindInfo {
    FaultKind kind;
    std::string_view name;
    std::string_view doc;
    std::span<const Direction> directions;  ///< the first is the default
    std::span<const Service> services;      ///< the first is the default
    std::span<const Stage> stages;          ///< the first is the default
    std::span<const FaultParam> params;
};

/// In the order of the enumeration.
std::span<const FaultKindInfo> fault_kinds();
const FaultKindInfo& info_of(FaultKind kind);
/// Null for an unknown name.
const FaultKindInfo* find_fault_kind(std::string_view name);

/// direction, service, to, role, stage, probability, seed, skip, times, total, events.
std::span<const FaultParam> common_params();
/// A parameter of this kind, the common ones included; null when it takes none of that name.
const FaultParam* find_param(FaultKind kind, std::string_view name);

std::string_view name_of(FaultKind kind);
std::string_view name_of(Direction direction);
std::string_view name_of(Service service);
std::string_view name_of(Stage stage);

FaultSpec make_fault(FaultKind kind);

/// What is wrong with a fault: the parameter's name, and a sentence.
struct FaultProblem {
    std::string param;
    std::string message;
};

/// Sets a parameter from text, as it stands in a scenario or a request.
std::expected<void, FaultProblem> set_param(FaultSpec& fault, std::string_view name,
                                            std::string_view text);
/// As set_param() reads it.
std::string param_text(const FaultSpec& fault, const FaultParam& param);

/// Looks at what set_param() cannot see alone: ranges of values set otherwise, combinations, and
/// whether there are such events and fields.
std::expected<void, FaultProblem> check(const FaultSpec& fault);

/// "fault 3 (drop)".
std::string label(const FaultSpec& fault);

}  // namespace confd::sim
