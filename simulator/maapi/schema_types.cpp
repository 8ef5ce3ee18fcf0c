// SPDX-License-Identifier: Apache-2.0
#include "simulator/maapi/schema_types.hpp"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

#include "protocol/term/writer.hpp"
#include "protocol/value/hash.hpp"
#include "simulator/yang/libyang.hpp"

namespace confd::sim::maapi {

using namespace yang;

namespace {

/// Atoms have room for 255 characters: this leaves some for a number.
constexpr std::size_t longest_name = 240;

/// Longer texts there are none, and clients keep lengths in signed words.
constexpr std::uint64_t longest_text = INT32_MAX;

std::optional<ValueType> number_type(LY_DATA_TYPE type) {
    switch (type) {
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
        default:
            return std::nullopt;
    }
}

/// Bits are ordered by position.
std::uint32_t highest_bit(const lysc_type& type) {
    return sized(as<lysc_type_bits>(type).bits).back().position;
}

ValueType union_type(const lysc_node& leaf, const lysc_type_union& type);

ValueType value_type(const lysc_node& leaf, const lysc_type& type) {
    if (const auto own = typedef_of(leaf, type); own != ValueType::buf) return own;
    if (const auto number = number_type(type.basetype)) return *number;
    switch (type.basetype) {
        case LY_TYPE_BOOL:
            return ValueType::bool_;
        case LY_TYPE_BINARY:
            return ValueType::binary;
        case LY_TYPE_DEC64:
            return ValueType::decimal64;
        case LY_TYPE_ENUM:
            return ValueType::enum_;
        case LY_TYPE_BITS: {
            const auto highest = highest_bit(type);
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
        case LY_TYPE_UNION:
            return union_type(leaf, as<lysc_type_union>(type));
        default:
            return ValueType::buf;
    }
}

/// That of the members, if they agree; which of them a value is of is known only of the value.
ValueType union_type(const lysc_node& leaf, const lysc_type_union& type) {
    std::optional<ValueType> out;
    for (const auto* member : sized(type.types)) {
        const auto its = value_type(leaf, *member);
        if (out.value_or(its) != its) return ValueType::buf;
        out = its;
    }
    return out.value_or(ValueType::buf);
}

/// What clients call the types that YANG has by name; empty for those that need a record.
std::string_view built_in_name(const lysc_type& type) {
    if (const auto number = number_type(type.basetype)) return info_of(*number).name;
    switch (type.basetype) {
        case LY_TYPE_BOOL:
            return "boolean";
        case LY_TYPE_BINARY:
            return "binary";
        case LY_TYPE_INST:
            return "instance-identifier";
        case LY_TYPE_STRING:
            return "string";
        default:
            return {};
    }
}

/// YANG's own name of a type that clients know by the same.
bool is_built_in(std::string_view yang_name) {
    constexpr std::string_view names[] = {"int8",   "int16",  "int32",   "int64",
                                          "uint8",  "uint16", "uint32",  "uint64",
                                          "string", "binary", "boolean", "instance-identifier"};
    return std::ranges::find(names, yang_name) != std::end(names);
}

/// Whether a type of a name that clients know has less values than the name says.
bool is_restricted(const lysc_type& type) {
    if (number_type(type.basetype)) return as<lysc_type_num>(type).range != nullptr;
    if (type.basetype != LY_TYPE_STRING) return false;
    const auto& text = as<lysc_type_str>(type);
    return text.length != nullptr || !sized(text.patterns).empty();
}

// ---- Definitions ----

EnumType enum_of(const lysc_type& type) {
    EnumType out;
    for (const auto& item : sized(as<lysc_type_enum>(type).enums))
        out.items.emplace_back(item.name, item.value);
    return out;
}

BitsType bits_of(const lysc_type& type) {
    BitsType out;
    for (const auto& item : sized(as<lysc_type_bits>(type).bits))
        out.items.emplace_back(item.name, item.position);
    const auto highest = highest_bit(type);
    // As many bytes as the value has.
    out.width = highest > 63 ? (highest / 8 + 1) * 8 : highest > 31 ? 64 : 32;
    return out;
}

IdentityType identities_of(const lysc_type& type) {
    IdentityType out;
    for (const auto* identity : derived_from(as<lysc_type_identityref>(type))) {
        out.items.push_back({std::string(identity->module->prefix) + ':' + identity->name,
                             {name_hash(identity->module->ns), name_hash(identity->name)}});
    }
    return out;
}

NumberType number_of(const lysc_type& type, ValueType number) {
    NumberType out{std::string(info_of(number).name), {}};
    const auto* range = as<lysc_type_num>(type).range;
    const bool is_signed = type.basetype >= LY_TYPE_DEC64;
    for (const auto& part : sized(range->parts)) {
        const auto end = [&](std::int64_t low, std::uint64_t high) {
            if (number == ValueType::uint64) return Value{number, high};
            return Value{number, is_signed ? low : static_cast<std::int64_t>(high)};
        };
        out.ranges.emplace_back(end(part.min_64, part.min_u64), end(part.max_64, part.max_u64));
    }
    return out;
}

StringType string_of(const lysc_type& type) {
    const auto& text = as<lysc_type_str>(type);
    StringType out;
    if (text.length != nullptr) {
        for (const auto& part : sized(text.length->parts)) {
            out.lengths.emplace_back(std::min(part.min_u64, longest_text),
                                     std::min(part.max_u64, longest_text));
        }
    }
    const auto patterns = sized(text.patterns);
    if (patterns.size() == 1 && !patterns.front()->inverted) out.pattern = patterns.front()->expr;
    return out;
}

// ---- Records ----

void write(TermWriter& w, const TypeName& type) {
    w.tuple(2);
    w.integer(type.ns);
    w.atom_or_text(type.name);
}

template <class Items, class F>
void write_list(TermWriter& w, const Items& items, F&& write_item) {
    if (!items.empty()) w.list(items.size());
    for (const auto& item : items)
        write_item(item);
    w.nil();
}

void write_items(TermWriter& w, const auto& items) {
    write_list(w, items, [&](const auto& item) {
        w.tuple(2);
        w.text(item.first);
        w.integer(item.second);
    });
}

void write_integer(TermWriter& w, const Value& number) {
    std::visit(
        [&]<class T>(const T& payload) {
            if constexpr (std::is_integral_v<T>) w.integer(payload);
        },
        number.payload);
}

/// The derivation, and what a record has besides.
struct OpaqueWriter {
    SchemaType& out;
    TermWriter w{out.opaque};

    void operator()(const AliasType& alias) const {
        out.derivation = "identity";
        out.parent_name = alias.base;
    }
    void operator()(const EnumType& type) {
        out.derivation = "enum";
        write_items(w, type.items);
    }
    void operator()(const BitsType& type) {
        out.derivation = "bits";
        w.tuple(2);
        w.integer(type.width);
        write_items(w, type.items);
    }
    void operator()(const DecimalType& type) {
        out.derivation = "decimal64";
        w.tuple(2);
        w.integer(type.fraction_digits);
        w.nil();
    }
    void operator()(const UnionType& type) {
        out.derivation = "union";
        write_list(w, type.members, [&](const TypeName& member) { write(w, member); });
    }
    void operator()(const ListType& type) {
        out.derivation = "list";
        write(w, type.item);
    }
    void operator()(const IdentityType& type) {
        out.derivation = "idref";
        write_list(w, type.items, [&](const IdentityType::Item& item) {
            w.tuple(3);
            w.text(item.text);
            w.integer(item.value.ns);
            w.integer(item.value.id);
        });
    }
    void operator()(const NumberType& type) {
        out.derivation = "number";
        out.parent_name = type.base;
        write_list(w, type.ranges, [&](const auto& range) {
            w.tuple(3);
            write_integer(w, range.first);
            write_integer(w, range.second);
            w.integer(0);
        });
    }
    void operator()(const StringType& type) {
        out.derivation = "string";
        out.parent_name = "string";
        w.tuple(2);
        write_list(w, type.lengths, [&](const auto& length) {
            w.tuple(2);
            w.integer(length.first);
            w.integer(length.second);
        });
        if (type.pattern.empty()) return w.nil();
        w.text(type.pattern);
    }
};

}  // namespace

SchemaType schema_type(const TypeDefinition& type) {
    SchemaType out;
    out.name = type.name;
    std::visit(OpaqueWriter{out}, type.shape);
    return out;
}

ValueType value_type(const lysc_node& leaf) {
    return value_type(leaf, type_of(leaf));
}

TypeTable::TypeTable(const lys_module& module) : module_(module), ns_(name_hash(module.ns)) {
    if (module.parsed == nullptr) return;
    const auto reserve = [&](const lysp_tpdf* typedefs) {
        for (const auto& definition : sized(typedefs))
            typedefs_.emplace(definition.name, &definition);
    };
    reserve(module.parsed->typedefs);
    for (const auto& include : sized(module.parsed->includes))
        reserve(include.submodule->typedefs);
}

TypeName TypeTable::of(const lysc_node& leaf) {
    const auto item = name({leaf, type_use_of(leaf), type_of(leaf)});
    if (leaf.nodetype != LYS_LEAFLIST || item.name.empty()) return item;
    if (const auto found = lists_.find(item); found != lists_.end()) return found->second;
    auto list = add(free_name({leaf, std::nullopt, type_of(leaf)}), ListType{item});
    lists_.emplace(item, list);
    return list;
}

TypeName TypeTable::name(const Used& used) {
    const auto* known = used.use ? known_type(*used.use) : nullptr;
    if (known != nullptr) return {0, std::string(known->client_name)};
    if (used.type.basetype == LY_TYPE_EMPTY) return {};
    if (used.type.basetype == LY_TYPE_LEAFREF) {
        const auto& leafref = as<lysc_type_leafref>(used.type);
        const auto* target = leafref_target(used.leaf, leafref);
        if (target == nullptr) return name({used.leaf, std::nullopt, *leafref.realtype});
        return name({*target, type_use_of(*target), type_of(*target)});
    }
    const auto built_in = built_in_name(used.type);
    if (!built_in.empty() && !is_restricted(used.type)) return {0, std::string(built_in)};
    if (const auto found = known_.find(&used.type); found != known_.end()) return found->second;
    return define(used);
}

TypeName TypeTable::define(const Used& used) {
    auto its_shape = shape(used);  // which may define others
    auto out = add(free_name(used), std::move(its_shape));
    known_.emplace(&used.type, out);
    return out;
}

TypeShape TypeTable::shape(const Used& used) {
    const auto& type = used.type;
    if (const auto number = number_type(type.basetype)) return number_of(type, *number);
    switch (type.basetype) {
        case LY_TYPE_ENUM:
            return enum_of(type);
        case LY_TYPE_BITS:
            return bits_of(type);
        case LY_TYPE_DEC64:
            return DecimalType{as<lysc_type_dec>(type).fraction_digits};
        case LY_TYPE_IDENT:
            return identities_of(type);
        case LY_TYPE_UNION:
            return members(used);
        default:
            return string_of(type);
    }
}

UnionType TypeTable::members(const Used& used) {
    const auto types = sized(as<lysc_type_union>(used.type).types);
    const auto uses = used.use ? members_of(*used.use) : std::vector<TypeUse>();
    UnionType out;
    for (std::size_t i = 0; i < types.size(); ++i) {
        const auto use = uses.size() == types.size() ? std::optional(uses[i]) : std::nullopt;
        auto member = name({used.leaf, use, *types[i]});
        // An empty one has no type.
        if (!member.name.empty()) out.members.push_back(std::move(member));
    }
    return out;
}

bool TypeTable::is_free(const std::string& name, const lysp_tpdf* owner) const {
    if (taken_.contains(name)) return false;
    const auto found = typedefs_.find(name);
    return found == typedefs_.end() || found->second == owner;
}

/// That of the typedef or the leaf, with a number when it is another's.
std::string TypeTable::free_name(const Used& used) {
    const auto* definition = used.use ? typedef_named(*used.use) : nullptr;
    const bool as_it_is = definition != nullptr && used.use->type->flags == 0;
    std::string base = definition == nullptr ? used.leaf.name : definition->name;
    base.resize(std::min(base.size(), longest_name));
    if (is_free(base, as_it_is ? definition : nullptr)) return base;
    for (std::size_t number = 2;; ++number) {
        auto numbered = base + '-' + std::to_string(number);
        if (is_free(numbered, nullptr)) return numbered;
    }
}

TypeName TypeTable::add(std::string name, TypeShape shape) {
    taken_.insert(name);
    definitions_.push_back({name, std::move(shape)});
    return {ns_, std::move(name)};
}

void TypeTable::add_aliases() {
    for (const auto& [name, definition] : typedefs_) {
        if (taken_.contains(name) || name.size() > longest_name) continue;
        const auto base = base_of(module_, *definition);
        const auto known = base.known != nullptr        ? base.known->client_name
                           : is_built_in(base.built_in) ? base.built_in
                                                        : std::string_view();
        if (!known.empty()) add(name, AliasType{std::string(known)});
    }
}

}  // namespace confd::sim::maapi
