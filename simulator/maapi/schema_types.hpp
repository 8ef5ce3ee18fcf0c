// SPDX-License-Identifier: Apache-2.0
// The types of one module's leafs, as clients are told of them (docs/protocol.md, "Types").
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/maapi/schema.hpp"
#include "protocol/value/value.hpp"
#include "simulator/yang/typedefs.hpp"

struct lysc_type;

namespace confd::sim::maapi {

/// How nodes and types name a type.
struct TypeName {
    std::uint32_t ns = 0;  ///< 0 for what clients know by name
    std::string name;      ///< empty for none
    auto operator<=>(const TypeName&) const = default;
};

/// Another name for a type that clients know.
struct AliasType {
    std::string base;
};
/// The texts in the order of the module, with their numbers.
struct EnumType {
    std::vector<std::pair<std::string, std::int64_t>> items;
};
/// The same with positions.
struct BitsType {
    std::uint32_t width = 32;
    std::vector<std::pair<std::string, std::int64_t>> items;
};
struct DecimalType {
    std::uint8_t fraction_digits = 1;
};
struct UnionType {
    std::vector<TypeName> members;
};
/// Of a leaf-list.
struct ListType {
    TypeName item;
};
struct IdentityType {
    struct Item {
        std::string text;  ///< prefix:name
        IdentityRef value;
    };
    std::vector<Item> items;
};
struct NumberType {
    std::string base;
    std::vector<std::pair<Value, Value>> ranges;  ///< the lowest and the highest
};
struct StringType {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> lengths;
    std::string pattern;  ///< empty for none, and for such as one pattern cannot say
};

using TypeShape = std::variant<AliasType, EnumType, BitsType, DecimalType, UnionType, ListType,
                               IdentityType, NumberType, StringType>;

struct TypeDefinition {
    std::string name;
    TypeShape shape;
};

/// The record that says it.
SchemaType schema_type(const TypeDefinition& type);

/// Collects the types that the nodes of one namespace have. What clients don't know by name gets a
/// definition in this namespace, wherever its typedef is from: so nothing depends on the order of
/// namespaces.
class TypeTable {
  public:
    explicit TypeTable(const lys_module& module);

    /// The type of a leaf or leaf-list; no name for `empty`, which has no values.
    TypeName of(const lysc_node& leaf);

    /// Other names for known types, of the module's typedefs that no node has asked for.
    void add_aliases();

    /// Each after those that it refers to.
    const std::vector<TypeDefinition>& definitions() const { return definitions_; }

  private:
    /// A type in use: `use` is where it is written, nothing when that is not known.
    struct Used {
        const lysc_node& leaf;
        std::optional<yang::TypeUse> use;
        const lysc_type& type;
    };

    TypeName name(const Used& used);
    TypeName define(const Used& used);
    TypeShape shape(const Used& used);
    UnionType members(const Used& used);
    std::string free_name(const Used& used);
    bool is_free(const std::string& name, const lysp_tpdf* owner) const;
    TypeName add(std::string name, TypeShape shape);

    const lys_module& module_;
    std::uint32_t ns_;
    std::map<std::string, const lysp_tpdf*, std::less<>> typedefs_;  // names that are theirs
    std::set<std::string, std::less<>> taken_;
    std::map<const lysc_type*, TypeName> known_;
    std::map<TypeName, TypeName> lists_;  // by item
    std::vector<TypeDefinition> definitions_;
};

/// The value type that a leaf's values have; ValueType::buf for a union whose members differ.
ValueType value_type(const lysc_node& leaf);

}  // namespace confd::sim::maapi
