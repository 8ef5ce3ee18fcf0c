// SPDX-License-Identifier: Apache-2.0
// A term as a value, for tools, tests and messages. Decoding an event never builds one: every
// element costs sizeof(Term), however little it took on the wire.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "protocol/bytes.hpp"
#include "protocol/error.hpp"
#include "protocol/limits.hpp"
#include "protocol/term/reader.hpp"
#include "protocol/term/writer.hpp"

namespace confd {

/// Whatever carried it, a term has one form here: STRING_EXT, LIST_EXT and NIL_EXT are lists, and a
/// list whose tail is a list is one list, so equal terms compare equal. Functions on terms recurse;
/// the readers here build none deeper than Limits::nesting, and code that builds its own should
/// not either: no reader would take it.
///
/// A term that was read or copied keeps everything inside it in one allocation. Texts, bytes and
/// elements are handed out as views, which live as long as the term they were asked of or, if that
/// is an element, the term around it all.
class Term {
  public:
    using Elements = std::vector<Term>;

    /// The empty list.
    Term() : Term(empty_list()) {}
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    Term(T value)  // implicit: so that tuple({1, 2}) reads as it should
        : Term(Integer(value)) {}
    Term(Integer value) : Term(Node(value)) {}  // implicit: the same
    Term(double value) : Term(Node(value)) {}   // implicit: the same
    /// A flag has several forms on the wire (an atom, 0 or 1): say which.
    Term(bool) = delete;

    Term(const Term& other);
    /// What was moved from is the empty list.
    Term(Term&& other) noexcept : node_(std::exchange(other.node_, empty_list())) {}
    Term& operator=(const Term& other) { return *this = Term(other); }
    Term& operator=(Term&& other) noexcept {
        hold(std::exchange(other.node_, empty_list()));
        return *this;
    }
    ~Term() {
        if (node_.owned != Owned::nothing) release();
    }

    // Texts and elements of 4 GiB or more are refused with std::length_error.

    /// `utf8` must satisfy fits_atom() if the term is to be written.
    static Term atom(std::string_view utf8);
    static Term binary(ByteView bytes);
    /// The binary of these characters.
    static Term text(std::string_view utf8) { return binary(as_bytes(utf8)); }
    static Term tuple(Elements elements);
    static Term list(Elements elements);
    /// [elements | tail]: the tail alone without elements, a proper list when the tail is one.
    static Term list(Elements elements, Term tail);

    TermKind kind() const { return node_.kind; }
    bool is_atom(std::string_view utf8) const { return as_atom() == utf8; }

    // What the term holds, or nothing when it is of another kind.

    std::optional<Integer> as_integer() const;
    std::optional<double> as_float() const;
    std::optional<std::string_view> as_atom() const;
    std::optional<ByteView> as_binary() const;

    /// The elements of a tuple or a list, without an improper tail; nothing for other kinds.
    std::span<const Term> elements() const;
    /// The tail of an improper list, never a list itself; null for everything else.
    const Term* tail() const;

    /// Reads one term, over what this one was. LIST_EXT of no elements is its tail, as Erlang reads
    /// it. After an error this is what it was.
    bool read(TermReader& reader);

    /// Floats are equal when their bits are: 0.0 and -0.0 differ, as their bytes do.
    bool operator==(const Term& other) const;

  private:
    /// Whether the memory that a node points to is its own, and so what is to be done about it.
    enum class Owned : std::uint8_t {
        nothing,   ///< none, or it belongs to a term around this one
        block,     ///< a block whose elements own nothing
        elements,  ///< a block whose elements have to be destroyed
    };

    /// What a term is made of. Copying one copies no text and no elements.
    struct Node {
        Node() = default;  // uninitialized
        /// A tuple or a list, which points to nothing yet.
        Node(TermKind of, std::size_t count, bool improper)
            : kind(of),
              owned(Owned::nothing),
              marked(improper),
              size(size_of(count)),
              elements(nullptr) {}
        explicit Node(const Integer& value) : Node(TermKind::integer, 0, value.negative) {
            magnitude = value.magnitude;
        }
        explicit Node(double value) : Node(TermKind::floating, 0, false) { floating = value; }
        /// An atom or a binary that points to these bytes.
        Node(TermKind of, ByteView bytes) : Node(of, size_of(bytes.size()), false) {
            text = bytes.data();
        }

        bool has_text() const { return kind == TermKind::atom || kind == TermKind::binary; }
        bool has_elements() const { return kind == TermKind::tuple || kind == TermKind::list; }
        /// How many elements it points to: the tail of an improper list stands behind the others.
        std::size_t inside() const { return std::size_t{size} + (marked ? 1 : 0); }

        TermKind kind;
        Owned owned;
        bool marked;  ///< a negative integer, an improper list; an atom in Latin-1 while it is read
        std::uint32_t size;  ///< bytes of an atom or a binary, elements of a tuple or a list
        union {
            std::uint64_t magnitude;
            double floating;
            const std::uint8_t* text;
            Term* elements;
            std::size_t place;  ///< of the elements, while a tree is read
        };
    };

    /// Memory for terms and, behind them, for bytes. The caller makes a node its owner.
    struct Block {
        Term* terms;
        std::uint8_t* bytes;
    };

    class Builder;
    struct Extent;

    explicit Term(const Node& node) : node_(node) {}

    static Node empty_list() { return Node(TermKind::list, 0, false); }

    static std::uint32_t size_of(std::size_t count) {
        if (count > std::numeric_limits<std::uint32_t>::max()) refuse_size();
        return static_cast<std::uint32_t>(count);
    }
    [[noreturn]] static void refuse_size();
    static Block allocate(std::size_t terms, std::size_t bytes);
    static Term leaf(TermKind kind, ByteView bytes);
    static Term container(TermKind kind, Elements elements, bool improper);
    static Node copy(const Node& from);
    static Node copy(const Node& from, Block& to);

    ByteView bytes() const { return {node_.text, node_.size}; }
    std::span<const Term> inside() const { return {node_.elements, node_.inside()}; }
    void hold(const Node& node) {
        if (node_.owned != Owned::nothing) release();
        node_ = node;
    }
    void release();

    Node node_;
};

/// Reads one term: see Term::read().
bool read_term(TermReader& reader, Term& out);
/// One term without a version byte, and nothing after it.
Result<Term> read_term(ByteView term, const Limits& limits = {});
/// The payload of a frame: the version byte, one term, and nothing after it.
Result<Term> read_payload(ByteView payload, const Limits& limits = {});

/// Appends the one form that ConfD's runtime would choose.
void write_term(TermWriter& writer, const Term& term);
Bytes encode_payload(const Term& term);

}  // namespace confd
