// Events out of YAML.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "simulator/scenario/scalars.hpp"
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

/// `name` alone, with its module's name or with its prefix.
bool has_name(const lysc_node& node, std::string_view name) {
    const auto colon = name.find(':');
    if (colon == std::string_view::npos) return name == node.name;
    const auto prefix = name.substr(0, colon);
    return name.substr(colon + 1) == node.name &&
           (prefix == node.module->name || prefix == node.module->prefix);
}

class Builder {
  public:
    Builder(const ContextPtr& context, Diagnostics& diagnostics)
        : context_(context), diagnostics_(diagnostics) {}

    std::optional<BuiltEvent> build(const lysc_node& notification, const YamlNode& content) {
        const auto before = diagnostics_.reported();
        lyd_node* root = nullptr;
        lyd_new_inner(nullptr, notification.module, notification.name, 0, &root);
        tree_.reset(root);
        created(root, content);
        if (root != nullptr) children(*root, notification, content);
        if (root == nullptr || diagnostics_.reported() != before) return std::nullopt;
        auto event = finish_event(context_, *root);
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
                return leaf(parent, schema, value);
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

    void leaf(lyd_node& parent, const lysc_node& schema, const YamlNode& value) {
        if (type_of(schema).basetype != LY_TYPE_EMPTY) return term(parent, schema, value);
        const bool null_list =
            value.is_sequence() && value.items.size() == 1 && value.items.front()->is_null();
        if (!null_list && !value.is_null()) return report_type(schema, value, {});
        add_term(parent, schema, value, "");
    }

    void term(lyd_node& parent, const lysc_node& schema, const YamlNode& value) {
        if (!value.is_scalar()) return report_type(schema, value, {});
        add_term(parent, schema, value, text_of(schema, value));
    }

    void add_term(lyd_node& parent, const lysc_node& schema, const YamlNode& value,
                  const std::string& text) {
        lyd_node* made = nullptr;
        lyd_new_term(&parent, schema.module, schema.name, text.c_str(), 0, &made);
        if (made == nullptr) return report_type(schema, value, take_messages(context_.get()));
        created(made, value);
    }

    /// libyang knows identities by the names of their modules; people write prefixes.
    std::string text_of(const lysc_node& schema, const YamlNode& value) const {
        const auto colon = value.text.find(':');
        if (type_of(schema).basetype != LY_TYPE_IDENT || colon == std::string::npos) {
            return value.text;
        }
        const auto* module = find_module(*context_, value.text.substr(0, colon));
        return module == nullptr ? value.text : module->name + value.text.substr(colon);
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
            if (!given->is_scalar()) return report_type(*child, *given, {});
            keys.push_back(text_of(*child, *given));
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

    void report_type(const lysc_node& schema, const YamlNode& value,
                     const std::vector<Message>& messages) {
        const auto why = messages.empty() ? std::string() : " (" + messages.front().text + ")";
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
    return Builder(context_, diagnostics).build(**notification, *content);
}

}  // namespace confd::sim
