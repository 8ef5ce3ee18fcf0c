// SPDX-License-Identifier: Apache-2.0
// Faults of whole messages, and of connections: what never comes, comes twice, or ends.
#include <fmt/format.h>

#include <algorithm>

#include "simulator/faults/params.hpp"

namespace confd::sim {
namespace {

using namespace std::chrono_literals;

std::string drop(const FaultSpec&, FaultEffect& effect, const WireContext&, Choice&) {
    effect.message.bytes.clear();
    return "dropped";
}

std::string duplicate(const FaultSpec& fault, FaultEffect& effect, const WireContext&, Choice&) {
    effect.copies += fault.count;
    return fmt::format("repeated {} times", fault.count);
}

std::string reorder(const FaultSpec& fault, FaultEffect& effect, const WireContext&, Choice&) {
    effect.overtaken = Wait{fault.count, fault.within};
    return fmt::format("kept until {} others have overtaken it", fault.count);
}

std::string truncate(const FaultSpec& fault, FaultEffect& effect, const WireContext&, Choice&) {
    auto& bytes = effect.message.bytes;
    const auto size = bytes.size();
    bytes.resize(fault.bytes < 0 ? size / 2
                                 : std::min(size, static_cast<std::size_t>(fault.bytes)));
    effect.close = faults::close_how(fault);
    return fmt::format("ended after {} of {} bytes", bytes.size(), size);
}

std::string reset(const FaultSpec&, FaultEffect& effect, const WireContext&, Choice&) {
    effect.message.bytes.clear();
    effect.close = CloseHow::rst;
    return "replaced by a reset";
}

std::string half_close(const FaultSpec& fault, FaultEffect& effect, const WireContext&, Choice&) {
    // Inwards the client is still heard: only what the server sends has ended.
    if (fault.direction == Direction::out) effect.message.bytes.clear();
    effect.close = CloseHow::half;
    return fault.direction == Direction::out ? "replaced by the end of what the server sends"
                                             : "followed by the end of what the server sends";
}

bool nothing(const FaultSpec&, MessageKind) {
    return false;
}

constexpr Key duplicate_params[] = {
    faults::number_key<&FaultSpec::count>("count", "further copies", 1, faults::most_copies),
};
constexpr Key reorder_params[] = {
    faults::number_key<&FaultSpec::count>("count", "so many later frames overtake it", 1,
                                          faults::most_units),
    faults::wait_key<&FaultSpec::within>("within", "it waits for them at most so long"),
};
constexpr Key truncate_params[] = {
    faults::number_key<&FaultSpec::bytes>(
        "bytes", "so many still come, the header included; -1 is half of them", -1,
        faults::most_payload),
    faults::how_key("the connection then ends", faults::end_names),
};
constexpr Key fail_connections_params[] = {
    faults::number_key<&FaultSpec::count>("count", "so many connections, after those skipped", 1,
                                          INT64_MAX),
    faults::how_key("how they end", faults::end_names),
};

}  // namespace

constexpr FaultKindInfo faults::drop{
    .kind = FaultKind::drop,
    .name = "drop",
    .doc = "a frame never comes",
    .directions = faults::both_ways,
    .services = faults::services,
    .stages = faults::frames,
    .apply = sim::drop,
};

constexpr FaultKindInfo faults::duplicate{
    .kind = FaultKind::duplicate,
    .name = "duplicate",
    .doc = "a frame comes several times",
    .directions = faults::both_ways,
    .services = faults::services,
    .stages = faults::frames,
    .apply = sim::duplicate,
    .params = duplicate_params,
    .usual = [] { return FaultSpec{.count = 1}; },
};

constexpr FaultKindInfo faults::reorder{
    .kind = FaultKind::reorder,
    .name = "reorder",
    .doc = "later frames overtake it",
    .directions = faults::both_ways,
    .services = faults::services,
    .stages = faults::frames,
    .apply = sim::reorder,
    .params = reorder_params,
    .usual = [] { return FaultSpec{.count = 1, .within = 1s}; },
};

constexpr FaultKindInfo faults::truncate{
    .kind = FaultKind::truncate,
    .name = "truncate",
    .doc = "ends in the middle, and so does the connection",
    .directions = faults::both_ways,
    .services = faults::services,
    .stages = faults::damage,
    .apply = sim::truncate,
    .params = truncate_params,
    .usual = [] { return FaultSpec{.bytes = -1}; },
};

constexpr FaultKindInfo faults::reset{
    .kind = FaultKind::reset,
    .name = "reset",
    .doc = "instead of it a TCP reset; inwards when it comes",
    .directions = faults::both_ways,
    .services = faults::services,
    .stages = faults::damage,
    .apply = sim::reset,
};

constexpr FaultKindInfo faults::half_close{
    .kind = FaultKind::half_close,
    .name = "half_close",
    .doc = "instead of it the server ends its sending side and reads on; inwards when it comes",
    .directions = faults::both_ways,
    .services = faults::services,
    .stages = faults::damage,
    .apply = sim::half_close,
};

constexpr FaultKindInfo faults::fail_connections{
    .kind = FaultKind::fail_connections,
    .name = "fail_connections",
    .doc = "connections end before a byte is exchanged; they are counted over all clients",
    .directions = faults::outwards,
    .services = faults::unsaid,
    .stages = faults::connect_only,
    .apply = nullptr,
    .params = fail_connections_params,
    .usual = [] { return FaultSpec{.count = 1}; },
    .fits = nothing,
};

}  // namespace confd::sim
