// SPDX-License-Identifier: Apache-2.0
#include "simulator/maapi/schema_path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "protocol/value/text.hpp"
#include "simulator/maapi/path_text.hpp"
#include "simulator/text/scalars.hpp"
#include "simulator/yang/describe_type.hpp"
#include "simulator/yang/libyang.hpp"
#include "simulator/yang/schema.hpp"
#include "simulator/yang/typed_value.hpp"

namespace confd::sim::maapi {

using namespace yang;

namespace {

bool has_name(const lysc_node& node, std::string_view name) {
    const auto colon = name.find(':');
    if (colon == std::string_view::npos) return name == node.name;
    const auto prefix = name.substr(0, colon);
    return name.substr(colon + 1) == node.name &&
           (prefix == node.module->name || prefix == node.module->prefix);
}

/// Data nodes at the top, of all modules.
std::vector<const lysc_node*> top_nodes(const ly_ctx& context) {
    std::vector<const lysc_node*> out;
    std::uint32_t index = 0;
    while (const auto* module = ly_ctx_get_module_iter(&context, &index)) {
        if (!module->implemented || module->compiled == nullptr) continue;
        for (const lysc_node* node = nullptr;
             (node = lys_getnext(node, nullptr, module->compiled, 0)) != nullptr;) {
            if ((node->nodetype & (LYS_RPC | LYS_NOTIF)) == 0) out.push_back(node);
        }
    }
    return out;
}

std::vector<const lysc_node*> keys_of(const lysc_node& list) {
    if (list.nodetype == LYS_LEAFLIST) return {&list};
    std::vector<const lysc_node*> out;
    for (const auto* child : children_of(list)) {
        if ((child->flags & LYS_KEY) != 0) out.push_back(child);
    }
    return out;
}

/// libyang knows identities by the names of their modules; people write prefixes.
std::string module_names(const lysc_node& leaf, const std::string& text) {
    const auto colon = text.find(':');
    if (type_of(leaf).basetype != LY_TYPE_IDENT || colon == std::string::npos) return text;
    const auto* module = find_module(*leaf.module->ctx, text.substr(0, colon));
    return module == nullptr ? text : module->name + text.substr(colon);
}

std::optional<Value> parse_term(const lysc_node& leaf, const YamlNode& node,
                                Diagnostics& diagnostics) {
    const bool is_empty = type_of(leaf).basetype == LY_TYPE_EMPTY && node.is_null();
    auto value = is_empty           ? typed_value(leaf, {})
                 : node.is_scalar() ? typed_value(leaf, module_names(leaf, node.text))
                                    : std::nullopt;
    if (!value && node.time) value = typed_value(leaf, to_text(to_datetime(*node.time)));
    if (!value) {
        report_expected(node, fmt::format("{} for {}", describe_type(leaf), leaf.name),
                        diagnostics);
    }
    return value;
}

class Resolver {
  public:
    Resolver(const ly_ctx& context, const YamlNode& node, Diagnostics& diagnostics)
        : context_(context), node_(node), diagnostics_(diagnostics) {}

    std::optional<Target> resolve() {
        const auto steps = parse_path_text(node_.text);
        if (!steps) return fail(steps.error());
        for (std::size_t i = 0; i < steps->size(); ++i) {
            if (!step((*steps)[i], i + 1 == steps->size())) return std::nullopt;
        }
        // The wire has the innermost first.
        std::ranges::reverse(out_.path.steps);
        out_.is_leaf = is_leaf(*out_.node) && !out_.is_entry;
        out_.is_leaf_list = out_.is_leaf && out_.node->nodetype == LYS_LEAFLIST;
        out_.is_presence_container =
            out_.node->nodetype == LYS_CONTAINER && (out_.node->flags & LYS_PRESENCE) != 0;
        return std::move(out_);
    }

  private:
    std::nullopt_t fail(std::string message) {
        diagnostics_.report(node_.place, std::move(message));
        return std::nullopt;
    }

    bool step(const TextStep& step, bool last) {
        const auto* found = find(step.name);
        if (found == nullptr) return false;
        const auto tag = tag_of(*found);
        out_.node = found;
        out_.path.steps.push_back({tag.ns, tag.tag, std::nullopt});
        out_.is_entry = step.keys.has_value();
        if (step.keys) return keys(*step.keys);
        const bool is_list = found->nodetype == LYS_LIST;
        if (!is_list || last) return true;
        fail(fmt::format("list {} needs its keys, as in {}{{..}}", found->name, found->name));
        return false;
    }

    const lysc_node* find(const std::string& name) {
        const auto known = out_.node == nullptr ? top_nodes(context_) : children_of(*out_.node);
        const auto found = std::ranges::find_if(
            known, [&](const lysc_node* node) { return has_name(*node, name); });
        if (found != known.end()) return *found;
        std::vector<std::string_view> names;
        for (const auto* node : known)
            names.emplace_back(node->name);
        const auto where =
            out_.node == nullptr
                ? std::string("no module")
                : fmt::format("{} {}", lys_nodetype2str(out_.node->nodetype), out_.node->name);
        fail(fmt::format("{} has {} '{}'{}", where,
                         out_.node == nullptr ? "a data node" : "no node", name,
                         suggestion(name, names)));
        return nullptr;
    }

    bool keys(const std::vector<std::string>& texts) {
        const auto& list = *out_.node;
        if ((list.nodetype & (LYS_LIST | LYS_LEAFLIST)) == 0) {
            fail(fmt::format("{} {} has no entries", lys_nodetype2str(list.nodetype), list.name));
            return false;
        }
        YamlNode wanted{.kind = YamlNode::Kind::sequence, .place = node_.place};
        for (const auto& text : texts) {
            wanted.items.push_back(std::make_shared<YamlNode>(
                YamlNode{.kind = YamlNode::Kind::scalar, .place = node_.place, .text = text}));
        }
        auto values = parse_keys(list, wanted, diagnostics_);
        if (!values) return false;
        out_.path.steps.push_back({std::nullopt, 0, std::move(*values)});
        return true;
    }

    const ly_ctx& context_;
    const YamlNode& node_;
    Diagnostics& diagnostics_;
    Target out_;
};

}  // namespace

std::optional<Target> resolve_path(const Schema& schema, const YamlNode& node,
                                   Diagnostics& diagnostics) {
    return Resolver(*schema.context(), node, diagnostics).resolve();
}

std::optional<Value> parse_leaf(const lysc_node& leaf, const YamlNode& node,
                                Diagnostics& diagnostics) {
    if (leaf.nodetype == LYS_LEAF) return parse_term(leaf, node, diagnostics);
    if (!node.is_sequence()) {
        report_expected(node, fmt::format("a list for leaf-list {}", leaf.name), diagnostics);
        return std::nullopt;
    }
    ValueList list;
    for (const auto& item : node.items) {
        auto value = parse_term(leaf, *item, diagnostics);
        if (!value) return std::nullopt;
        list.items.push_back(std::move(*value));
    }
    return Value{ValueType::list, std::move(list)};
}

std::optional<ValueList> parse_keys(const lysc_node& list, const YamlNode& node,
                                    Diagnostics& diagnostics) {
    const auto leafs = keys_of(list);
    if (leafs.empty()) {
        diagnostics.report(node.place, fmt::format("list {} has no keys", list.name));
        return std::nullopt;
    }
    if (!node.is_sequence() || node.items.size() != leafs.size()) {
        std::string names;
        for (const auto* leaf : leafs)
            names += fmt::format("{}{}", names.empty() ? "" : ", ", leaf->name);
        diagnostics.report(node.place,
                           fmt::format("an entry of {} has {} key{}, {}", list.name, leafs.size(),
                                       leafs.size() == 1 ? "" : "s", names));
        return std::nullopt;
    }
    ValueList out;
    for (std::size_t i = 0; i < leafs.size(); ++i) {
        auto value = parse_term(*leafs[i], *node.items[i], diagnostics);
        if (!value) return std::nullopt;
        out.items.push_back(std::move(*value));
    }
    return out;
}

}  // namespace confd::sim::maapi
