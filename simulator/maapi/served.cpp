// SPDX-License-Identifier: Apache-2.0
#include "simulator/maapi/served.hpp"

#include <algorithm>
#include <ranges>
#include <vector>

#include "protocol/value/hash.hpp"
#include "simulator/maapi/module_nodes.hpp"
#include "simulator/yang/schema.hpp"
#include "simulator/yang/typed_value.hpp"

namespace confd::sim::maapi {

using namespace yang;

namespace {

/// Null for none. A tag without its namespace is of any.
const lysc_node* find_in(const Nodes& nodes, std::optional<std::uint32_t> ns, std::uint32_t tag) {
    const auto found = std::ranges::find_if(nodes, [&](const lysc_node* node) {
        const auto own = tag_of(*node);
        return own.tag == tag && (!ns || own.ns == *ns);
    });
    return found == nodes.end() ? nullptr : *found;
}

/// A null parent is the root above all modules.
const lysc_node* find(const Schema& schema, const lysc_node* parent,
                      std::optional<std::uint32_t> ns, std::uint32_t tag) {
    if (parent != nullptr) return find_in(below(*parent), ns, tag);
    for (const auto* module : modules_told(schema)) {
        if (ns && name_hash(module->ns) != *ns) continue;
        if (const auto* found = find_in(top_nodes(*module), ns, tag)) return found;
    }
    return nullptr;
}

}  // namespace

std::optional<std::size_t> first_unserved(const Schema* schema, std::span<const TagValue> values) {
    std::vector<const lysc_node*> open{nullptr};
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto& value = values[i];
        if (value.marker == TagMarker::stop) {
            // What is not nested is for readers of tags to refuse.
            if (open.size() > 1) open.pop_back();
            continue;
        }
        const auto* node =
            schema == nullptr ? nullptr : find(*schema, open.back(), value.ns, value.tag);
        if (node == nullptr) return i;
        if (value.marker == TagMarker::start) open.push_back(node);
    }
    return std::nullopt;
}

bool is_served(const Schema* schema, const ObjectRef& path) {
    const lysc_node* node = nullptr;
    for (const auto& step : std::views::reverse(path.steps)) {
        if (step.keys) continue;
        node = schema == nullptr ? nullptr : find(*schema, node, step.ns, step.tag);
        if (node == nullptr) return false;
    }
    return node != nullptr;
}

}  // namespace confd::sim::maapi
