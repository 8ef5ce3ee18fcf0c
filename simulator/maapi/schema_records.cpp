#include "simulator/maapi/schema_records.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <string>
#include <utility>

#include "protocol/value/hash.hpp"
#include "simulator/yang/libyang.hpp"
#include "simulator/yang/schema.hpp"
#include "simulator/yang/typed_value.hpp"

namespace confd::sim::maapi {

using namespace yang;

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

ValueType value_type(const lysc_node& leaf, const lysc_type& type) {
    if (const auto known = typedef_of(leaf, type); known != ValueType::buf) return known;
    switch (type.basetype) {
        case LY_TYPE_INT8:
            return ValueType::int8;
        case LY_TYPE_INT16:
            return ValueType::int16;
        case LY_TYPE_INT32:
            return ValueType::int32;
        case LY_TYPE_INT64:
            return ValueType::int64;
        case LY_TYPE_UINT8:
            return ValueType::uint8;
        case LY_TYPE_UINT16:
            return ValueType::uint16;
        case LY_TYPE_UINT32:
            return ValueType::uint32;
        case LY_TYPE_UINT64:
            return ValueType::uint64;
        case LY_TYPE_BOOL:
            return ValueType::bool_;
        case LY_TYPE_BINARY:
            return ValueType::binary;
        case LY_TYPE_DEC64:
            return ValueType::decimal64;
        case LY_TYPE_ENUM:
            return ValueType::enum_;
        case LY_TYPE_BITS: {
            // They are ordered by position.
            const auto highest = sized(as<lysc_type_bits>(type).bits).back().position;
            return highest > 63   ? ValueType::bitbig
                   : highest > 31 ? ValueType::bit64
                                  : ValueType::bit32;
        }
        case LY_TYPE_IDENT:
            return ValueType::identityref;
        case LY_TYPE_INST:
            return ValueType::objectref;
        case LY_TYPE_EMPTY:
            return ValueType::xmltag;
        case LY_TYPE_LEAFREF:
            return value_type(leaf, *as<lysc_type_leafref>(type).realtype);
        default:
            // Unions too: which member a value is of is known only of the value.
            return ValueType::buf;
    }
}

/// Types that clients know without having been told; empty for others.
std::string_view built_in_name(ValueType type) {
    switch (type) {
        case ValueType::int8:
        case ValueType::int16:
        case ValueType::int32:
        case ValueType::int64:
        case ValueType::uint8:
        case ValueType::uint16:
        case ValueType::uint32:
        case ValueType::uint64:
        case ValueType::binary:
            return info_of(type).name;
        case ValueType::buf:
            return "string";
        case ValueType::bool_:
            return "boolean";
        case ValueType::datetime:
            return "dateTime";
        default:
            return {};
    }
}

bool is_built_in(std::string_view yang_name) {
    constexpr std::string_view names[] = {"int8",   "int16",  "int32",  "int64",
                                          "uint8",  "uint16", "uint32", "uint64",
                                          "string", "binary", "boolean"};
    return std::ranges::find(names, yang_name) != std::end(names);
}

/// The records of one module.
class Namespace {
  public:
    Namespace(const lys_module& module, std::vector<SchemaRecord>& out)
        : module_(module), out_(out) {}

    void write() {
        const std::string revision = module_.revision == nullptr ? "" : module_.revision;
        out_.emplace_back(SchemaNamespace{.uri = module_.ns,
                                          .prefix = module_.prefix,
                                          .hash = name_hash(module_.ns),
                                          .revision = revision,
                                          .module = module_.name});
        types();
        const auto top = top_nodes(module_);
        if (top.empty()) {
            out_.emplace_back(SchemaNoTree{});
            return;
        }
        keys(top);
        const auto root = siblings(top, false);
        out_.emplace_back(SchemaRoot{root});
        parents_of(top, std::nullopt);
        out_.emplace_back(SchemaParents{std::move(parents_)});
    }

  private:
    /// Only such as clients can be told: an alias of a type that they know.
    void types() {
        if (module_.parsed == nullptr) return;
        for (const auto& definition : sized(module_.parsed->typedefs)) {
            const auto base = base_of(module_, definition);
            const auto name = base.well_known != ValueType::buf ? built_in_name(base.well_known)
                              : is_built_in(base.built_in)      ? base.built_in
                                                                : std::string_view();
            if (name.empty()) continue;
            SchemaType record;
            record.name = definition.name;
            record.parent_name = name;
            out_.emplace_back(std::move(record));
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

    /// Writes the last first, so that each can name the one after it. Returns the first's number.
    /// `operation`: inside of an action or a notification, where nothing is configuration.
    std::uint32_t siblings(const Nodes& nodes, bool operation) {
        std::uint32_t next = 0;
        for (const auto* node : nodes | std::views::reverse) {
            const bool inside =
                operation || (node->nodetype & (LYS_RPC | LYS_ACTION | LYS_NOTIF)) != 0;
            const auto child = siblings(below(*node), inside);
            next = write_node(*node, child, next, inside);
        }
        return next;
    }

    std::uint32_t write_node(const lysc_node& node, std::uint32_t child, std::uint32_t next,
                             bool operation) {
        const auto tag = tag_of(node);
        SchemaNode record;
        record.number = static_cast<std::uint32_t>(numbers_.size() + 1);
        record.tag = tag.tag;
        record.ns = tag.ns;
        record.child = child;
        record.next = next;
        if (const auto found = key_numbers_.find(&node); found != key_numbers_.end()) {
            record.keys = found->second;
        }
        set_occurs(node, record);
        set_type(node, record);
        record.flags = flags(node, operation);
        numbers_[&node] = record.number;
        out_.emplace_back(std::move(record));
        return numbers_[&node];
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

    static void set_type(const lysc_node& node, SchemaNode& record) {
        if ((node.nodetype & LYS_ANYDATA) != 0) record.shape = shape_of(ValueType::buf);
        if (!is_leaf(node)) return;
        const auto& type = type_of(node);
        const auto own = value_type(node, type);
        if (type.basetype != LY_TYPE_UNION) record.type_name = built_in_name(own);
        record.shape = shape_of(node.nodetype == LYS_LEAFLIST ? ValueType::list : own);
        const auto* dflt = node.nodetype == LYS_LEAF ? as<lysc_node_leaf>(node).dflt : nullptr;
        if (dflt == nullptr) return;
        const auto* text = lyd_value_get_canonical(node.module->ctx, dflt);
        if (auto value = typed_value(node, text)) record.default_value = std::move(*value);
    }

    static std::uint32_t shape_of(ValueType type) { return static_cast<std::uint32_t>(type); }

    static std::uint32_t flags(const lysc_node& node, bool operation) {
        std::uint32_t out = 0;
        if (node.nodetype == LYS_LIST) out |= NODE_LIST;
        if (node.nodetype == LYS_LEAFLIST) out |= NODE_LEAF_LIST;
        if (node.nodetype == LYS_CONTAINER) out |= NODE_CONTAINER;
        if (node.nodetype == LYS_NOTIF) out |= NODE_NOTIFICATION;
        if ((node.nodetype & (LYS_RPC | LYS_ACTION)) != 0) out |= NODE_ACTION;
        if (!operation && (node.flags & LYS_CONFIG_W) != 0) {
            out |= NODE_WRITABLE | NODE_CDB;
        }
        return out;
    }

    void parents_of(const Nodes& nodes, std::optional<std::uint32_t> parent) {
        for (const auto* node : nodes) {
            const auto number = numbers_.at(node);
            parents_.push_back({number, parent});
            parents_of(below(*node), number);
        }
    }

    const lys_module& module_;
    std::vector<SchemaRecord>& out_;
    std::map<const lysc_node*, std::uint32_t> key_numbers_;
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

void add_names(const lysc_node& node, std::set<std::string>& names) {
    names.insert(node.name);
    for (const auto* child : below(node))
        add_names(*child, names);
}

}  // namespace

std::vector<SchemaRecord> schema_records(const Schema& schema) {
    std::vector<SchemaRecord> out;
    for (const auto* module : modules_of(schema)) {
        if (!is_internal(*module)) Namespace(*module, out).write();
    }
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
    }
    std::vector<NameHash> out;
    for (const auto& name : names)
        out.push_back({name, name_hash(name)});
    return out;
}

SchemaReplies schema_replies(const Schema& schema) {
    SchemaReplies out;
    const auto frames = [](const auto& items, std::vector<Bytes>& into, auto encode) {
        const std::span all(items);
        for (std::size_t at = 0; at < all.size(); at += frame_records)
            encode(all.subspan(at, std::min(frame_records, all.size() - at)), into.emplace_back());
        encode_load_end(into.emplace_back());
    };
    using Records = std::span<const SchemaRecord>;
    frames(schema_records(schema), out.namespaces,
           [](Records records, Bytes& frame) { encode_schema(records, frame); });
    const auto names = hash_table(schema);
    encode_hash_count(names.size(), out.hashes.emplace_back());
    frames(names, out.hashes, encode_hashes);
    return out;
}

}  // namespace confd::sim::maapi
