// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/finish.hpp"

#include <fmt/format.h>

#include <array>

#include "simulator/yang/guard.hpp"
#include "simulator/yang/libyang.hpp"
#include "simulator/yang/typed_value.hpp"

namespace confd::sim::yang {
namespace {

/// Adds defaults, which filters see and the wire does not.
bool validate(lyd_node& tree) {
    return lyd_validate_op(&tree, nullptr, LYD_TYPE_NOTIF_YANG, nullptr) == LY_SUCCESS;
}

}  // namespace

lyd_node* new_entry(lyd_node& parent, const lysc_node& schema,
                    const std::vector<std::string>& keys) {
    if (keys.size() > max_list_keys) return nullptr;
    // libyang reads as many as the list has keys.
    std::array<const char*, max_list_keys> k{};
    for (std::size_t i = 0; i < keys.size(); ++i)
        k[i] = keys[i].c_str();
    lyd_node* made = nullptr;
    lyd_new_list(&parent, schema.module, schema.name, 0, &made, k[0], k[1], k[2], k[3], k[4], k[5],
                 k[6], k[7]);
    return made;
}

std::expected<BuiltEvent, Message> finish_event(const ContextPtr& context, const lyd_node& root,
                                                bool risky) {
    lyd_node* copy = nullptr;
    const auto flags = LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS;
    if (lyd_dup_single(&root, nullptr, flags, &copy) != LY_SUCCESS) {
        return std::unexpected(Message{"no memory for the event", {}});
    }
    TreePtr tree(copy);
    if (risky) {
        const auto tried = try_in_child([&](const Progress&) { validate(*copy); });
        if (!tried) {
            return std::unexpected(Message{
                fmt::format("libyang cannot evaluate a condition: {}", tried.error().why), {}});
        }
    }
    if (!validate(*copy)) {
        const auto messages = take_messages(context.get());
        return std::unexpected(messages.empty() ? Message{"not valid", {}} : messages.front());
    }
    BuiltEvent event;
    event.values = tag_values(*copy);
    event.tree = std::make_shared<DataTree>(context, std::move(tree));
    return event;
}

}  // namespace confd::sim::yang
