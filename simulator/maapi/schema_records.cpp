// SPDX-License-Identifier: Apache-2.0
#include "simulator/maapi/schema_records.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/value/hash.hpp"
#include "simulator/maapi/ikp_records.hpp"
#include "simulator/maapi/module_nodes.hpp"
#include "simulator/maapi/schema_types.hpp"
#include "simulator/yang/libyang.hpp"
#include "simulator/yang/schema.hpp"
#include "simulator/yang/typed_value.hpp"

namespace confd::sim::maapi {

using namespace yang;

namespace {

/// Records in one frame: clients read a frame whole.
constexpr std::size_t frame_records = 100;

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
            if (node->nodetype == LYS_LIST) list_keys(*node);
            keys(children);
        }
    }

    void list_keys(const lysc_node& list) {
        SchemaKeys record;
        record.tags = key_tags(list);
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
        record.min_occurs = occurs_of(node).low;
        record.max_occurs = occurs_of(node).high;
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
    std::vector<SchemaRecord> out;
    for (const auto* module : told_modules(schema))
        Namespace(*module, out).write();
    return out;
}

std::vector<NameHash> hash_table(const Schema& schema) {
    std::set<std::string> names;
    for (const auto* module : told_modules(schema)) {
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

namespace {

HashNames hash_names(const std::vector<NameHash>& table) {
    HashNames out;
    for (const auto& row : table)
        out.emplace(row.hash, row.name);
    return out;
}

}  // namespace

SchemaReplies schema_replies(const std::shared_ptr<const Schema>& schema) {
    SchemaReplies out;
    const auto frames = [](const auto& items, std::vector<Bytes>& into, auto encode) {
        for (std::size_t at = 0; at < items.size(); at += frame_records) {
            encode(items.subspan(at, std::min(frame_records, items.size() - at)),
                   into.emplace_back());
        }
    };
    using Records = std::span<const SchemaRecord>;
    const auto records = schema_records(*schema);
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
    const auto names = hash_table(*schema);
    encode_hash_count(names.size(), out.hashes.emplace_back());
    frames(std::span(names), out.hashes, encode_hashes);
    out.names = hash_names(names);
    out.ikp_namespaces =
        FramesOnDemand([schema] { return ikp_frames(*schema, hash_names(hash_table(*schema))); });
    return out;
}

}  // namespace confd::sim::maapi
