#include "simulator/faults/fault.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "protocol/limits.hpp"
#include "protocol/session/handshake.hpp"

namespace confd::sim {
namespace {

using enum ParamType;
using Spec = FaultSpec;

// Bounds, each with its reason.
constexpr std::int64_t longest_wait = 24 * 60 * 60 * 1000;  // ms: a day is a soak test, more a slip
constexpr std::int64_t most_units = 1000;   // that wait for each other: held in memory
constexpr std::int64_t most_copies = 100;   // of one frame: the same
constexpr std::int64_t most_bytes = 65536;  // of garbage: more shows nothing new
constexpr std::int64_t most_payload = std::int64_t{Limits{}.payload};
constexpr std::int64_t any_number = INT64_MAX;

constexpr std::string_view direction_names[] = {"out", "in"};
constexpr std::string_view service_names[] = {"events", "maapi", "any"};
constexpr std::string_view stage_names[] = {"connect", "handshake", "subscription", "events",
                                            "any"};
constexpr std::string_view end_names[] = {"fin", "rst"};
constexpr std::string_view garbage_names[] = {"before", "instead"};
constexpr std::string_view arity_names[] = {"fewer", "more"};
constexpr std::string_view term_names[] = {"float", "integer", "atom", "tuple", "list", "binary"};
constexpr std::string_view challenge_names[] = {"deny", "first_byte"};

constexpr FaultParam common[] = {
    {"direction", choice, &Spec::direction, "to the client (out) or from it (in)", 0, 0, 0,
     direction_names},
    {"service", choice, &Spec::service,
     "which sockets: those of subscribers (events), those that read schemas and diffs (maapi), or "
     "any",
     0, 0, 0, service_names},
    {"to", role, &Spec::role,
     "whose connections: `all`, or one role, which is known only once a client subscribes"},
    {"role", role, &Spec::role, "the older name of `to`"},
    {"stage", choice, &Spec::stage,
     "what it is done to: messages of the handshake, the subscription or its reply, what follows "
     "(events; inwards acknowledgements; on MAAPI sockets requests and answers), or any of these",
     0, 0, 0, stage_names},
    {"probability", probability, &Spec::probability, "of each candidate to be hit", 1, 0, 1},
    {"seed", integer, &Spec::seed, "of the choices and of everything random in it", 0, 0,
     any_number},
    {"skip", integer, &Spec::skip, "so many candidates of a connection pass untouched first", 0, 0,
     any_number},
    {"times", integer, &Spec::times, "at most so often on one connection; 0 is no bound", 0, 0,
     any_number},
    {"total", integer, &Spec::total, "at most so often on all connections; 0 is no bound", 0, 0,
     any_number},
    {"events", events, &Spec::events, "only these types of events; empty is all"},
};

constexpr FaultParam flow_gap = {"gap", duration, &Spec::gap,  "between two writes",
                                 10,    1,        longest_wait};
constexpr FaultParam field_param = {"field", field, &Spec::field,
                                    "the field, by the path that decoding errors name, such as "
                                    "`msg` or `uinfo.addr`; events without it are no candidates"};

constexpr FaultParam split_params[] = {
    {"bytes", integer, &Spec::bytes, "in each write", 1, 1, most_payload},
    flow_gap,
};
constexpr FaultParam coalesce_params[] = {
    {"count", integer, &Spec::count, "so many leave in one write", 10, 2, most_units},
    {"within", duration, &Spec::within, "the first waits at most so long", 1000, 1, longest_wait},
};
constexpr FaultParam delay_params[] = {
    {"duration", duration, &Spec::duration, "how much later it comes", 100, 1, longest_wait},
};
constexpr FaultParam stall_params[] = {
    {"duration", duration, &Spec::duration, "how long nothing moves", 5000, 1, longest_wait},
    {"bytes", integer, &Spec::bytes, "so many of the frame still come before", 0, 0, most_payload},
};
constexpr FaultParam duplicate_params[] = {
    {"count", integer, &Spec::count, "further copies", 1, 1, most_copies},
};
constexpr FaultParam reorder_params[] = {
    {"count", integer, &Spec::count, "so many later frames overtake it", 1, 1, most_units},
    {"within", duration, &Spec::within, "it waits for them at most so long", 1000, 1, longest_wait},
};
constexpr FaultParam truncate_params[] = {
    {"bytes", integer, &Spec::bytes, "so many still come; -1 is half of them", -1, -1,
     most_payload},
    {"how", choice, &Spec::how, "the connection then ends", 0, 0, 0, end_names},
};
constexpr FaultParam corrupt_params[] = {
    field_param,
    {"offset", integer, &Spec::offset, "where `hex` goes, in the field's contents or the payload",
     0, 0, most_payload},
    {"hex", hex, &Spec::hex, "the bytes to put there; what does not fit is left out"},
    {"flips", integer, &Spec::flips, "without `hex`: so many random bits are flipped", 1, 1,
     most_units},
};
constexpr FaultParam wrong_length_params[] = {
    {"by", integer, &Spec::by, "so much more than there is, or less; never below 0", 1, -most_bytes,
     most_bytes},
};
constexpr FaultParam oversized_length_params[] = {
    {"length", integer, &Spec::length, "what the header says", 0x7fffffff, 1, UINT32_MAX},
};
constexpr FaultParam garbage_params[] = {
    {"bytes", integer, &Spec::bytes, "random ones", 16, 1, most_bytes},
    {"how", choice, &Spec::how, "in front of the frame, or in its place", 0, 0, 0, garbage_names},
};
constexpr FaultParam unknown_event_params[] = {
    {"type", integer, &Spec::type, "the number that is no event", 0xc0000000, 0, UINT32_MAX},
};
constexpr FaultParam wrong_arity_params[] = {
    {"how", choice, &Spec::how, "an element", 0, 0, 0, arity_names},
    field_param,
};
constexpr FaultParam wrong_type_params[] = {
    field_param,
    {"how", choice, &Spec::how,
     "the kind of term put there; where the field is of that kind, the next one of this list", 0, 0,
     0, term_names},
};
constexpr FaultParam refuse_params[] = {
    {"status", integer, &Spec::status, "1 for the protocol version, 2 for too small keypath room",
     HelloReply::incompatible_version, 1, UINT8_MAX},
};
constexpr FaultParam slow_handshake_params[] = {
    {"gap", duration, &Spec::gap, "between two bytes", 100, 1, longest_wait},
};
constexpr FaultParam fail_connections_params[] = {
    {"count", integer, &Spec::count, "so many connections, after those skipped", 1, 1, any_number},
    {"how", choice, &Spec::how, "how they end", 0, 0, 0, end_names},
};
constexpr FaultParam wrong_challenge_params[] = {
    {"how", choice, &Spec::how,
     "the right answer is denied, or the challenge begins with a byte that means nothing", 0, 0, 0,
     challenge_names},
};
constexpr FaultParam early_event_params[] = {
    {"type", integer, &Spec::type,
     "of the event, which has default fields; the default is a "
     "heartbeat",
     8192, 1, UINT32_MAX},
};

constexpr Direction both[] = {Direction::out, Direction::in};
constexpr Direction out[] = {Direction::out};

constexpr Service services[] = {Service::events, Service::maapi, Service::any};
constexpr Service subscribers[] = {Service::events};
constexpr Service unsaid[] = {Service::any};  // the connection ends before its hello

constexpr Stage flow[] = {Stage::any, Stage::handshake, Stage::subscription, Stage::events};
constexpr Stage damage[] = {Stage::events, Stage::handshake, Stage::subscription, Stage::any};
constexpr Stage frames[] = {Stage::events, Stage::subscription};
constexpr Stage events_only[] = {Stage::events};
constexpr Stage handshake_only[] = {Stage::handshake};
constexpr Stage subscription_only[] = {Stage::subscription};
constexpr Stage connect_only[] = {Stage::connect};

using K = FaultKind;

constexpr FaultKindInfo kinds[] = {
    {K::split, "split", "comes in many small writes", both, services, flow, split_params},
    {K::coalesce, "coalesce", "waits for others, then comes in one write with them", both, services,
     flow, coalesce_params},
    {K::delay, "delay", "comes later, and what follows behind it", both, services, flow,
     delay_params},
    {K::stall, "stall",
     "nothing moves for a while, in the middle of a frame if wanted; inwards "
     "the server stops reading",
     both, services, flow, stall_params},
    {K::drop, "drop", "a frame never comes", both, services, frames, {}},
    {K::duplicate, "duplicate", "a frame comes several times", both, services, frames,
     duplicate_params},
    {K::reorder, "reorder", "later frames overtake it", both, services, frames, reorder_params},
    {K::truncate, "truncate", "ends in the middle, and so does the connection", both, services,
     damage, truncate_params},
    {K::corrupt, "corrupt", "other bytes; the frame's length and the terms around stay right", both,
     services, damage, corrupt_params},
    {K::wrong_length, "wrong_length", "the frame's header announces more or less than there is",
     out, services, frames, wrong_length_params},
    {K::oversized_length, "oversized_length", "the frame's header announces too much to allocate",
     out, services, frames, oversized_length_params},
    {K::garbage, "garbage", "bytes that mean nothing", out, services, damage, garbage_params},
    {K::unknown_event, "unknown_event", "the event has a type of no known event", out, subscribers,
     events_only, unknown_event_params},
    {K::wrong_arity, "wrong_arity",
     "the event's tuple, or a field's, has one element too few or "
     "too many",
     out, subscribers, events_only, wrong_arity_params},
    {K::wrong_type, "wrong_type",
     "a field (without `field`, one by chance) is a term of another "
     "kind",
     out, subscribers, events_only, wrong_type_params},
    {K::reset,
     "reset",
     "instead of it a TCP reset; inwards when it comes",
     both,
     services,
     damage,
     {}},
    {K::half_close,
     "half_close",
     "instead of it the server ends its sending side and reads on; "
     "inwards when it comes",
     both,
     services,
     damage,
     {}},
    {K::refuse, "refuse", "the reply to the hello is a refusal, and the connection ends", out,
     services, handshake_only, refuse_params},
    {K::slow_handshake, "slow_handshake", "the handshake comes byte by byte", out, services,
     handshake_only, slow_handshake_params},
    {K::fail_connections, "fail_connections", "connections end before a byte is exchanged", out,
     unsaid, connect_only, fail_connections_params},
    {K::wrong_challenge, "wrong_challenge", "the access check goes wrong on the server's side", out,
     services, handshake_only, wrong_challenge_params},
    {K::early_event, "early_event", "an event comes before the subscription's reply", out,
     subscribers, subscription_only, early_event_params},
};

static_assert(std::ranges::all_of(kinds, [](const FaultKindInfo& info) {
    return &info - kinds == static_cast<std::ptrdiff_t>(info.kind);
}));

}  // namespace

std::span<const FaultKindInfo> fault_kinds() {
    return kinds;
}

const FaultKindInfo& info_of(FaultKind kind) {
    return kinds[static_cast<std::size_t>(kind)];
}

const FaultKindInfo* find_fault_kind(std::string_view name) {
    const auto* found = std::ranges::find(kinds, name, &FaultKindInfo::name);
    return found == std::end(kinds) ? nullptr : found;
}

std::span<const FaultParam> common_params() {
    return common;
}

const FaultParam* find_param(FaultKind kind, std::string_view name) {
    for (const auto params : {std::span<const FaultParam>(common), info_of(kind).params}) {
        const auto found = std::ranges::find(params, name, &FaultParam::name);
        if (found != params.end()) return &*found;
    }
    return nullptr;
}

std::string_view name_of(FaultKind kind) {
    return info_of(kind).name;
}

std::string_view name_of(Direction direction) {
    return direction_names[static_cast<std::size_t>(direction)];
}

std::string_view name_of(Service service) {
    return service_names[static_cast<std::size_t>(service)];
}

std::string_view name_of(Stage stage) {
    return stage_names[static_cast<std::size_t>(stage)];
}

std::string label(const FaultSpec& fault) {
    return fmt::format("fault {} ({})", fault.id, name_of(fault.kind));
}

}  // namespace confd::sim
