// SPDX-License-Identifier: Apache-2.0
// Faults of the handshake, and of what must not come before its end.
#include <fmt/format.h>

#include <algorithm>

#include "protocol/notification/notification.hpp"
#include "protocol/session/event_frame.hpp"
#include "protocol/session/handshake.hpp"
#include "protocol/session/server_session.hpp"
#include "simulator/faults/kinds/payload.hpp"
#include "simulator/faults/params.hpp"

namespace confd::sim {
namespace {

constexpr std::string_view challenge_names[] = {"deny", "first_byte"};

/// A frame with an event of this type and default fields.
Bytes default_event(std::uint32_t type, const WireContext& context) {
    Bytes out;
    const auto event = make_notification(type, context.dialect);
    if (!event || !append_event(out, *event, context)) return {};
    return out;
}

std::uint8_t doubled(std::uint8_t size) {
    return static_cast<std::uint8_t>(std::min(2 * size, 255));
}

/// With values that explain the refusal: the vendor's library prints them beside its own.
void explain(HelloReply& reply) {
    constexpr std::uint16_t one_major = 10;
    if (reply.status == HelloReply::incompatible_version) {
        const bool newest = reply.protocol_version + one_major > newest_protocol_version;
        reply.protocol_version = static_cast<std::uint16_t>(
            newest ? reply.protocol_version - one_major : reply.protocol_version + one_major);
    } else if (reply.status == HelloReply::too_small) {
        reply.max_depth = doubled(reply.max_depth);
        reply.max_key_length = doubled(reply.max_key_length);
    }
}

std::string refuse(const FaultSpec& fault, FaultEffect& effect, const WireContext&, Choice&) {
    auto& bytes = effect.message.bytes;
    if (bytes.size() == hello_size) {
        auto reply = parse_hello_reply(bytes);
        reply.status = static_cast<std::uint8_t>(fault.status);
        explain(reply);
        bytes.clear();
        append_hello_reply(bytes, reply);
    }
    effect.close = CloseHow::fin;
    return fmt::format("given the status {}", fault.status);
}

std::string wrong_challenge(const FaultSpec& fault, FaultEffect& effect, const WireContext&,
                            Choice&) {
    // A message of the access check that is neither a challenge nor a grant.
    constexpr std::uint8_t nothing = access_challenge | 0x80;
    const bool deny = fault.how == "deny";
    if (!effect.message.bytes.empty()) effect.message.bytes[0] = deny ? access_denied : nothing;
    if (deny) effect.close = CloseHow::fin;
    return deny ? "made a denial" : fmt::format("begun with the byte {}", nothing);
}

std::string early_event(const FaultSpec& fault, FaultEffect& effect, const WireContext& context,
                        Choice&) {
    faults::put_before(effect, default_event(static_cast<std::uint32_t>(fault.type), context));
    return fmt::format("preceded by an event of type {}", fault.type);
}

constexpr Key refuse_params[] = {
    faults::number_key<&FaultSpec::status>(
        "status", "1 for the protocol version, 2 for too small keypath room", 1, UINT8_MAX),
};
constexpr Key wrong_challenge_params[] = {
    faults::how_key(
        "the right answer is denied, or the challenge begins with a byte that means nothing",
        challenge_names),
};
constexpr Key early_event_params[] = {
    faults::number_key<&FaultSpec::type>(
        "type", "of the event, which has default fields; the default is a heartbeat", 1,
        UINT32_MAX),
};

}  // namespace

constexpr FaultKindInfo faults::refuse{
    .kind = FaultKind::refuse,
    .name = "refuse",
    .doc = "the reply to the hello is a refusal, and the connection ends",
    .directions = faults::outwards,
    .services = faults::services,
    .stages = faults::handshake_only,
    .apply = sim::refuse,
    .params = refuse_params,
    .usual = [] { return FaultSpec{.status = HelloReply::incompatible_version}; },
    .fits = [](const FaultSpec&, MessageKind kind) { return kind == MessageKind::hello_reply; },
};

constexpr FaultKindInfo faults::wrong_challenge{
    .kind = FaultKind::wrong_challenge,
    .name = "wrong_challenge",
    .doc =
        "the access check goes wrong on the server's side; connections without it are no "
        "candidates",
    .directions = faults::outwards,
    .services = faults::services,
    .stages = faults::handshake_only,
    .apply = sim::wrong_challenge,
    .params = wrong_challenge_params,
    .fits =
        [](const FaultSpec& fault, MessageKind kind) {
            return kind ==
                   (fault.how == "deny" ? MessageKind::access_result : MessageKind::challenge);
        },
};

constexpr FaultKindInfo faults::early_event{
    .kind = FaultKind::early_event,
    .name = "early_event",
    .doc = "an event comes before the subscription's reply",
    .directions = faults::outwards,
    .services = faults::subscribers,
    .stages = faults::subscription_only,
    .apply = sim::early_event,
    .params = early_event_params,
    .usual = [] { return FaultSpec{.type = NOTIF_HEARTBEAT}; },
    .check = [](const FaultSpec& fault) -> std::expected<void, FaultProblem> {
        if (faults::is_event_type(fault.type)) return {};
        return faults::problem("type", fmt::format("{} is no type of an event", fault.type));
    },
};

}  // namespace confd::sim
