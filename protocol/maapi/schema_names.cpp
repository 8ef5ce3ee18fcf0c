// SPDX-License-Identifier: Apache-2.0
#include "protocol/maapi/schema_names.hpp"

#include <ranges>

#include "protocol/value/hash.hpp"

namespace confd {

bool SchemaNames::add(SchemaRecord&& record) {
    return count_record() && std::visit([this](auto& body) { return on(body); }, record);
}

bool SchemaNames::add(NameHash&& row) {
    if (!count_record() || names_.size() >= limits_.names || !count_text(row.name.size())) {
        return false;
    }
    names_.try_emplace(row.hash, std::move(row.name));
    return true;
}

bool SchemaNames::on(SchemaNamespace& record) {
    if (prefixes_.size() >= limits_.namespaces || !count_text(2 * record.prefix.size())) {
        return false;
    }
    namespaces_.try_emplace(record.prefix, record.hash);
    prefixes_.try_emplace(record.hash, std::move(record.prefix));
    first_open_ = nodes_.size();
    return true;
}

bool SchemaNames::on(SchemaKeys& record) {
    if (record.tags.size() > limits_.keys - key_tags_.size()) return false;
    if (key_numbers_.size() >= limits_.keys) return false;
    key_numbers_[record.number] = {static_cast<std::uint32_t>(key_tags_.size()),
                                   static_cast<std::uint32_t>(record.tags.size())};
    key_tags_.insert(key_tags_.end(), record.tags.begin(), record.tags.end());
    return true;
}

bool SchemaNames::on(SchemaNode& record) {
    if (nodes_.size() >= limits_.nodes) return false;
    const auto keys = key_numbers_.find(record.keys);
    const auto its = keys == key_numbers_.end() ? Keys{} : keys->second;
    numbers_[record.number] = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({.name = {record.ns, record.tag},
                      .shape = record.shape,
                      .flags = record.flags,
                      .child = record.child,
                      .next = record.next,
                      .keys_at = its.at,
                      .keys = its.count});
    return true;
}

SchemaNames::Node* SchemaNames::numbered(std::uint32_t number) {
    const auto found = numbers_.find(number);
    return found == numbers_.end() ? nullptr : &nodes_[found->second];
}

std::uint32_t SchemaNames::place_of(const Node& node) const {
    return static_cast<std::uint32_t>(&node - nodes_.data()) + 1;
}

void SchemaNames::place(Node& node, std::uint32_t parent) {
    node.placed = true;
    children_.try_emplace({parent, node.name.ns, node.name.tag}, place_of(node) - 1);
    if (parent != 0) return;
    const auto [top, fresh] = tops_.try_emplace(node.name.tag, node.name.ns);
    if (!fresh && top->second != node.name.ns) top->second.reset();
}

void SchemaNames::place_siblings(std::uint32_t first, std::uint32_t parent) {
    // Each node is placed once, so siblings that follow each other in a circle end too.
    for (auto* node = numbered(first); node != nullptr && !node->placed;
         node = numbered(node->next)) {
        place(*node, parent);
    }
}

bool SchemaNames::on(SchemaRoot& record) {
    place_siblings(record.node, 0);
    for (std::size_t i = first_open_; i < nodes_.size(); ++i) {
        if (nodes_[i].child != 0) place_siblings(nodes_[i].child, place_of(nodes_[i]));
    }
    first_open_ = nodes_.size();
    return true;
}

bool SchemaNames::on(SchemaParents& record) {
    for (const auto& link : record.links) {
        auto* const node = numbered(link.node);
        if (node == nullptr || node->placed) continue;
        const auto* const parent = link.parent ? numbered(*link.parent) : nullptr;
        if (parent != nullptr || !link.parent) place(*node, parent ? place_of(*parent) : 0);
    }
    return true;
}

const SchemaNames::Node* SchemaNames::child_of(const Node* parent, const XmlTag& name) const {
    const auto found = children_.find({parent ? place_of(*parent) : 0, name.ns, name.tag});
    return found == children_.end() ? nullptr : &nodes_[found->second];
}

const SchemaNames::Node* SchemaNames::find(const ObjectRef& path) const {
    const Node* node = nullptr;
    std::uint32_t ns = 0;
    for (const auto& step : std::views::reverse(path.steps)) {
        if (step.keys) continue;
        ns = step.ns.value_or(ns);
        node = child_of(node, {ns, step.tag});
        if (node == nullptr) return nullptr;
    }
    return node;
}

std::optional<ValueType> SchemaNames::leaf_type(const Node* node) const {
    if (node == nullptr || node->shape == container_shape) return std::nullopt;
    const auto* const info = find_value_type(node->shape);
    return info == nullptr ? std::nullopt : std::optional(info->type);
}

std::optional<ValueType> SchemaNames::type_of(const ObjectRef& path) const {
    return leaf_type(find(path));
}

std::optional<ValueType> SchemaNames::key_type(const ObjectRef& list, std::size_t index) const {
    const auto* const node = find(list);
    if (node == nullptr || index >= node->keys) return std::nullopt;
    return leaf_type(child_of(node, {node->name.ns, key_tags_[node->keys_at + index]}));
}

std::optional<std::string_view> SchemaNames::name_of(std::uint32_t, std::uint32_t tag) const {
    const auto found = names_.find(tag);
    if (found == names_.end()) return std::nullopt;
    return found->second;
}

std::optional<std::uint32_t> SchemaNames::tag_of(std::uint32_t, std::string_view name) const {
    const auto tag = name_hash(name);
    const auto found = names_.find(tag);
    return found != names_.end() && found->second == name ? std::optional(tag) : std::nullopt;
}

std::optional<std::string_view> SchemaNames::prefix_of(std::uint32_t ns) const {
    const auto found = prefixes_.find(ns);
    if (found == prefixes_.end()) return std::nullopt;
    return found->second;
}

std::optional<std::uint32_t> SchemaNames::namespace_of(std::string_view prefix) const {
    const auto found = namespaces_.find(prefix);
    return found == namespaces_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::uint32_t> SchemaNames::top_namespace(std::string_view name) const {
    const auto found = tops_.find(name_hash(name));
    return found == tops_.end() ? std::nullopt : found->second;
}

}  // namespace confd
