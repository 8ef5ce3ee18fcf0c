// SPDX-License-Identifier: Apache-2.0
// libyang, for the sources of this folder alone: its headers stay out of every other one.
#pragma once

#include <libyang/libyang.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "simulator/streams/event_tree.hpp"

namespace confd::sim::yang {

using ContextPtr = std::shared_ptr<ly_ctx>;

struct FreeTree {
    void operator()(lyd_node* node) const { lyd_free_all(node); }
};
using TreePtr = std::unique_ptr<lyd_node, FreeTree>;

/// An event's tree; keeps the context that it is made of alive.
class DataTree : public EventTree, public std::enable_shared_from_this<DataTree> {
  public:
    DataTree(ContextPtr context, TreePtr root)
        : context_(std::move(context)), root_(std::move(root)) {}

    const lyd_node* root() const { return root_.get(); }

  private:
    ContextPtr context_;  // freed after the tree
    TreePtr root_;
};

/// From now on libyang prints nothing and keeps its messages, for take_messages(). The setting is
/// the process's: the one for a thread is undone by libyang itself as soon as it checks a union.
void keep_quiet();

struct Message {
    std::string text;
    std::string path;  ///< of a data node, or "Line number 5"; may be empty
};

/// What libyang found wrong since it was last asked, the first cause first.
std::vector<Message> take_messages(const ly_ctx* context);

/// One of libyang's arrays that know their size.
template <class T>
std::span<T> sized(T* array) {
    // The macro's cast is not const.
    auto* open = const_cast<std::remove_const_t<T>*>(array);
    return {array, static_cast<std::size_t>(LY_ARRAY_COUNT(open))};
}

/// Calls `f` for each node of a tree, parents before their children.
template <class F>
void for_each_node(const lyd_node& root, F&& f) {
    // The macros' casts are not const either.
    auto* top = const_cast<lyd_node*>(&root);
    lyd_node* node = nullptr;
    LYD_TREE_DFS_BEGIN(top, node) {
        f(std::as_const(*node));
        LYD_TREE_DFS_END(top, node);
    }
}

/// The module's name, without the question of what libyang calls it.
inline std::string_view module_of(const lysc_node& node) {
    return node.module->name;
}

/// Whether a node or identity is called so: `name` alone, with its module's name or with its
/// prefix.
template <class Named>
bool has_name(const Named& node, std::string_view name) {
    const auto colon = name.find(':');
    if (colon == std::string_view::npos) return name == node.name;
    const auto prefix = name.substr(0, colon);
    return name.substr(colon + 1) == node.name &&
           (prefix == node.module->name || prefix == node.module->prefix);
}

inline bool is_leaf(const lysc_node& node) {
    return (node.nodetype & (LYS_LEAF | LYS_LEAFLIST)) != 0;
}

/// Of a leaf or leaf-list.
inline const lysc_type& type_of(const lysc_node& node) {
    return node.nodetype == LYS_LEAF ? *reinterpret_cast<const lysc_node_leaf&>(node).type
                                     : *reinterpret_cast<const lysc_node_leaflist&>(node).type;
}

/// A type as what its base type says it is.
template <class T>
const T& as(const lysc_type& type) {
    return reinterpret_cast<const T&>(type);
}
template <class T>
const T& as(const lysc_node& node) {
    return reinterpret_cast<const T&>(node);
}

/// The nodes that data below `parent` may have, in the order of the schema; what stands in choices
/// stands here directly.
std::vector<const lysc_node*> children_of(const lysc_node& parent);

/// The identities that an identityref can be: derived from each of its bases.
std::vector<const lysc_ident*> derived_from(const lysc_type_identityref& type);

/// The loaded module with this name, or with this prefix when none has the name; null for none.
const lys_module* find_module(const ly_ctx& context, std::string_view name);

}  // namespace confd::sim::yang
