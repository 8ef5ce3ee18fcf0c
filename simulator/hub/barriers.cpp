// SPDX-License-Identifier: Apache-2.0
#include "simulator/hub/barriers.hpp"

#include <algorithm>
#include <utility>

namespace confd::sim {
namespace {

/// A peer chooses how much it acknowledges. An answer repeated later than this counts as unknown.
constexpr std::size_t remembered_answers = 1024;

}  // namespace

std::string_view to_string(AckVerdict verdict) {
    switch (verdict) {
        case AckVerdict::known:
            return "known";
        case AckVerdict::duplicate:
            return "duplicate";
        case AckVerdict::late:
            return "late";
        case AckVerdict::unknown:
            break;
    }
    return "unknown";
}

void Barriers::owe(SendId send, const Owed& owed, Instant now) {
    auto& waits = open_[send].waits;
    waits.emplace_hint(waits.end(), owed.peer, owed.ack);
    accounts_[owed.peer].debts.push_back({owed.ack, send, false, now});
}

Barriers::Answer Barriers::answer(PeerId peer, const Ack& ack) {
    const auto found = accounts_.find(peer);
    if (found == accounts_.end()) return {};
    auto& [debts, paid] = found->second;
    const auto debt = std::ranges::find(debts, ack, &Debt::ack);
    if (debt == debts.end()) {
        const auto before = std::ranges::find(paid.rbegin(), paid.rend(), ack, &Debt::ack);
        if (before == paid.rend()) return {};
        return {AckVerdict::duplicate, before->send};
    }
    const Debt settled = *debt;
    debts.erase(debt);
    paid.push_back(settled);
    if (paid.size() > remembered_answers) paid.pop_front();
    if (settled.expired) return {AckVerdict::late, settled.send, false, settled.since};
    return {AckVerdict::known, settled.send, settle(settled.send, peer), settled.since};
}

bool Barriers::settle(SendId send, PeerId peer) {
    const auto barrier = open_.find(send);
    if (barrier == open_.end()) return false;
    barrier->second.waits.erase(peer);
    if (!barrier->second.waits.empty()) return false;
    end(barrier);
    return true;
}

void Barriers::end(Open::iterator barrier) {
    deadlines_.set(barrier->first, barrier->second.deadline, std::nullopt);
    open_.erase(barrier);
}

std::vector<SendId> Barriers::drop(PeerId peer) {
    std::vector<SendId> released;
    const auto found = accounts_.find(peer);
    if (found == accounts_.end()) return released;
    const auto debts = std::move(found->second.debts);
    accounts_.erase(found);
    for (const auto& debt : debts) {
        if (!debt.expired && settle(debt.send, peer)) released.push_back(debt.send);
    }
    return released;
}

std::vector<Owed> Barriers::expire(SendId send) {
    const auto barrier = open_.find(send);
    if (barrier == open_.end()) return {};
    auto waits = owed(barrier->second);
    end(barrier);
    expired_.insert(send);
    for (const auto& owed : waits) {
        for (auto& debt : accounts_[owed.peer].debts)
            debt.expired |= debt.send == send;
    }
    return waits;
}

void Barriers::expire_at(SendId send, Instant deadline) {
    if (const auto barrier = open_.find(send); barrier != open_.end()) {
        deadlines_.set(send, barrier->second.deadline, deadline);
    }
}

std::optional<Instant> Barriers::deadline(SendId send) const {
    const auto barrier = open_.find(send);
    return barrier == open_.end() ? std::nullopt : barrier->second.deadline;
}

std::vector<Owed> Barriers::missing(SendId send) const {
    const auto barrier = open_.find(send);
    return barrier == open_.end() ? std::vector<Owed>() : owed(barrier->second);
}

std::vector<Owed> Barriers::owed(const Barrier& barrier) {
    std::vector<Owed> out;
    for (const auto& [peer, ack] : barrier.waits)
        out.push_back({peer, ack});
    return out;
}

std::vector<SendId> Barriers::open() const {
    std::vector<SendId> sends;
    for (const auto& [send, barrier] : open_)
        sends.push_back(send);
    return sends;
}

std::size_t Barriers::owed_by(PeerId peer) const {
    const auto found = accounts_.find(peer);
    if (found == accounts_.end()) return 0;
    return static_cast<std::size_t>(std::ranges::count(found->second.debts, false, &Debt::expired));
}

}  // namespace confd::sim
