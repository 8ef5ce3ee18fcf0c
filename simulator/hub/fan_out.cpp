// SPDX-License-Identifier: Apache-2.0
#include "simulator/hub/fan_out.hpp"

#include <algorithm>
#include <utility>

#include "protocol/mask.hpp"
#include "simulator/hub/subscriber.hpp"

namespace confd::sim {

void FanOut::join(Subscriber& subscriber) {
    const auto wire = subscriber.session().context();
    const auto mask = served_mask(subscriber.session().subscription().mask, wire.dialect);
    auto& group = groups_[{mask, wire.dialect, subscriber.role()}];
    if (group.size++ == 0) {
        group.mask = mask;
        group.wire = wire;
        group.role = subscriber.role();
    }
    subscriber.join(group);
    const auto at = std::ranges::lower_bound(members_, subscriber.id(), {}, &Member::id);
    members_.insert(at, {subscriber.id(), &subscriber, &group});
}

void FanOut::leave(Subscriber& subscriber) {
    const auto at = std::ranges::lower_bound(members_, subscriber.id(), {}, &Member::id);
    if (at == members_.end() || at->id != subscriber.id()) return;
    subscriber.leave();
    auto& group = *at->group;
    members_.erase(at);
    if (--group.size == 0) groups_.erase({group.mask, group.wire.dialect, group.role});
}

void FanOut::publish(Sent& sent, const Notification& event, std::string_view role, bool marked) {
    Forms forms;
    for (auto& [key, group] : groups_) {
        if (!group.gets(event.type, role)) continue;
        auto& form = form_for(group, forms);
        const auto begin = group.batch.end();
        if (form) {
            group.batch.append(*form);
        } else {
            const auto added = group.batch.append(event, group.wire);
            if (!added) sent.error = added.error();
            form = added.value_or(ByteView());
        }
        if (form->empty()) continue;
        if (marked) group.batch.mark(begin, sent.id);
        ++group.sent[bit_of(event.type)];
        sent.recipients += group.size;
        news_ = true;
        batches_ = true;
    }
    sent.owed = owed(event, role, forms);
}

/// Which subscribers have to acknowledge the event, in the order in which they connected.
std::vector<Owed> FanOut::owed(const Notification& event, std::string_view role,
                               Forms& forms) const {
    std::vector<Owed> out;
    if (!ack_owed(event, ~std::uint32_t{0})) return out;
    for (const auto& member : members_) {
        const auto& group = *member.group;
        if (!group.gets(event.type, role) || form_for(group, forms)->empty()) continue;
        if (const auto ack = ack_owed(event, group.mask)) out.push_back({member.id, *ack});
    }
    return out;
}

/// Memory of batches is given back too, beyond what is usual for all of them together.
void FanOut::clear() {
    if (!std::exchange(batches_, false)) return;
    constexpr std::size_t usual = std::size_t{1} << 20;
    for (auto& [key, group] : groups_) {
        group.batch.clear(usual / groups_.size());
    }
}

std::size_t FanOut::count(std::string_view role) const {
    std::size_t out = 0;
    for (const auto& [key, group] : groups_)
        out += group.has_role(role) ? group.size : 0;
    return out;
}

}  // namespace confd::sim
