#include "simulator/maapi/served.hpp"

#include <algorithm>
#include <ranges>
#include <vector>

#include "simulator/maapi/module_nodes.hpp"
#include "simulator/yang/schema.hpp"
#include "simulator/yang/typed_value.hpp"

namespace confd::sim::maapi {

using namespace yang;

namespace {

/// A null parent is the root above all modules.
Nodes children(const Schema& schema, const lysc_node* parent) {
    if (parent != nullptr) return below(*parent);
    Nodes out;
    for (const auto* module : told_modules(schema)) {
        const auto top = top_nodes(*module);
        out.insert(out.end(), top.begin(), top.end());
    }
    return out;
}

/// Null for none. A tag without its namespace is of its parent's.
const lysc_node* find(const Schema& schema, const lysc_node* parent,
                      std::optional<std::uint32_t> ns, std::uint32_t tag) {
    const auto nodes = children(schema, parent);
    const auto found = std::ranges::find_if(nodes, [&](const lysc_node* node) {
        const auto own = tag_of(*node);
        return own.tag == tag && (!ns || own.ns == *ns);
    });
    return found == nodes.end() ? nullptr : *found;
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
