// SPDX-License-Identifier: Apache-2.0
#include "simulator/text/tree_builder.hpp"

#include <fmt/format.h>

#include <utility>

namespace confd::sim {
namespace {

std::shared_ptr<YamlNode> make(YamlNode::Kind kind, const Place& place) {
    auto node = std::make_shared<YamlNode>();
    node->kind = kind;
    node->place = place;
    return node;
}

}  // namespace

YamlPtr TreeBuilder::null(const Place& place) {
    const auto node = make(YamlNode::Kind::null, place);
    add(node, place);
    return node;
}

YamlPtr TreeBuilder::scalar(const Place& place, std::string text, bool plain) {
    const auto node = make(YamlNode::Kind::scalar, place);
    node->text = std::move(text);
    node->plain = plain;
    add(node, place);
    return node;
}

void TreeBuilder::open(YamlNode::Kind kind, const Place& place) {
    if (open_.size() >= max_yaml_nesting) {
        stop(place, fmt::format("nested deeper than {} levels", max_yaml_nesting));
    }
    open_.push_back({make(kind, place), nullptr, {}});
}

YamlPtr TreeBuilder::close() {
    auto top = std::move(open_.back());
    open_.pop_back();
    add(top.node, top.node->place);
    return top.node;
}

void TreeBuilder::add(YamlPtr node, const Place& place) {
    if (open_.empty()) {
        root_ = std::move(node);
        return;
    }
    auto& top = open_.back();
    top.node->weight += node->weight;
    if (top.node->weight > max_yaml_nodes) {
        stop(place, fmt::format("more than {} nodes with every alias written out", max_yaml_nodes));
    }
    if (top.node->is_sequence()) {
        top.node->items.push_back(std::move(node));
    } else if (top.key == nullptr) {
        take_key(top, std::move(node), place);
    } else {
        top.node->entries.emplace_back(std::exchange(top.key, nullptr), std::move(node));
    }
}

const YamlNode* TreeBuilder::open_key() const {
    return open_.empty() ? nullptr : open_.back().key.get();
}

void TreeBuilder::stop(const Place& place, std::string message) {
    diagnostics_.report(place, std::move(message));
    throw Stop{};
}

void TreeBuilder::take_key(Open& top, YamlPtr key, const Place& place) {
    if (!key->is_scalar()) {
        stop(place, fmt::format("{} as a key, expected a name", describe(*key)));
    }
    const auto [first, added] = top.lines.emplace(key->text, key->place.line);
    if (!added) {
        diagnostics_.report(place, fmt::format("the key '{}' is there twice; first on line {}",
                                               key->text, first->second));
    }
    top.key = std::move(key);
}

}  // namespace confd::sim
