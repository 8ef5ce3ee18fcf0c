// SPDX-License-Identifier: Apache-2.0
// Which typedefs a type comes from, and what clients call it. libyang's compiled types forget the
// names, so they are looked up in the modules as parsed.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "protocol/value/value.hpp"

struct lysc_node;
struct lysc_type;
struct lysc_type_leafref;
struct lysp_node;
struct lysp_tpdf;
struct lysp_type;
struct lys_module;

namespace confd::sim::yang {

/// A type statement and the innermost node whose typedefs it sees; null for a module's own.
struct TypeUse {
    const lysp_type* type = nullptr;
    const lysp_node* scope = nullptr;
};

/// A typedef that has values of its own on the wire, or a name that clients know without having
/// been told, or both.
struct KnownType {
    std::string_view module;  ///< any when empty
    std::string_view name;
    ValueType value;               ///< BUF: that of the type below it
    std::string_view client_name;  ///< in the schemas that clients load
};

/// The type statement of a leaf or leaf-list.
std::optional<TypeUse> type_use_of(const lysc_node& leaf);

/// What a type statement names, or is derived from; null for what is known by YANG's name alone.
const KnownType* known_type(TypeUse use);

/// The same of a value. `real` is the type that it has in fact: the member of a union, the target
/// of a leafref.
const KnownType* known_type(const lysc_node& node, const lysc_type& real);

/// The value type that stands for it: ValueType::buf when it has none of its own.
ValueType typedef_of(const lysc_node& node, const lysc_type& real);

/// The typedef that a type statement names; null for a built-in type.
const lysp_tpdf* typedef_named(TypeUse use);

/// A union's members as libyang compiles them: unions inside it dissolved.
std::vector<TypeUse> members_of(TypeUse use);

/// A typedef at the top of a module, behind all that it is derived from.
struct TypedefBase {
    std::string_view built_in;         ///< YANG's own name: "uint16"
    const KnownType* known = nullptr;  ///< as known_type()
};
TypedefBase base_of(const lys_module& module, const lysp_tpdf& definition);

/// The node that a leafref of `node` refers to, or null.
const lysc_node* leafref_target(const lysc_node& node, const lysc_type_leafref& type);

}  // namespace confd::sim::yang
