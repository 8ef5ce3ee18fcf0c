// SPDX-License-Identifier: Apache-2.0
#include "simulator/maapi/ikp_records.hpp"

#include <algorithm>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "protocol/term/tree.hpp"
#include "protocol/value/by_name.hpp"
#include "protocol/value/hash.hpp"
#include "simulator/maapi/module_nodes.hpp"
#include "simulator/maapi/schema_types.hpp"

namespace confd::sim::maapi {

using namespace yang;

namespace {

using Terms = std::vector<Term>;

/// Records in one frame: clients read a frame whole.
constexpr std::size_t frame_records = 100;

Term tuple(Terms items) {
    return Term::tuple(std::move(items));
}
Term list(Terms items) {
    return Term::list(std::move(items));
}
Term atom_or_text(const std::string& name) {
    return fits_atom(name) ? Term::atom(name) : Term::text(name);
}
Term undefined() {
    return Term::atom("undefined");
}

/// A value by name.
Term value_term(const Value& value, const HashNames& names) {
    Bytes bytes;
    TermWriter writer(bytes);
    write_named_value(writer, value, names);
    return read_term(ByteView(bytes)).value_or(undefined());
}

/// Bare in the module of what is around it.
Term tag_term(const lysc_node& node, const lys_module* around) {
    auto name = atom_or_text(node.name);
    if (node.module == around) return name;
    return Term::list({atom_or_text(node.module->ns)}, std::move(name));
}

/// As paths have it: neither choices nor the input and output of an operation are part of one.
const lysc_node* data_parent(const lysc_node& node) {
    constexpr int none = LYS_CHOICE | LYS_CASE | LYS_INPUT | LYS_OUTPUT;
    const auto* parent = node.parent;
    while (parent != nullptr && (parent->nodetype & none) != 0)
        parent = parent->parent;
    return parent;
}

Term tag_path(const lysc_node& node) {
    Terms out;
    for (const auto* at = &node; at != nullptr; at = data_parent(*at)) {
        const auto* parent = data_parent(*at);
        out.push_back(tag_term(*at, parent == nullptr ? at->module : parent->module));
    }
    return list(std::move(out));
}

// ---- Types ----

Term built_in(std::string_view name) {
    return tuple({Term::atom(""), Term::atom(name)});
}

Term type_ref(const TypeName& type) {
    if (type.name.empty()) return undefined();
    return type.ns == 0 ? built_in(type.name) : atom_or_text(type.name);
}

Term facet(std::string_view name, Term value) {
    return tuple({Term::atom(name), std::move(value)});
}

Term restriction(std::string_view base, Terms facets) {
    return tuple({Term::atom("restriction"), built_in(base), list(std::move(facets))});
}

struct Derivation {
    const HashNames& names;

    Term operator()(const AliasType& type) const { return restriction(type.base, {}); }
    Term operator()(const EnumType& type) const {
        Terms facets;
        for (const auto& [text, number] : type.items)
            facets.push_back(tuple({Term::atom("enumeration"), Term::text(text), Term(number)}));
        return restriction("string", std::move(facets));
    }
    Term operator()(const BitsType& type) const {
        Terms fields;
        for (const auto& [text, position] : type.items)
            fields.push_back(tuple({Term::text(text), Term(position)}));
        return tuple({Term::atom("bits"), list(std::move(fields)), Term(type.width)});
    }
    Term operator()(const DecimalType& type) const {
        return restriction("decimal64", {facet("fraction_digits", Term(type.fraction_digits))});
    }
    Term operator()(const UnionType& type) const {
        Terms members;
        for (const auto& member : type.members)
            members.push_back(type_ref(member));
        return tuple({Term::atom("union"), list(std::move(members))});
    }
    Term operator()(const ListType& type) const {
        return tuple({Term::atom("list"), type_ref(type.item)});
    }
    Term operator()(const IdentityType& type) const {
        Terms identities;
        for (const auto& item : type.items)
            identities.push_back(Term::text(item.text));
        return restriction("identityref", {facet("identities", list(std::move(identities)))});
    }
    Term operator()(const NumberType& type) const {
        // How several ranges are written is not known.
        if (type.ranges.size() != 1) return restriction(type.base, {});
        const auto& [low, high] = type.ranges.front();
        return restriction(type.base, {facet("min_inclusive", value_term(low, names)),
                                       facet("max_inclusive", value_term(high, names))});
    }
    Term operator()(const StringType& type) const {
        Terms facets;
        if (type.lengths.size() == 1) {
            facets.push_back(facet("min_length", Term(type.lengths.front().first)));
            facets.push_back(facet("max_length", Term(type.lengths.front().second)));
        }
        if (!type.pattern.empty()) facets.push_back(facet("pattern", Term::text(type.pattern)));
        return restriction("string", std::move(facets));
    }
};

// ---- A namespace ----

class IkpNamespace {
  public:
    IkpNamespace(const lys_module& module, const HashNames& names)
        : module_(module), names_(names), types_(module) {}

    Terms take() {
        const std::string revision = module_.revision == nullptr ? "" : module_.revision;
        out_.push_back(tuple({Term::atom("ns"), atom_or_text(module_.ns),
                              atom_or_text(module_.prefix), Term(name_hash(module_.ns)),
                              revision.empty() ? Term::atom("") : Term::text(revision),
                              Term::text(module_.name)}));
        nodes(top_nodes(module_));
        types_.add_aliases();
        for (const auto& type : types_.definitions()) {
            out_.push_back(
                tuple({Term::atom("type"), atom_or_text(type.name), Term::atom("derived"),
                       std::visit(Derivation{names_}, type.shape)}));
        }
        out_.push_back(Term::atom("end_of_ns"));
        return std::move(out_);
    }

  private:
    void nodes(const Nodes& nodes) {
        for (const auto* node : nodes) {
            out_.push_back(node_term(*node));
            this->nodes(below(*node));
        }
    }

    Term node_term(const lysc_node& node) {
        auto type = undefined();
        auto primitive = undefined();
        auto its_default = undefined();
        if (is_leaf(node)) {
            type = type_ref(types_.of(node));
            const auto shape = node.nodetype == LYS_LEAFLIST ? ValueType::list : value_type(node);
            primitive = Term(static_cast<std::uint32_t>(shape));
            const auto value = default_of(node);
            if (value.type != ValueType::noexists) its_default = value_term(value, names_);
        } else if ((node.nodetype & LYS_ANYDATA) != 0) {
            type = built_in("string");
            primitive = Term(static_cast<std::uint32_t>(ValueType::buf));
        }
        const auto occurs = occurs_of(node);
        Terms keys;
        if (node.nodetype == LYS_LIST) {
            for (const auto* child : children_of(node))
                if ((child->flags & LYS_KEY) != 0) keys.push_back(tag_term(*child, node.module));
        }
        constexpr int actions = LYS_RPC | LYS_ACTION;
        return tuple({Term::atom("node"), tag_path(node), std::move(type), std::move(primitive),
                      std::move(its_default), Term(occurs.low),
                      occurs.high == unbounded ? Term::atom("unbounded") : Term(occurs.high),
                      children(node), list(std::move(keys)), Term(flags_of(node)),
                      tags_of(node, actions), Term(static_cast<std::uint32_t>(order_of(node))),
                      tags_of(node, LYS_NOTIF), list({}), undefined()});
    }

    static Term tags_of(const lysc_node& node, int kinds) {
        Terms out;
        for (const auto* child : below(node))
            if ((child->nodetype & kinds) != 0) out.push_back(tag_term(*child, node.module));
        return list(std::move(out));
    }

    /// Tags in their order, a choice where its first node would be.
    static Term children(const lysc_node& node) {
        Terms out;
        for (const auto* child : below(node)) {
            constexpr int others = LYS_RPC | LYS_ACTION | LYS_NOTIF;
            const bool of_case = child->parent != nullptr && child->parent->nodetype == LYS_CASE;
            if ((child->nodetype & others) == 0 && !of_case)
                out.push_back(tag_term(*child, node.module));
        }
        for (const auto* choice : choices_in(node))
            out.push_back(choice_term(*choice, node.module));
        return list(std::move(out));
    }

    static Term choice_term(const lysc_node& choice, const lys_module* around) {
        Terms cases;
        for (const auto* one : cases_of(choice)) {
            Terms tags;
            for (const auto* child : children_of(*one))
                tags.push_back(tag_term(*child, around));
            cases.push_back(tuple(
                {Term::atom("confd_cs_case"), tag_term(*one, around), list(std::move(tags))}));
        }
        const auto* chosen = as<lysc_node_choice>(choice).dflt;
        return tuple({Term::atom("confd_cs_choice"), tag_term(choice, around),
                      list(std::move(cases)),
                      chosen == nullptr ? Term::atom("") : tag_term(chosen->node, around),
                      Term((choice.flags & LYS_MAND_TRUE) != 0 ? 1 : 0)});
    }

    const lys_module& module_;
    const HashNames& names_;
    TypeTable types_;
    Terms out_;
};

}  // namespace

std::vector<Bytes> ikp_frames(const Schema& schema, const HashNames& names) {
    std::vector<Bytes> out;
    for (const auto* module : told_modules(schema)) {
        auto records = IkpNamespace(*module, names).take();
        for (std::size_t at = 0; at < records.size(); at += frame_records) {
            const auto end = std::min(at + frame_records, records.size());
            Terms part(std::make_move_iterator(records.begin() + static_cast<std::ptrdiff_t>(at)),
                       std::make_move_iterator(records.begin() + static_cast<std::ptrdiff_t>(end)));
            out.push_back(encode_payload(list(std::move(part))));
        }
    }
    return out;
}

}  // namespace confd::sim::maapi
