// A term as a value, for tools, tests and messages. Decoding an event never builds one: every
// element costs sizeof(Term), however little it took on the wire.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
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
class Term {
  public:
    using Elements = std::vector<Term>;

    /// The empty list.
    Term() = default;
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    Term(T value)  // implicit: so that tuple({1, 2}) reads as it should
        : Term(Integer(value)) {}
    Term(Integer value) : value_(value) {}  // implicit: the same
    Term(double value) : value_(value) {}   // implicit: the same
    /// A flag has several forms on the wire (an atom, 0 or 1): say which.
    Term(bool) = delete;

    /// `utf8` must satisfy fits_atom() if the term is to be written.
    static Term atom(std::string utf8);
    static Term binary(Bytes bytes);
    /// The binary of these characters.
    static Term text(std::string_view utf8);
    static Term tuple(Elements elements);
    static Term list(Elements elements);
    /// [elements | tail]: the tail alone without elements, a proper list when the tail is one.
    static Term list(Elements elements, Term tail);

    TermKind kind() const;
    bool is_atom(std::string_view utf8) const;

    /// What the term holds, or null when it is of another kind.
    const Integer* as_integer() const { return std::get_if<Integer>(&value_); }
    const double* as_float() const { return std::get_if<double>(&value_); }
    const std::string* as_atom() const;
    const Bytes* as_binary() const { return std::get_if<Bytes>(&value_); }

    /// The elements of a tuple or a list, without an improper tail; nothing for other kinds.
    std::span<const Term> elements() const;
    /// The tail of an improper list, never a list itself; null for everything else.
    const Term* tail() const;

    /// Reads one term, over what this one was. LIST_EXT of no elements is its tail, as Erlang reads
    /// it.
    bool read(TermReader& reader);

    /// Floats are equal when their bits are: 0.0 and -0.0 differ, as their bytes do.
    bool operator==(const Term& other) const;

  private:
    struct Atom {
        std::string utf8;
    };
    struct Tuple {
        Elements elements;
    };
    struct List {
        Elements elements;
    };
    struct ImproperList {
        Elements elements_and_tail;
    };
    using Value = std::variant<List, ImproperList, Tuple, Atom, Bytes, Integer, double>;

    explicit Term(Value value) : value_(std::move(value)) {}

    // Elements are read where they will stay.
    bool read_tuple(TermReader& reader);
    bool read_list(TermReader& reader);
    static bool read_elements(TermReader& reader, std::size_t at, std::uint32_t count,
                              Elements& out);
    static bool read_bytes(TermReader& reader, std::size_t at, std::uint32_t count, Elements& out);

    Value value_;
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
