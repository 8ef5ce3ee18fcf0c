// SPDX-License-Identifier: Apache-2.0
#include "simulator/maapi/transactions.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace confd::sim::maapi {

namespace {

/// A change of one entry of a leaf-list that the path leads to.
DiffChange entry_change(const ObjectRef& leaf_list, const Value& entry, Mop op) {
    DiffChange out{.path = leaf_list, .op = op, .old_value = {}, .new_value = {}};
    out.path.steps.insert(out.path.steps.begin(), PathStep{{}, 0, ValueList{{entry}}});
    return out;
}

const ValueList* list_in(const Value* value) {
    return value == nullptr ? nullptr : std::get_if<ValueList>(&value->payload);
}

bool has(const ValueList* list, const Value& entry) {
    return list != nullptr && std::ranges::find(list->items, entry) != list->items.end();
}

/// What of an old whole is gone, then what of the new one has come.
void append_entries(const DiffChange& change, const ValueList& now, std::vector<DiffChange>& out) {
    const auto* before = list_in(change.old_value ? &*change.old_value : nullptr);
    if (before != nullptr) {
        for (const auto& entry : before->items)
            if (!has(&now, entry)) out.push_back(entry_change(change.path, entry, MOP_DELETED));
    }
    for (const auto& entry : now.items)
        if (!has(before, entry)) out.push_back(entry_change(change.path, entry, MOP_CREATED));
}

/// Arrays of D steps have room for D-1, of K keys for K-1; those of size 0 are none.
bool holds(KeypathRoom room, const ObjectRef& path) {
    if (room.max_depth != 0 && path.steps.size() >= room.max_depth) return false;
    return room.max_key_length == 0 || std::ranges::none_of(path.steps, [&](const PathStep& step) {
               return step.keys && step.keys->items.size() >= room.max_key_length;
           });
}

}  // namespace

Asked asked_for(const Diff& diff, std::uint32_t flags, KeypathRoom room) {
    auto out = std::make_shared<Diff>();
    for (std::size_t i = 0; i < diff.changes.size(); ++i) {
        const auto& change = diff.changes[i];
        if ((flags & ITER_WANT_ATTR) == 0 && change.op == MOP_ATTR_SET) continue;
        if ((flags & ITER_WANT_P_CONTAINER) == 0 && diff.presence_containers.contains(i)) continue;
        const bool in_entries =
            (flags & ITER_WANT_LEAF_LIST_AS_LEAF) == 0 && diff.whole_leaf_lists.contains(i);
        const auto* whole = in_entries ? list_in(std::get_if<Value>(&change.new_value)) : nullptr;
        if (whole == nullptr) {
            out->changes.push_back(change);
        } else {
            append_entries(change, *whole, out->changes);
        }
    }
    std::size_t left_out = 0;
    if (!diff.unsafe) {
        left_out = std::erase_if(
            out->changes, [&](const DiffChange& change) { return !holds(room, change.path); });
    }
    out->failure = diff.failure;
    if (out->failure) out->failure->after = std::min(out->failure->after, out->changes.size());
    return {std::move(out), left_out};
}

void Transactions::open(SendId send, Transaction transaction) {
    static const auto empty = std::make_shared<const Diff>();
    if (transaction.diff == nullptr) transaction.diff = empty;
    open_.insert_or_assign(send, std::move(transaction));
}

SendId Transactions::find(std::int64_t handle) const {
    const auto latest_first = open_ | std::views::reverse;
    const auto found = std::ranges::find_if(
        latest_first, [&](const auto& entry) { return entry.second.handle == handle; });
    return found == latest_first.end() ? 0 : found->first;
}

const Transaction* Transactions::get(SendId send) const {
    const auto found = open_.find(send);
    return found == open_.end() ? nullptr : &found->second;
}

}  // namespace confd::sim::maapi
