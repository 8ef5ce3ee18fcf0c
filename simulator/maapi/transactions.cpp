#include "simulator/maapi/transactions.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace confd::sim::maapi {

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
