// SPDX-License-Identifier: Apache-2.0
#include "simulator/faults/active_faults.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulator/base/role.hpp"
#include "simulator/faults/params.hpp"

namespace confd::sim {

std::expected<FaultId, FaultProblem> ActiveFaults::add(FaultSpec spec) {
    if (auto good = check(spec); !good) return std::unexpected(std::move(good.error()));
    spec.id = ++last_id_;
    active_.push_back({std::move(spec)});
    return last_id_;
}

bool ActiveFaults::remove(FaultId id) {
    return std::erase_if(active_, [&](const ActiveFault& f) { return f.spec.id == id; }) > 0;
}

const ActiveFault* ActiveFaults::find(FaultId id) const {
    const auto found =
        std::ranges::find_if(active_, [&](const ActiveFault& f) { return f.spec.id == id; });
    return found == active_.end() ? nullptr : &*found;
}

bool ActiveFaults::touches(std::string_view role) const {
    return std::ranges::any_of(active_, [&](const ActiveFault& f) {
        return f.spec.kind != FaultKind::fail_connections &&
               (f.spec.role == all_roles || f.spec.role == role);
    });
}

std::optional<Choice> ActiveFaults::choose(ActiveFault& fault, FaultTally& tally, PeerId peer) {
    const auto& spec = fault.spec;
    ++fault.candidates;
    Choice choice(spec.seed, peer, ++tally.candidates);
    if (tally.candidates <= spec.skip || choice.fraction() >= spec.probability) return std::nullopt;
    if (spec.times > 0 && tally.hits >= spec.times) return std::nullopt;
    if (spec.total > 0 && fault.hits >= spec.total) return std::nullopt;
    ++tally.hits;
    ++fault.hits;
    return choice;
}

void ActiveFaults::report(const FaultSpec& spec, PeerId peer, std::string_view what,
                          const WireMessage& message) {
    hits_.push_back({.fault = spec.id,
                     .kind = spec.kind,
                     .peer = peer,
                     .note = fmt::format("{}: {}", label(spec), what),
                     .send = message.send,
                     .came = spec.direction == Direction::in ? message.bytes : Bytes()});
}

std::optional<CloseHow> ActiveFaults::on_connect(PeerId peer) {
    std::optional<CloseHow> how;
    for (auto& fault : active_) {
        if (fault.spec.kind != FaultKind::fail_connections) continue;
        // All connections together are one row of candidates for it.
        FaultTally tally{fault.candidates, fault.hits};
        if (fault.hits >= fault.spec.count || !choose(fault, tally, 0)) continue;
        if (how) continue;
        how = faults::close_how(fault.spec);
        report(fault.spec, peer, fmt::format("connection {} ended at once", peer));
    }
    return how;
}

}  // namespace confd::sim
