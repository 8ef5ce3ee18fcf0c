// Which typedef a leaf's type comes from. libyang's compiled types forget the names, so they are
// looked up in the modules as parsed.
#include <string>

#include "simulator/yang/libyang.hpp"
#include "simulator/yang/typed_value.hpp"

namespace confd::sim::yang {
namespace {

struct Known {
    std::string_view module;  ///< any when empty
    std::string_view name;
    ValueType type;
};

constexpr Known known[] = {
    {"ietf-inet-types", "ipv4-address", ValueType::ipv4},
    {"ietf-inet-types", "ipv6-address", ValueType::ipv6},
    {"ietf-inet-types", "ipv4-prefix", ValueType::ipv4prefix},
    {"ietf-inet-types", "ipv6-prefix", ValueType::ipv6prefix},
    {"ietf-yang-types", "date-and-time", ValueType::datetime},
    {"ietf-yang-types", "object-identifier", ValueType::oid},
    {"ietf-yang-types", "dotted-quad", ValueType::dquad},
    {"ietf-yang-types", "hex-string", ValueType::hexstr},
    {"", "ipv4-address-and-prefix-length", ValueType::ipv4_and_plen},
    {"", "ipv6-address-and-prefix-length", ValueType::ipv6_and_plen},
};

/// A type statement and the innermost node whose typedefs it sees; null for a module's own.
struct TypeUse {
    const lysp_type* type;
    const lysp_node* scope;
};

const lysp_tpdf* find_in(const lysp_tpdf* typedefs, std::string_view name) {
    for (const auto& candidate : sized(typedefs)) {
        if (candidate.name == name) return &candidate;
    }
    return nullptr;
}

std::string_view own_prefix(const lysp_module& module) {
    return module.is_submod ? reinterpret_cast<const lysp_submodule&>(module).prefix
                            : module.mod->prefix;
}

const lysp_module* module_of_prefix(const lysp_module& module, std::string_view prefix) {
    if (prefix.empty() || prefix == own_prefix(module)) return &module;
    for (const auto& import : sized(module.imports)) {
        if (import.prefix == prefix) return import.module->parsed;
    }
    return nullptr;
}

const lysp_tpdf* find_at_top(const lysp_module& module, std::string_view name) {
    if (const auto* found = find_in(module.typedefs, name)) return found;
    const auto& main = *module.mod->parsed;
    if (const auto* found = find_in(main.typedefs, name)) return found;
    for (const auto& include : sized(main.includes)) {
        if (const auto* found = find_in(include.submodule->typedefs, name)) return found;
    }
    return nullptr;
}

struct Found {
    TypeUse base;
    std::string_view module;
    std::string_view name;
};

/// The typedef that a type statement names; nothing for a built-in type.
std::optional<Found> typedef_behind(const TypeUse& use) {
    const std::string_view full = use.type->name;
    const auto colon = full.find(':');
    const auto prefix = full.substr(0, colon == std::string_view::npos ? 0 : colon);
    const auto name = colon == std::string_view::npos ? full : full.substr(colon + 1);
    const auto* own = use.type->pmod;
    const auto* module = own == nullptr ? nullptr : module_of_prefix(*own, prefix);
    if (module == nullptr) return std::nullopt;
    if (module == own) {
        for (const auto* node = use.scope; node != nullptr; node = node->parent) {
            if (const auto* found = find_in(lysp_node_typedefs(node), name)) {
                return Found{{&found->type, node}, module->mod->name, found->name};
            }
        }
    }
    const auto* found = find_at_top(*module, name);
    if (found == nullptr) return std::nullopt;
    return Found{{&found->type, nullptr}, module->mod->name, found->name};
}

const Known* find_known(const Found& found) {
    for (const auto& entry : known) {
        const bool same_module = entry.module.empty() || entry.module == found.module;
        if (same_module && entry.name == found.name) return &entry;
    }
    // The one without a zone is a typedef of its own only in newer revisions.
    if (found.module == "ietf-inet-types" && found.name == "ipv4-address-no-zone") return &known[0];
    if (found.module == "ietf-inet-types" && found.name == "ipv6-address-no-zone") return &known[1];
    return nullptr;
}

/// Follows typedefs to the built-in type, or to a well-known name on the way.
const Known* follow(TypeUse& use) {
    while (const auto found = typedef_behind(use)) {
        if (const auto* entry = find_known(*found)) return entry;
        use = found->base;
    }
    return nullptr;
}

/// A union's members as libyang compiles them: unions inside it dissolved.
void collect_members(TypeUse use, std::vector<TypeUse>& out) {
    auto base = use;
    while (const auto found = typedef_behind(base))
        base = found->base;
    if (base.type->types == nullptr) {
        out.push_back(use);
        return;
    }
    for (const auto& member : sized(base.type->types))
        collect_members({&member, base.scope}, out);
}

const lysc_type& behind_leafref(const lysc_type& type) {
    return type.basetype == LY_TYPE_LEAFREF ? *as<lysc_type_leafref>(type).realtype : type;
}

/// `declared` is what the type statement was compiled to.
ValueType resolve(const lysc_node& node, TypeUse use, const lysc_type& declared,
                  const lysc_type& real) {
    if (declared.basetype == LY_TYPE_UNION) {
        std::vector<TypeUse> members;
        collect_members(use, members);
        const auto types = sized(as<lysc_type_union>(declared).types);
        for (std::size_t i = 0; i < types.size() && types.size() == members.size(); ++i) {
            if (&behind_leafref(*types[i]) == &real) {
                return resolve(node, members[i], *types[i], real);
            }
        }
        return ValueType::buf;
    }
    if (const auto* entry = follow(use)) return entry->type;
    if (declared.basetype == LY_TYPE_LEAFREF) {
        const auto* target = leafref_target(node, as<lysc_type_leafref>(declared));
        return target == nullptr ? ValueType::buf : typedef_of(*target, real);
    }
    return ValueType::buf;
}

}  // namespace

const lysc_node* leafref_target(const lysc_node& node, const lysc_type_leafref& type) {
    ly_set* set = nullptr;
    lys_find_expr_atoms(&node, node.module, type.path, type.prefixes, 0, &set);
    const lysc_node* target = nullptr;
    for (std::uint32_t i = 0; set != nullptr && i < set->count; ++i) {
        const auto* atom = set->snodes[i];
        if (is_leaf(*atom) && &behind_leafref(type_of(*atom)) == type.realtype) target = atom;
    }
    ly_set_free(set, nullptr);
    ly_err_clean(node.module->ctx, nullptr);
    return target == &node ? nullptr : target;
}

TypedefBase base_of(const lys_module& module, const lysp_tpdf& definition) {
    TypeUse use{&definition.type, nullptr};
    const auto* entry = find_known({use, module.name, definition.name});
    if (entry == nullptr) entry = follow(use);
    while (const auto found = typedef_behind(use))
        use = found->base;
    return {use.type->name, entry == nullptr ? ValueType::buf : entry->type};
}

ValueType typedef_of(const lysc_node& node, const lysc_type& real) {
    const auto* parsed = static_cast<const lysp_node*>(node.priv);
    if (parsed == nullptr) return ValueType::buf;
    const auto* type = node.nodetype == LYS_LEAF
                           ? &reinterpret_cast<const lysp_node_leaf*>(parsed)->type
                           : &reinterpret_cast<const lysp_node_leaflist*>(parsed)->type;
    return resolve(node, {type, parsed->parent}, type_of(node), real);
}

}  // namespace confd::sim::yang
