// SPDX-License-Identifier: Apache-2.0
// Faults of when a message comes, and in which pieces.
#include <fmt/format.h>

#include "simulator/faults/params.hpp"

namespace confd::sim {
namespace {

using namespace std::chrono_literals;

bool anything(const FaultSpec&, MessageKind) {
    return true;
}

std::string split(const FaultSpec& fault, FaultEffect& effect, const WireContext&, Choice&) {
    effect.piece = static_cast<std::size_t>(fault.bytes);
    effect.gap = fault.gap;
    return fmt::format("split into writes of {}", fault.bytes);
}

std::string slow_handshake(const FaultSpec& fault, FaultEffect& effect, const WireContext&,
                           Choice&) {
    effect.piece = 1;
    effect.gap = fault.gap;
    return fmt::format("written byte by byte, one in {} ms", fault.gap.count());
}

std::string coalesce(const FaultSpec& fault, FaultEffect& effect, const WireContext&, Choice&) {
    effect.gather = Wait{fault.count, fault.within};
    return "kept to leave together with others";
}

std::string delay(const FaultSpec& fault, FaultEffect& effect, const WireContext&, Choice&) {
    effect.delay += fault.duration;
    return fmt::format("delayed by {} ms", fault.duration.count());
}

std::string stall(const FaultSpec& fault, FaultEffect& effect, const WireContext&, Choice&) {
    effect.stall = Stall{static_cast<std::size_t>(fault.bytes), fault.duration};
    return fmt::format("stalled for {} ms after {} bytes", fault.duration.count(), fault.bytes);
}

constexpr Key gap_key = faults::wait_key<&FaultSpec::gap>("gap", "between two writes");

constexpr Key split_params[] = {
    faults::number_key<&FaultSpec::bytes>("bytes", "in each write", 1, faults::most_payload),
    gap_key,
};
constexpr Key slow_handshake_params[] = {
    faults::wait_key<&FaultSpec::gap>("gap", "between two bytes"),
};
constexpr Key coalesce_params[] = {
    faults::number_key<&FaultSpec::count>("count", "so many leave in one write", 2,
                                          faults::most_units),
    faults::wait_key<&FaultSpec::within>("within", "the first waits at most so long"),
};
constexpr Key delay_params[] = {
    faults::wait_key<&FaultSpec::duration>("duration", "how much later it comes"),
};
constexpr Key stall_params[] = {
    faults::wait_key<&FaultSpec::duration>("duration", "how long nothing moves"),
    faults::number_key<&FaultSpec::bytes>("bytes", "so many of the frame still come before", 0,
                                          faults::most_payload),
};

}  // namespace

constexpr FaultKindInfo faults::split{
    .kind = FaultKind::split,
    .name = "split",
    .doc = "comes in many small writes",
    .directions = faults::both_ways,
    .services = faults::services,
    .stages = faults::flow,
    .apply = sim::split,
    .params = split_params,
    .usual = [] { return FaultSpec{.bytes = 1, .gap = 10ms}; },
    .fits = anything,
};

constexpr FaultKindInfo faults::slow_handshake{
    .kind = FaultKind::slow_handshake,
    .name = "slow_handshake",
    .doc = "the handshake comes byte by byte",
    .directions = faults::outwards,
    .services = faults::services,
    .stages = faults::handshake_only,
    .apply = sim::slow_handshake,
    .params = slow_handshake_params,
    .usual = [] { return FaultSpec{.gap = 100ms}; },
};

constexpr FaultKindInfo faults::coalesce{
    .kind = FaultKind::coalesce,
    .name = "coalesce",
    .doc = "waits for others, then comes in one write with them",
    .directions = faults::both_ways,
    .services = faults::services,
    .stages = faults::flow,
    .apply = sim::coalesce,
    .params = coalesce_params,
    .usual = [] { return FaultSpec{.count = 10, .within = 1s}; },
    .fits = anything,
};

constexpr FaultKindInfo faults::delay{
    .kind = FaultKind::delay,
    .name = "delay",
    .doc = "comes later, and what follows behind it",
    .directions = faults::both_ways,
    .services = faults::services,
    .stages = faults::flow,
    .apply = sim::delay,
    .params = delay_params,
    .usual = [] { return FaultSpec{.duration = 100ms}; },
    .fits = anything,
};

constexpr FaultKindInfo faults::stall{
    .kind = FaultKind::stall,
    .name = "stall",
    .doc =
        "nothing moves for a while, in the middle of a frame if wanted; inwards the server stops "
        "reading",
    .directions = faults::both_ways,
    .services = faults::services,
    .stages = faults::flow,
    .apply = sim::stall,
    .params = stall_params,
    .usual = [] { return FaultSpec{.duration = 5s}; },
    .fits = anything,
};

}  // namespace confd::sim
