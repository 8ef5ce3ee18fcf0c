// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/typedefs.hpp"

#include "simulator/yang/libyang.hpp"

namespace confd::sim::yang {
namespace {

constexpr std::string_view inet = "ietf-inet-types";
constexpr std::string_view yang = "ietf-yang-types";
constexpr std::string_view tailf = "tailf-common";

// The addresses without a zone are typedefs of their own, and not derived from those with one, in
// newer revisions.
constexpr KnownType known[] = {
    {inet, "ipv4-address", ValueType::ipv4, "inetAddressIPv4"},
    {inet, "ipv4-address-no-zone", ValueType::ipv4, "inetAddressIPv4"},
    {inet, "ipv6-address", ValueType::ipv6, "inetAddressIPv6"},
    {inet, "ipv6-address-no-zone", ValueType::ipv6, "inetAddressIPv6"},
    {inet, "ip-address", ValueType::buf, "inetAddressIP"},
    {inet, "ip-address-no-zone", ValueType::buf, "inetAddressIP"},
    {inet, "host", ValueType::buf, "inetAddress"},
    {inet, "port-number", ValueType::buf, "inetPortNumber"},
    {inet, "ipv4-prefix", ValueType::ipv4prefix, "ipv4Prefix"},
    {inet, "ipv6-prefix", ValueType::ipv6prefix, "ipv6Prefix"},
    {inet, "ip-prefix", ValueType::buf, "ipPrefix"},
    {yang, "counter32", ValueType::buf, "Counter32"},
    {yang, "counter64", ValueType::buf, "Counter64"},
    {yang, "gauge32", ValueType::buf, "Gauge32"},
    {yang, "date-and-time", ValueType::datetime, "dateTime"},
    {yang, "object-identifier", ValueType::oid, "oid"},
    {yang, "dotted-quad", ValueType::dquad, "dottedQuad"},
    {yang, "hex-string", ValueType::hexstr, "hexString"},
    {"", "ipv4-address-and-prefix-length", ValueType::ipv4_and_plen, "ipv4AddressAndPrefixLength"},
    {"", "ipv6-address-and-prefix-length", ValueType::ipv6_and_plen, "ipv6AddressAndPrefixLength"},
    {tailf, "ip-address-and-prefix-length", ValueType::buf, "ipAddressAndPrefixLength"},
    {tailf, "hex-list", ValueType::binary, "hexList"},
    {tailf, "octet-list", ValueType::binary, "octetList"},
    {tailf, "md5-digest-string", ValueType::buf, "MD5DigestString"},
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
    const lysp_tpdf* definition;
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
                return Found{{&found->type, node}, module->mod->name, found};
            }
        }
    }
    const auto* found = find_at_top(*module, name);
    if (found == nullptr) return std::nullopt;
    return Found{{&found->type, nullptr}, module->mod->name, found};
}

const KnownType* find_known(std::string_view module, std::string_view name) {
    for (const auto& entry : known) {
        const bool same_module = entry.module.empty() || entry.module == module;
        if (same_module && entry.name == name) return &entry;
    }
    return nullptr;
}

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
const KnownType* resolve(const lysc_node& node, TypeUse use, const lysc_type& declared,
                         const lysc_type& real) {
    if (declared.basetype == LY_TYPE_UNION) {
        const auto members = members_of(use);
        const auto types = sized(as<lysc_type_union>(declared).types);
        for (std::size_t i = 0; i < types.size() && types.size() == members.size(); ++i) {
            if (&behind_leafref(*types[i]) == &real) {
                return resolve(node, members[i], *types[i], real);
            }
        }
        return nullptr;
    }
    if (const auto* entry = known_type(use)) return entry;
    if (declared.basetype == LY_TYPE_LEAFREF) {
        const auto* target = leafref_target(node, as<lysc_type_leafref>(declared));
        return target == nullptr ? nullptr : known_type(*target, real);
    }
    return nullptr;
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
    const auto* entry = find_known(module.name, definition.name);
    if (entry == nullptr) entry = known_type(use);
    while (const auto found = typedef_behind(use))
        use = found->base;
    return {use.type->name, entry};
}

std::optional<TypeUse> type_use_of(const lysc_node& leaf) {
    const auto* parsed = static_cast<const lysp_node*>(leaf.priv);
    if (parsed == nullptr) return std::nullopt;
    const auto* type = leaf.nodetype == LYS_LEAF
                           ? &reinterpret_cast<const lysp_node_leaf*>(parsed)->type
                           : &reinterpret_cast<const lysp_node_leaflist*>(parsed)->type;
    return TypeUse{type, parsed->parent};
}

const KnownType* known_type(TypeUse use) {
    while (const auto found = typedef_behind(use)) {
        if (const auto* entry = find_known(found->module, found->definition->name)) return entry;
        use = found->base;
    }
    return nullptr;
}

const KnownType* known_type(const lysc_node& node, const lysc_type& real) {
    const auto use = type_use_of(node);
    return use ? resolve(node, *use, type_of(node), real) : nullptr;
}

ValueType typedef_of(const lysc_node& node, const lysc_type& real) {
    const auto* entry = known_type(node, real);
    return entry == nullptr ? ValueType::buf : entry->value;
}

const lysp_tpdf* typedef_named(TypeUse use) {
    const auto found = typedef_behind(use);
    return found ? found->definition : nullptr;
}

std::vector<TypeUse> members_of(TypeUse use) {
    std::vector<TypeUse> out;
    collect_members(use, out);
    return out;
}

}  // namespace confd::sim::yang
