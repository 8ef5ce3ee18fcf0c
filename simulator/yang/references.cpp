// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/references.hpp"

#include <algorithm>

#include "simulator/yang/typed_value.hpp"

namespace confd::sim::yang {
namespace {

bool is_inside(const lysc_node* node, const lysc_node& notification) {
    while (node != nullptr && node != &notification)
        node = node->parent;
    return node != nullptr;
}

/// What an event refers to is mostly outside of it, in data that is not there. libyang would
/// refuse every such event; so those types no longer ask for it.
void forget_instances(const lysc_node& leaf, const lysc_type& type, const lysc_node& notification) {
    // The context is ours alone, and nothing in it was made const.
    auto& open = const_cast<lysc_type&>(type);
    if (type.basetype == LY_TYPE_LEAFREF) {
        auto& leafref = reinterpret_cast<lysc_type_leafref&>(open);
        if (!is_inside(leafref_target(leaf, leafref), notification)) leafref.require_instance = 0;
    } else if (type.basetype == LY_TYPE_INST) {
        reinterpret_cast<lysc_type_instanceid&>(open).require_instance = 0;
    } else if (type.basetype == LY_TYPE_UNION) {
        for (const auto* member : sized(as<lysc_type_union>(type).types))
            forget_instances(leaf, *member, notification);
    }
}

void forget_instances_below(const lysc_node& node, const lysc_node& notification) {
    for (const auto* child : children_of(node)) {
        if (is_leaf(*child)) {
            forget_instances(*child, type_of(*child), notification);
        } else {
            forget_instances_below(*child, notification);
        }
    }
}

std::size_t levels(const lysc_node& node) {
    std::size_t below = 0;
    for (const auto* child = lysc_node_child(&node); child != nullptr; child = child->next)
        below = std::max(below, levels(*child));
    return below + 1;
}

/// Depth is the schema's.
void add_nested(const lysc_node& node, std::vector<const lysc_node*>& out) {
    for (const auto* notif = lysc_node_notifs(&node); notif != nullptr; notif = notif->next)
        out.push_back(&notif->node);
    for (const auto* child = lysc_node_child(&node); child != nullptr; child = child->next)
        add_nested(*child, out);
}

}  // namespace

std::vector<const lysc_node*> notifications_of(const lys_module& module) {
    std::vector<const lysc_node*> out;
    if (!module.implemented || module.compiled == nullptr) return out;
    for (const auto* notif = module.compiled->notifs; notif != nullptr; notif = notif->next)
        out.push_back(&notif->node);
    return out;
}

std::vector<const lysc_node*> nested_notifications_of(const lys_module& module) {
    std::vector<const lysc_node*> out;
    if (!module.implemented || module.compiled == nullptr) return out;
    for (const auto* node = module.compiled->data; node != nullptr; node = node->next)
        add_nested(*node, out);
    return out;
}

const lysc_node* find_too_deep(const ly_ctx& context) {
    std::uint32_t index = 0;
    while (const auto* module = ly_ctx_get_module_iter(&context, &index)) {
        for (const auto* notification : notifications_of(*module)) {
            if (levels(*notification) > max_notification_levels) return notification;
        }
    }
    return nullptr;
}

void forget_instances(const ly_ctx& context) {
    std::uint32_t index = 0;
    while (const auto* module = ly_ctx_get_module_iter(&context, &index)) {
        for (const auto* notification : notifications_of(*module))
            forget_instances_below(*notification, *notification);
    }
}

}  // namespace confd::sim::yang
