#include "simulator/maapi/schema_records.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/value/hash.hpp"
#include "simulator/maapi/schema_types.hpp"
#include "simulator/yang/libyang.hpp"
#include "simulator/yang/schema.hpp"
#include "simulator/yang/typed_value.hpp"

namespace confd::sim::maapi {

using namespace yang;
using namespace std::string_view_literals;

namespace {

using Nodes = std::vector<const lysc_node*>;

/// Records in one frame: clients read a frame whole.
constexpr std::size_t frame_records = 100;

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

Nodes only_choices(Nodes nodes) {
    std::erase_if(nodes, [](const lysc_node* node) { return node->nodetype != LYS_CHOICE; });
    return nodes;
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

std::optional<Value> value_of(const lysc_node& leaf, const lyd_value* value) {
    return typed_value(leaf, lyd_value_get_canonical(leaf.module->ctx, value));
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

/// The records of one module.
class Namespace {
  public:
    Namespace(const lys_module& module, std::vector<SchemaRecord>& out)
        : module_(module), types_(module), out_(out) {}

    void write() {
        const std::string revision = module_.revision == nullptr ? "" : module_.revision;
        out_.emplace_back(SchemaNamespace{.uri = module_.ns,
                                          .prefix = module_.prefix,
                                          .hash = name_hash(module_.ns),
                                          .revision = revision,
                                          .module = module_.name});
        const auto top = top_nodes(module_);
        types(top);
        types_.add_aliases();
        for (const auto& definition : types_.definitions())
            out_.emplace_back(schema_type(definition));
        if (top.empty()) {
            out_.emplace_back(SchemaNoTree{});
            return;
        }
        keys(top);
        const auto root = siblings(top);
        choices(top_choices(module_));
        out_.emplace_back(SchemaRoot{root});
        parents_of(top, std::nullopt);
        out_.emplace_back(SchemaParents{std::move(parents_)});
    }

  private:
    void types(const Nodes& nodes) {
        for (const auto* node : nodes) {
            if (is_leaf(*node)) type_names_[node] = types_.of(*node);
            types(below(*node));
        }
    }

    void keys(const Nodes& nodes) {
        for (const auto* node : nodes) {
            const auto children = below(*node);
            if (node->nodetype == LYS_LIST) list_keys(*node, children);
            keys(children);
        }
    }

    void list_keys(const lysc_node& list, const Nodes& children) {
        SchemaKeys record;
        for (const auto* child : children) {
            if ((child->flags & LYS_KEY) != 0) record.tags.push_back(name_hash(child->name));
        }
        if (record.tags.empty()) return;
        record.number = static_cast<std::uint32_t>(key_numbers_.size() + 1);
        key_numbers_[&list] = record.number;
        out_.emplace_back(std::move(record));
    }

    std::uint32_t number(const lysc_node& node) { return numbers_[&node] = ++count_; }

    /// Writes the last first, so that each can name the one after it. Returns the first's number.
    std::uint32_t siblings(const Nodes& nodes) {
        std::uint32_t next = 0;
        for (const auto* node : nodes | std::views::reverse)
            next = write_node(*node, siblings(below(*node)), next);
        return next;
    }

    std::uint32_t write_node(const lysc_node& node, std::uint32_t child, std::uint32_t next) {
        const auto tag = tag_of(node);
        const auto before = out_.size();
        SchemaNode record;
        record.choice = choices(choices_in(node));
        record.number = number(node);
        name_parent(before, record.number);
        record.tag = tag.tag;
        record.ns = tag.ns;
        record.child = child;
        record.next = next;
        if (const auto found = key_numbers_.find(&node); found != key_numbers_.end()) {
            record.keys = found->second;
        }
        set_occurs(node, record);
        set_type(node, record);
        record.flags = flags_of(node);
        record.compare = static_cast<std::uint32_t>(order_of(node));
        out_.emplace_back(std::move(record));
        return numbers_[&node];
    }

    /// All choices and cases since then are below this node.
    void name_parent(std::size_t since, std::uint32_t parent) {
        for (auto i = since; i < out_.size(); ++i) {
            if (auto* choice = std::get_if<SchemaChoice>(&out_[i])) choice->parent = parent;
            if (auto* one = std::get_if<SchemaCase>(&out_[i])) one->parent = parent;
        }
    }

    /// After the nodes that they are about. Returns the first's number.
    std::uint32_t choices(const Nodes& nodes) {
        std::uint32_t next = 0;
        for (const auto* node : nodes | std::views::reverse) {
            const auto tag = tag_of(*node);
            SchemaChoice record{.tag = tag.tag, .ns = tag.ns, .next = next};
            for (const auto* one : cases_of(*node) | std::views::reverse)
                record.first_case = write_case(*one, record.first_case);
            const auto* chosen = as<lysc_node_choice>(*node).dflt;
            if (chosen != nullptr) record.default_case = numbers_.at(&chosen->node);
            record.min_occurs = (node->flags & LYS_MAND_TRUE) != 0 ? 1 : 0;
            next = record.number = number(*node);
            out_.emplace_back(record);
        }
        return next;
    }

    std::uint32_t write_case(const lysc_node& node, std::uint32_t next) {
        const auto tag = tag_of(node);
        SchemaCase record{.tag = tag.tag, .ns = tag.ns, .next = next};
        record.first_choice = choices(choices_in(node));
        // Those in choices inside of it too, which stand among them.
        if (const auto nodes = children_of(node); !nodes.empty()) {
            record.first_node = numbers_.at(nodes.front());
            record.last_node = numbers_.at(nodes.back());
        }
        record.number = number(node);
        out_.emplace_back(record);
        return record.number;
    }

    static void set_occurs(const lysc_node& node, SchemaNode& record) {
        const auto bounds = [&](std::uint32_t low, std::uint32_t high) {
            record.min_occurs = low;
            record.max_occurs = high == UINT32_MAX ? unbounded : std::int64_t{high};
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

    void set_type(const lysc_node& node, SchemaNode& record) const {
        const auto shape_of = [](ValueType type) { return static_cast<std::uint32_t>(type); };
        if ((node.nodetype & LYS_ANYDATA) != 0) {
            // Its values are the text of what is in it.
            record.shape = shape_of(ValueType::buf);
            record.type_name = "string";
        }
        if (!is_leaf(node)) return;
        record.shape = shape_of(node.nodetype == LYS_LEAFLIST ? ValueType::list : value_type(node));
        record.type_ns = type_names_.at(&node).ns;
        record.type_name = type_names_.at(&node).name;
        record.default_value = default_of(node);
    }

    void parents_of(const Nodes& nodes, std::optional<std::uint32_t> parent) {
        for (const auto* node : nodes) {
            const auto its_number = numbers_.at(node);
            parents_.push_back({its_number, parent});
            parents_of(below(*node), its_number);
        }
    }

    const lys_module& module_;
    TypeTable types_;
    std::vector<SchemaRecord>& out_;
    std::map<const lysc_node*, TypeName> type_names_;
    std::map<const lysc_node*, std::uint32_t> key_numbers_;
    std::uint32_t count_ = 0;  // nodes, choices and cases alike
    std::map<const lysc_node*, std::uint32_t> numbers_;
    std::vector<SchemaParents::Link> parents_;
};

/// libyang's own modules, about YANG itself, are nobody's data.
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

void add_names(const lysc_node& node, std::set<std::string>& names);

void add_choice_names(const Nodes& choices, std::set<std::string>& names) {
    for (const auto* choice : choices) {
        names.insert(choice->name);
        for (const auto* one : cases_of(*choice)) {
            names.insert(one->name);
            add_choice_names(choices_in(*one), names);
        }
    }
}

void add_names(const lysc_node& node, std::set<std::string>& names) {
    names.insert(node.name);
    add_choice_names(choices_in(node), names);
    for (const auto* child : below(node))
        add_names(*child, names);
}

}  // namespace

std::vector<SchemaRecord> schema_records(const Schema& schema) {
    // The Java client loses what follows a namespace with types only.
    auto modules = modules_of(schema);
    std::erase_if(modules, [](const lys_module* module) { return is_internal(*module); });
    std::ranges::stable_partition(
        modules, [](const lys_module* module) { return !top_nodes(*module).empty(); });
    std::vector<SchemaRecord> out;
    for (const auto* module : modules)
        Namespace(*module, out).write();
    return out;
}

std::vector<NameHash> hash_table(const Schema& schema) {
    std::set<std::string> names;
    for (const auto* module : modules_of(schema)) {
        if (is_internal(*module)) continue;
        names.insert(module->ns);
        for (const auto& identity : sized(module->identities))
            names.insert(identity.name);
        for (const auto* node : top_nodes(*module))
            add_names(*node, names);
        add_choice_names(top_choices(*module), names);
    }
    std::vector<NameHash> out;
    for (const auto& name : names)
        out.push_back({name, name_hash(name)});
    return out;
}

SchemaReplies schema_replies(const Schema& schema) {
    SchemaReplies out;
    const auto frames = [](const auto& items, std::vector<Bytes>& into, auto encode) {
        for (std::size_t at = 0; at < items.size(); at += frame_records) {
            encode(items.subspan(at, std::min(frame_records, items.size() - at)),
                   into.emplace_back());
        }
    };
    using Records = std::span<const SchemaRecord>;
    const auto records = schema_records(schema);
    const auto opens = [](const SchemaRecord& record) {
        return std::holds_alternative<SchemaNamespace>(record);
    };
    for (auto rest = Records(records); !rest.empty();) {
        const auto next = std::ranges::find_if(rest.subspan(1), opens);
        const auto one = rest.first(static_cast<std::size_t>(next - rest.begin()));
        const auto first = out.namespaces.size();
        frames(one, out.namespaces, [](Records part, Bytes& frame) { encode_schema(part, frame); });
        out.parts.push_back(
            {std::get<SchemaNamespace>(one.front()).hash, first, out.namespaces.size() - first});
        rest = rest.subspan(one.size());
    }
    const auto names = hash_table(schema);
    encode_hash_count(names.size(), out.hashes.emplace_back());
    frames(std::span(names), out.hashes, encode_hashes);
    for (const auto& row : names)
        out.names.emplace(row.hash, row.name);
    return out;
}

}  // namespace confd::sim::maapi
