// SPDX-License-Identifier: Apache-2.0
#include "simulator/maapi/module_nodes.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "protocol/value/hash.hpp"
#include "simulator/yang/schema.hpp"
#include "simulator/yang/typed_value.hpp"

namespace confd::sim::maapi {

using namespace yang;
using namespace std::string_view_literals;

namespace {

std::vector<const lys_module*> modules_of(const Schema& schema) {
    std::vector<const lys_module*> out;
    std::uint32_t index = 0;
    while (const auto* module = ly_ctx_get_module_iter(schema.context().get(), &index))
        out.push_back(module);
    return out;
}

/// Siblings as they are linked, of one parent.
void append_linked(const lysc_node* first, Nodes& out) {
    for (const auto* node = first; node != nullptr && node->parent == first->parent;
         node = node->next) {
        out.push_back(node);
    }
}

Nodes only_choices(Nodes nodes) {
    std::erase_if(nodes, [](const lysc_node* node) { return node->nodetype != LYS_CHOICE; });
    return nodes;
}

std::optional<Value> value_of(const lysc_node& leaf, const lyd_value* value) {
    return typed_value(leaf, lyd_value_get_canonical(leaf.module->ctx, value));
}

/// libyang's own modules, about YANG itself, have no data here.
bool is_internal(const lys_module& module) {
    constexpr std::string_view names[] = {"ietf-yang-metadata",
                                          "yang",
                                          "default",
                                          "ietf-yang-schema-mount",
                                          "ietf-yang-structure-ext",
                                          "ietf-datastores",
                                          "ietf-yang-library"};
    return std::ranges::find(names, module.name) != std::end(names);
}

}  // namespace

std::vector<const lys_module*> modules_told(const Schema& schema) {
    auto modules = modules_of(schema);
    std::erase_if(modules, [](const lys_module* module) { return is_internal(*module); });
    return modules;
}

std::vector<const lys_module*> told_modules(const Schema& schema) {
    // The Java client loses what follows a namespace with types only.
    auto modules = modules_told(schema);
    std::ranges::stable_partition(
        modules, [](const lys_module* module) { return !top_nodes(*module).empty(); });
    return modules;
}

Nodes top_nodes(const lys_module& module) {
    Nodes out;
    if (!module.implemented || module.compiled == nullptr) return out;
    for (const lysc_node* node = nullptr;
         (node = lys_getnext(node, nullptr, module.compiled, 0)) != nullptr;) {
        out.push_back(node);
    }
    return out;
}

/// Parameters and results of an action alike.
Nodes below(const lysc_node& node) {
    auto out = children_of(node);
    if ((node.nodetype & (LYS_RPC | LYS_ACTION)) == 0) return out;
    for (const lysc_node* result = nullptr;
         (result = lys_getnext(result, &node, nullptr, LYS_GETNEXT_OUTPUT)) != nullptr;) {
        out.push_back(result);
    }
    return out;
}

/// The choices right below a node or case.
Nodes choices_in(const lysc_node& parent) {
    Nodes linked;
    if ((parent.nodetype & (LYS_RPC | LYS_ACTION)) != 0) {
        append_linked(as<lysc_node_action>(parent).input.child, linked);
        append_linked(as<lysc_node_action>(parent).output.child, linked);
    } else {
        append_linked(lysc_node_child(&parent), linked);
    }
    return only_choices(std::move(linked));
}

Nodes top_choices(const lys_module& module) {
    Nodes linked;
    if (module.compiled != nullptr) append_linked(module.compiled->data, linked);
    return only_choices(std::move(linked));
}

Nodes cases_of(const lysc_node& choice) {
    Nodes out;
    const auto* first = as<lysc_node_choice>(choice).cases;
    append_linked(first == nullptr ? nullptr : &first->node, out);
    return out;
}

/// How a list or leaf-list is sorted, by the vendor's extension where it is used.
CompareOrder order_of(const lysc_node& node) {
    if ((node.nodetype & (LYS_LIST | LYS_LEAFLIST)) == 0) return CompareOrder::none;
    if ((node.flags & LYS_CONFIG_W) != 0 && lysc_is_userordered((&node))) return CompareOrder::user;
    for (const auto& extension : sized(node.exts)) {
        if (extension.argument == nullptr || extension.def->name != "sort-order"sv ||
            extension.def->module->name != "tailf-common"sv) {
            continue;
        }
        if (extension.argument == "snmp"sv) return CompareOrder::snmp;
        if (extension.argument == "snmp-implied"sv) return CompareOrder::snmp_implied;
        if (extension.argument == "unsorted"sv) return CompareOrder::unsorted;
    }
    return CompareOrder::none;
}

/// Of a leaf or leaf-list; noexists for none.
Value default_of(const lysc_node& leaf) {
    if (leaf.nodetype == LYS_LEAF) {
        const auto* value = as<lysc_node_leaf>(leaf).dflt;
        return value == nullptr ? Value{} : value_of(leaf, value).value_or(Value{});
    }
    ValueList out;
    for (const auto* value : sized(as<lysc_node_leaflist>(leaf).dflts)) {
        auto item = value_of(leaf, value);
        if (!item) return {};
        out.items.push_back(std::move(*item));
    }
    return out.items.empty() ? Value{} : Value{ValueType::list, std::move(out)};
}

std::uint32_t flags_of(const lysc_node& node) {
    std::uint32_t out = 0;
    const auto set = [&](bool is_so, std::uint32_t flags) { out |= is_so ? flags : 0; };
    const bool operation = (node.flags & (LYS_IS_INPUT | LYS_IS_OUTPUT | LYS_IS_NOTIF)) != 0 ||
                           (node.nodetype & (LYS_RPC | LYS_ACTION | LYS_NOTIF)) != 0;
    set(node.nodetype == LYS_LIST, NODE_LIST);
    set(node.nodetype == LYS_LEAFLIST, NODE_LEAF_LIST);
    set(node.nodetype == LYS_CONTAINER, NODE_CONTAINER);
    set(node.nodetype == LYS_NOTIF, NODE_NOTIFICATION);
    set((node.nodetype & (LYS_RPC | LYS_ACTION)) != 0, NODE_ACTION);
    set((node.flags & LYS_IS_INPUT) != 0, NODE_PARAMETER);
    set((node.flags & LYS_IS_OUTPUT) != 0, NODE_RESULT);
    set(!operation && (node.flags & LYS_CONFIG_W) != 0, NODE_WRITABLE | NODE_CDB);
    set(node.parent != nullptr && node.parent->nodetype == LYS_CASE, NODE_CASE);
    set(!sized(lysc_node_when(&node)).empty(), NODE_WHEN);
    set(is_leaf(node) && type_of(node).basetype == LY_TYPE_LEAFREF, NODE_LEAFREF);
    return out;
}

std::vector<std::uint32_t> key_tags(const lysc_node& list) {
    std::vector<std::uint32_t> out;
    for (const auto* child : children_of(list)) {
        if ((child->flags & LYS_KEY) != 0) out.push_back(name_hash(child->name));
    }
    return out;
}

Occurs occurs_of(const lysc_node& node) {
    const auto bounds = [&](std::uint32_t low, std::uint32_t high) {
        return Occurs{low, high == UINT32_MAX ? unbounded : std::int64_t{high}};
    };
    const bool needed = (node.flags & (LYS_MAND_TRUE | LYS_KEY)) != 0;
    switch (node.nodetype) {
        case LYS_LIST:
            return bounds(as<lysc_node_list>(node).min, as<lysc_node_list>(node).max);
        case LYS_LEAFLIST:
            return bounds(as<lysc_node_leaflist>(node).min, as<lysc_node_leaflist>(node).max);
        case LYS_CONTAINER:
            return bounds((node.flags & LYS_PRESENCE) != 0 ? 0 : 1, 1);
        default:
            return bounds(needed ? 1 : 0, 1);
    }
}

}  // namespace confd::sim::maapi
