// SPDX-License-Identifier: Apache-2.0
#include "protocol/term/tree.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>

namespace confd {

// ---- Making terms. ----

void Term::refuse_size() {
    throw std::length_error("a term of 4 GiB");
}

Term::Block Term::allocate(std::size_t terms, std::size_t bytes) {
    static_assert(sizeof(Term) == 16 && alignof(Term) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
    static_assert(std::is_trivially_copyable_v<Node>);
    auto* memory = static_cast<std::uint8_t*>(::operator new(terms * sizeof(Term) + bytes));
    return {reinterpret_cast<Term*>(memory), memory + terms * sizeof(Term)};
}

Term Term::leaf(TermKind kind, ByteView bytes) {
    Node node(kind, bytes);
    return Term(copy(node));
}

Term Term::atom(std::string_view utf8) {
    return leaf(TermKind::atom, as_bytes(utf8));
}

Term Term::binary(ByteView bytes) {
    return leaf(TermKind::binary, bytes);
}

Term Term::container(TermKind kind, Elements elements, bool improper) {
    Node node(kind, elements.size() - (improper ? 1 : 0), improper);
    if (elements.empty()) return Term(node);
    node.owned = Owned::block;
    node.elements = allocate(elements.size(), 0).terms;
    auto* place = node.elements;
    for (auto& element : elements) {
        if (element.node_.owned != Owned::nothing) node.owned = Owned::elements;
        std::construct_at(place++, std::move(element));
    }
    return Term(node);
}

Term Term::tuple(Elements elements) {
    return container(TermKind::tuple, std::move(elements), false);
}

Term Term::list(Elements elements) {
    return container(TermKind::list, std::move(elements), false);
}

Term Term::list(Elements elements, Term tail) {
    if (elements.empty()) return tail;
    if (tail.kind() != TermKind::list) {
        elements.push_back(std::move(tail));
        return container(TermKind::list, std::move(elements), true);
    }
    // Copies: they may be views of the tail's block.
    const auto more = tail.inside();
    elements.insert(elements.end(), more.begin(), more.end());
    return container(TermKind::list, std::move(elements), tail.node_.marked);
}

// ---- Copying them, and giving their memory back. ----

/// What a term points to, and all that is inside it.
struct Term::Extent {
    std::size_t terms = 0;
    std::size_t bytes = 0;

    explicit Extent(const Node& node) { add(node); }

    void add(const Node& node) {
        if (node.has_text()) bytes += node.size;
        if (!node.has_elements()) return;
        terms += node.inside();
        for (std::size_t i = 0; i < node.inside(); ++i)
            add(node.elements[i].node_);
    }
};

/// The node with copies of what it points to, which are taken from the block's beginning.
Term::Node Term::copy(const Node& from, Block& to) {
    Node node = from;
    node.owned = Owned::nothing;
    if (node.has_text()) {
        node.text = std::copy_n(from.text, node.size, to.bytes) - node.size;
        to.bytes += node.size;
    } else if (node.has_elements()) {
        node.elements = to.terms;
        to.terms += node.inside();
        for (std::size_t i = 0; i < node.inside(); ++i)
            std::construct_at(node.elements + i, Term(copy(from.elements[i].node_, to)));
    }
    return node;
}

Term::Node Term::copy(const Node& from) {
    const Extent extent(from);
    if (extent.terms + extent.bytes == 0) return from;
    Block block = allocate(extent.terms, extent.bytes);
    Node node = copy(from, block);
    node.owned = Owned::block;
    return node;
}

Term::Term(const Term& other) : node_(copy(other.node_)) {}

void Term::release() {
    // Whatever a node points to is at the beginning of its block.
    if (node_.has_text()) return ::operator delete(const_cast<std::uint8_t*>(node_.text));
    if (node_.owned == Owned::elements) std::destroy_n(node_.elements, node_.inside());
    ::operator delete(node_.elements);
}

// ---- Looking at them. ----

std::optional<Integer> Term::as_integer() const {
    if (kind() != TermKind::integer) return std::nullopt;
    Integer value(node_.magnitude);
    value.negative = node_.marked;
    return value;
}

std::optional<double> Term::as_float() const {
    if (kind() != TermKind::floating) return std::nullopt;
    return node_.floating;
}

std::optional<std::string_view> Term::as_atom() const {
    if (kind() != TermKind::atom) return std::nullopt;
    return as_text(bytes());
}

std::optional<ByteView> Term::as_binary() const {
    if (kind() != TermKind::binary) return std::nullopt;
    return bytes();
}

std::span<const Term> Term::elements() const {
    if (!node_.has_elements()) return {};
    return {node_.elements, node_.size};
}

const Term* Term::tail() const {
    const bool improper = kind() == TermKind::list && node_.marked;
    return improper ? node_.elements + node_.size : nullptr;
}

bool Term::operator==(const Term& other) const {
    const auto& a = node_;
    const auto& b = other.node_;
    if (a.kind != b.kind || a.size != b.size || a.marked != b.marked) return false;
    if (a.has_text()) return std::ranges::equal(bytes(), other.bytes());
    if (a.has_elements()) return std::ranges::equal(inside(), other.inside());
    if (a.kind == TermKind::integer) return a.magnitude == b.magnitude;
    return std::bit_cast<std::uint64_t>(a.floating) == std::bit_cast<std::uint64_t>(b.floating);
}

// ---- Writing them. ----

namespace {

bool is_string(const Term& list) {
    const auto elements = list.elements();
    if (list.tail() != nullptr || elements.empty() || elements.size() > max_string_length) {
        return false;
    }
    return std::ranges::all_of(elements, [](const Term& element) {
        const auto value = element.as_integer();
        return value && !value->negative && value->magnitude <= 255;
    });
}

void write_list(TermWriter& writer, const Term& list) {
    const auto elements = list.elements();
    if (elements.empty()) return writer.nil();
    if (is_string(list)) {
        writer.string(elements.size());
        for (const auto& element : elements) {
            writer.byte(static_cast<std::uint8_t>(element.as_integer()->magnitude));
        }
        return;
    }
    writer.list(elements.size());
    for (const auto& element : elements)
        write_term(writer, element);
    if (const auto* tail = list.tail()) return write_term(writer, *tail);
    writer.nil();
}

}  // namespace

void write_term(TermWriter& writer, const Term& term) {
    switch (term.kind()) {
        case TermKind::integer:
            return writer.integer(*term.as_integer());
        case TermKind::floating:
            return writer.floating(*term.as_float());
        case TermKind::atom:
            return writer.atom(*term.as_atom());
        case TermKind::binary:
            return writer.binary(*term.as_binary());
        case TermKind::list:
            return write_list(writer, term);
        case TermKind::tuple:
            writer.tuple(term.elements().size());
            for (const auto& element : term.elements())
                write_term(writer, element);
            return;
        case TermKind::other:
            break;
    }
}

Bytes encode_payload(const Term& term) {
    Bytes out;
    TermWriter writer(out);
    writer.version();
    write_term(writer, term);
    return out;
}

}  // namespace confd
