#include "simulator/faults/shape.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/session/handshake.hpp"
#include "protocol/session/server_session.hpp"
#include "simulator/faults/mutate.hpp"

namespace confd::sim {
namespace {

CloseHow close_how(const FaultSpec& fault) {
    return fault.how == "rst" ? CloseHow::rst : CloseHow::fin;
}

// ---- When and in which pieces. ----

std::string split(const FaultSpec& fault, Shape& shape) {
    shape.piece = static_cast<std::size_t>(fault.bytes);
    shape.gap = fault.gap;
    return fmt::format("split into writes of {}", fault.bytes);
}

std::string slow_handshake(const FaultSpec& fault, Shape& shape) {
    shape.piece = 1;
    shape.gap = fault.gap;
    return fmt::format("written byte by byte, one in {} ms", fault.gap.count());
}

std::string coalesce(const FaultSpec& fault, Shape& shape) {
    shape.gather = Wait{fault.count, fault.within};
    return "kept to leave together with others";
}

std::string delay(const FaultSpec& fault, Shape& shape) {
    shape.delay += fault.duration;
    return fmt::format("delayed by {} ms", fault.duration.count());
}

std::string stall(const FaultSpec& fault, Shape& shape) {
    shape.stall = Stall{static_cast<std::size_t>(fault.bytes), fault.duration};
    return fmt::format("stalled for {} ms after {} bytes", fault.duration.count(), fault.bytes);
}

// ---- Whole frames. ----

std::string drop(Shape& shape) {
    shape.unit.bytes.clear();
    return "dropped";
}

std::string duplicate(const FaultSpec& fault, Shape& shape) {
    shape.copies += fault.count;
    return fmt::format("repeated {} times", fault.count);
}

std::string reorder(const FaultSpec& fault, Shape& shape) {
    shape.overtaken = Wait{fault.count, fault.within};
    return fmt::format("kept until {} others have overtaken it", fault.count);
}

// ---- Ends. ----

std::string truncate(const FaultSpec& fault, Shape& shape) {
    auto& bytes = shape.unit.bytes;
    const auto size = bytes.size();
    bytes.resize(fault.bytes < 0 ? size / 2
                                 : std::min(size, static_cast<std::size_t>(fault.bytes)));
    shape.close = close_how(fault);
    return fmt::format("ended after {} of {} bytes", bytes.size(), size);
}

std::string reset(Shape& shape) {
    shape.unit.bytes.clear();
    shape.close = CloseHow::rst;
    return "replaced by a reset";
}

std::string half_close(const FaultSpec& fault, Shape& shape) {
    // Inwards the client is still heard: only what the server sends has ended.
    if (fault.direction == Direction::out) shape.unit.bytes.clear();
    shape.close = CloseHow::half;
    return fault.direction == Direction::out ? "replaced by the end of what the server sends"
                                             : "followed by the end of what the server sends";
}

// ---- Other bytes. ----

void put_before(Shape& shape, const Bytes& bytes) {
    shape.before.insert(shape.before.end(), bytes.begin(), bytes.end());
}

std::string garbage(const FaultSpec& fault, Shape& shape, Choice& choice) {
    put_before(shape, random_bytes(static_cast<std::size_t>(fault.bytes), choice));
    const bool instead = fault.how == "instead";
    if (instead) shape.unit.bytes.clear();
    return fmt::format("{} {} random bytes", instead ? "replaced by" : "preceded by", fault.bytes);
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

std::string refuse(const FaultSpec& fault, Shape& shape) {
    auto& bytes = shape.unit.bytes;
    if (bytes.size() == hello_size) {
        auto reply = parse_hello_reply(bytes);
        reply.status = static_cast<std::uint8_t>(fault.status);
        explain(reply);
        bytes.clear();
        append_hello_reply(bytes, reply);
    }
    shape.close = CloseHow::fin;
    return fmt::format("given the status {}", fault.status);
}

std::string wrong_challenge(const FaultSpec& fault, Shape& shape) {
    // A message of the access check that is neither a challenge nor a grant.
    constexpr std::uint8_t nothing = access_challenge | 0x80;
    const bool deny = fault.how == "deny";
    if (!shape.unit.bytes.empty()) shape.unit.bytes[0] = deny ? access_denied : nothing;
    if (deny) shape.close = CloseHow::fin;
    return deny ? "made a denial" : fmt::format("begun with the byte {}", nothing);
}

std::string early_event(const FaultSpec& fault, Shape& shape, const WireContext& context) {
    put_before(shape, default_event(static_cast<std::uint32_t>(fault.type), context));
    return fmt::format("preceded by an event of type {}", fault.type);
}

}  // namespace

std::string apply(const FaultSpec& fault, Shape& shape, const WireContext& context,
                  Choice& choice) {
    switch (fault.kind) {
        case FaultKind::split:
            return split(fault, shape);
        case FaultKind::slow_handshake:
            return slow_handshake(fault, shape);
        case FaultKind::coalesce:
            return coalesce(fault, shape);
        case FaultKind::delay:
            return delay(fault, shape);
        case FaultKind::stall:
            return stall(fault, shape);
        case FaultKind::drop:
            return drop(shape);
        case FaultKind::duplicate:
            return duplicate(fault, shape);
        case FaultKind::reorder:
            return reorder(fault, shape);
        case FaultKind::truncate:
            return truncate(fault, shape);
        case FaultKind::reset:
            return reset(shape);
        case FaultKind::half_close:
            return half_close(fault, shape);
        case FaultKind::garbage:
            return garbage(fault, shape, choice);
        case FaultKind::refuse:
            return refuse(fault, shape);
        case FaultKind::wrong_challenge:
            return wrong_challenge(fault, shape);
        case FaultKind::early_event:
            return early_event(fault, shape, context);
        default:
            return mutate(fault, shape.unit, context, choice);
    }
}

}  // namespace confd::sim
