// SPDX-License-Identifier: Apache-2.0
// Events out of YAML.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "protocol/value/text.hpp"
#include "simulator/text/scalars.hpp"
#include "simulator/yang/describe_type.hpp"
#include "simulator/yang/finish.hpp"
#include "simulator/yang/libyang.hpp"
#include "simulator/yang/schema.hpp"

namespace confd::sim {

using namespace yang;

namespace {

std::string_view kind_of(const lysc_node& node) {
    return lys_nodetype2str(node.nodetype);
}

class Builder {
  public:
    Builder(const ContextPtr& context, Diagnostics& diagnostics)
        : context_(context), diagnostics_(diagnostics) {}

    std::optional<BuiltEvent> build(const lysc_node& notification, const YamlNode& content,
                                    bool risky) {
        const auto before = diagnostics_.reported();
        lyd_node* root = nullptr;
        lyd_new_inner(nullptr, notification.module, notification.name, 0, &root);
        tree_.reset(root);
        created(root, content);
        if (root != nullptr) children(*root, notification, content);
        if (root == nullptr || diagnostics_.reported() != before) return std::nullopt;
        auto event = finish_event(context_, *root, risky);
        if (event) return std::move(*event);
        report_invalid(event.error(), content);
        return std::nullopt;
    }

  private:
    void created(const lyd_node* node, const YamlNode& from) { made_.emplace_back(node, &from); }

    bool is_full() {
        if (made_.size() < max_event_nodes) return false;
        diagnostics_.report_root_cause(
            made_.front().second->place,
            fmt::format("an event of more than {} nodes", max_event_nodes));
        return true;
    }

    void children(lyd_node& parent, const lysc_node& schema, const YamlNode& content) {
        if (!content.is_map() && !content.is_null()) {
            return report_expected(content,
                                   fmt::format("the nodes of {} {}", kind_of(schema), schema.name),
                                   diagnostics_);
        }
        const auto known = children_of(schema);
        for (const auto& [key, value] : content.entries) {
            const auto* child = find_child(known, schema, *key);
            if (child != nullptr && !is_key(*child) && !is_full()) node(parent, *child, *value);
        }
        require_mandatory(known, schema, content);
    }

    /// libyang names the schema's node, which does not tell one entry of a list from another.
    void require_mandatory(const std::vector<const lysc_node*>& known, const lysc_node& parent,
                           const YamlNode& content) {
        for (const auto* child : known) {
            const bool asked = child->nodetype == LYS_LEAF && child->parent == &parent &&
                               (child->flags & LYS_MAND_TRUE) != 0 && !is_key(*child);
            if (!asked || lysc_has_when(child) != nullptr) continue;
            if (find_value(content, *child) != nullptr) continue;
            diagnostics_.report(content.place,
                                fmt::format("{} {} needs its leaf '{}'", kind_of(parent),
                                            parent.name, child->name));
        }
    }

    /// Keys are given when the entry of the list is made.
    static bool is_key(const lysc_node& node) { return (node.flags & LYS_KEY) != 0; }

    const lysc_node* find_child(const std::vector<const lysc_node*>& known, const lysc_node& parent,
                                const YamlNode& key) {
        const auto found = std::ranges::find_if(
            known, [&](const lysc_node* node) { return has_name(*node, key.text); });
        if (found != known.end()) return *found;
        std::vector<std::string_view> names;
        for (const auto* node : known)
            names.emplace_back(node->name);
        diagnostics_.report(key.place,
                            fmt::format("{} {} has no node '{}'{}", kind_of(parent), parent.name,
                                        key.text, suggestion(key.text, names)));
        return nullptr;
    }

    void node(lyd_node& parent, const lysc_node& schema, const YamlNode& value) {
        switch (schema.nodetype) {
            case LYS_LEAF:
                return term(parent, schema, value);
            case LYS_LEAFLIST:
                return each(schema, value,
                            [&](const YamlNode& item) { term(parent, schema, item); });
            case LYS_LIST: {
                std::set<std::vector<std::string>> known;
                return each(schema, value,
                            [&](const YamlNode& item) { entry(parent, schema, item, known); });
            }
            case LYS_CONTAINER:
                return container(parent, schema, value);
            default:
                return diagnostics_.report(value.place, fmt::format("a node of type {} cannot be "
                                                                    "part of an event",
                                                                    kind_of(schema)));
        }
    }

    void each(const lysc_node& schema, const YamlNode& value, auto&& item) {
        if (!value.is_sequence()) {
            return report_expected(
                value, fmt::format("a list for {} {}", kind_of(schema), schema.name), diagnostics_);
        }
        for (const auto& one : value.items) {
            if (is_full()) return;
            item(*one);
        }
    }

    void container(lyd_node& parent, const lysc_node& schema, const YamlNode& value) {
        lyd_node* made = nullptr;
        lyd_new_inner(&parent, schema.module, schema.name, 0, &made);
        if (made == nullptr) return report_messages(value);
        created(made, value);
        children(*made, schema, value);
    }

    void term(lyd_node& parent, const lysc_node& schema, const YamlNode& value) {
        const auto text = text_of(schema, value);
        if (!text) return report_type(schema, value, {});
        add_term(parent, schema, value, *text);
    }

    void add_term(lyd_node& parent, const lysc_node& schema, const YamlNode& value,
                  const std::string& text) {
        lyd_node* made = nullptr;
        lyd_new_term(&parent, schema.module, schema.name, text.c_str(), 0, &made);
        if (made == nullptr) return report_type(schema, value, take_messages(context_.get()));
        created(made, value);
    }

    /// What libyang is given for a leaf; nothing for what is no value at all.
    std::optional<std::string> text_of(const lysc_node& schema, const YamlNode& value) const {
        const auto& type = type_of(schema);
        const bool null_list =
            value.is_sequence() && value.items.size() == 1 && value.items.front()->is_null();
        if (null_list || value.is_null()) {
            return takes_empty(type) ? std::optional(std::string()) : std::nullopt;
        }
        if (!value.is_scalar() || (type.basetype == LY_TYPE_EMPTY && !value.text.empty())) {
            return std::nullopt;
        }
        if (typed(schema, value.text)) return value.text;
        if (value.time) return to_text(to_datetime(*value.time));
        auto identity = identity_text(type, value.text);
        ly_err_clean(context_.get(), nullptr);
        return identity ? std::move(identity) : value.text;
    }

    static bool takes_empty(const lysc_type& type) {
        if (type.basetype == LY_TYPE_LEAFREF) {
            return takes_empty(*as<lysc_type_leafref>(type).realtype);
        }
        if (type.basetype != LY_TYPE_UNION) return type.basetype == LY_TYPE_EMPTY;
        return std::ranges::any_of(sized(as<lysc_type_union>(type).types),
                                   [](const lysc_type* member) { return takes_empty(*member); });
    }

    /// libyang knows identities by the names of their modules; people write prefixes, and names
    /// alone where there is only one.
    static std::optional<std::string> identity_text(const lysc_type& type, std::string_view text) {
        if (type.basetype == LY_TYPE_LEAFREF) {
            return identity_text(*as<lysc_type_leafref>(type).realtype, text);
        }
        if (type.basetype == LY_TYPE_UNION) {
            for (const auto* member : sized(as<lysc_type_union>(type).types)) {
                if (auto found = identity_text(*member, text)) return found;
            }
            return std::nullopt;
        }
        if (type.basetype != LY_TYPE_IDENT) return std::nullopt;
        const lysc_ident* found = nullptr;
        for (const auto* identity : derived_from(as<lysc_type_identityref>(type))) {
            if (!has_name(*identity, text)) continue;
            if (found != nullptr) return std::nullopt;
            found = identity;
        }
        if (found == nullptr) return std::nullopt;
        return fmt::format("{}:{}", found->module->name, found->name);
    }

    /// `known` are the keys of the entries before it.
    void entry(lyd_node& parent, const lysc_node& schema, const YamlNode& value,
               std::set<std::vector<std::string>>& known) {
        if (!value.is_map()) {
            return report_expected(value, fmt::format("a map, an entry of list {}", schema.name),
                                   diagnostics_);
        }
        std::vector<std::string> keys;
        std::vector<const YamlNode*> places;
        for (const auto* child : children_of(schema)) {
            if (!is_key(*child)) continue;
            const auto* given = find_value(value, *child);
            if (given == nullptr) {
                return diagnostics_.report(
                    value.place, fmt::format("an entry of list {} needs its key '{}'", schema.name,
                                             child->name));
            }
            auto text = text_of(*child, *given);
            if (!text) return report_type(*child, *given, {});
            keys.push_back(std::move(*text));
            if (!typed(*child, keys.back())) {
                return report_type(*child, *given, take_messages(context_.get()));
            }
            places.push_back(given);
        }
        if (!keys.empty() && !known.insert(keys).second) {
            return diagnostics_.report(
                value.place,
                fmt::format("list {} has an entry with this key already", schema.name));
        }
        auto* made = new_entry(parent, schema, keys);
        if (made == nullptr) return report_messages(value);
        created(made, value);
        const auto* key = lyd_child(made);
        for (std::size_t i = 0; i < places.size() && key != nullptr; ++i, key = key->next)
            created(key, *places[i]);
        children(*made, schema, value);
    }

    static const YamlNode* find_value(const YamlNode& map, const lysc_node& node) {
        for (const auto& [name, given] : map.entries) {
            if (has_name(node, name->text)) return given.get();
        }
        return nullptr;
    }

    bool typed(const lysc_node& key, const std::string& text) const {
        const auto result = lyd_value_validate(context_.get(), &key, text.data(), text.size(),
                                               nullptr, nullptr, nullptr);
        return result == LY_SUCCESS || result == LY_EINCOMPLETE;
    }

    /// For an identity of a module that is imported and could not be implemented for that alone.
    std::string what_to_list(const YamlNode& value) const {
        const auto colon = value.is_scalar() ? value.text.find(':') : std::string::npos;
        if (colon == std::string::npos) return {};
        const auto* module = find_module(*context_, value.text.substr(0, colon));
        if (module == nullptr || module->implemented) return {};
        return fmt::format("; list {} in 'modules'", module->name);
    }

    void report_type(const lysc_node& schema, const YamlNode& value,
                     const std::vector<Message>& messages) {
        const auto why = messages.empty()
                             ? std::string()
                             : fmt::format(" ({}{})", messages.front().text, what_to_list(value));
        diagnostics_.report(value.place, fmt::format("{}: expected {}, found {}{}", schema.name,
                                                     describe_type(schema), describe(value), why));
    }

    void report_messages(const YamlNode& value) {
        const auto messages = take_messages(context_.get());
        diagnostics_.report(value.place,
                            messages.empty() ? "libyang refuses it" : messages.front().text);
    }

    /// libyang names a node by its path; its place is that of the node, or of the nearest above it.
    void report_invalid(const Message& message, const YamlNode& content) {
        const auto* best = &content;
        std::size_t longest = 0;
        for (const auto& [node, from] : made_) {
            const std::unique_ptr<char, decltype(&free)> path(
                lyd_path(node, LYD_PATH_STD, nullptr, 0), &free);
            const std::string_view text = path == nullptr ? "" : path.get();
            if (!message.path.starts_with(text) || text.size() <= longest) continue;
            longest = text.size();
            best = from;
        }
        diagnostics_.report(best->place, message.text);
    }

    const ContextPtr& context_;
    Diagnostics& diagnostics_;
    TreePtr tree_;
    std::vector<std::pair<const lyd_node*, const YamlNode*>> made_;
};

}  // namespace

std::optional<BuiltEvent> Schema::build(const YamlNode& node, Diagnostics& diagnostics) const {
    if (!node.is_map() || node.entries.size() != 1) {
        report_expected(node, "a map of one notification, as in {link-down: {if-name: eth1}}",
                        diagnostics);
        return std::nullopt;
    }
    const auto& [name, content] = node.entries.front();
    const auto notification = find_notification(name->text);
    if (!notification) {
        diagnostics.report(name->place, notification.error());
        return std::nullopt;
    }
    return Builder(context_, diagnostics).build(**notification, *content, is_risky(**notification));
}

}  // namespace confd::sim
