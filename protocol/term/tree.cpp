#include "protocol/term/tree.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <iterator>

namespace confd {

Term Term::atom(std::string utf8) {
    return Term(Value(Atom{std::move(utf8)}));
}

Term Term::binary(Bytes bytes) {
    return Term(Value(std::move(bytes)));
}

Term Term::text(std::string_view utf8) {
    const auto bytes = as_bytes(utf8);
    return binary(Bytes(bytes.begin(), bytes.end()));
}

Term Term::tuple(Elements elements) {
    return Term(Value(Tuple{std::move(elements)}));
}

Term Term::list(Elements elements) {
    return Term(Value(List{std::move(elements)}));
}

Term Term::list(Elements elements, Term tail) {
    if (elements.empty()) return tail;
    const auto append = [&](Elements& more) {
        elements.insert(elements.end(), std::make_move_iterator(more.begin()),
                        std::make_move_iterator(more.end()));
    };
    if (auto* proper = std::get_if<List>(&tail.value_)) {
        append(proper->elements);
        return list(std::move(elements));
    }
    if (auto* improper = std::get_if<ImproperList>(&tail.value_)) {
        append(improper->elements_and_tail);
    } else {
        elements.push_back(std::move(tail));
    }
    return Term(Value(ImproperList{std::move(elements)}));
}

TermKind Term::kind() const {
    struct Kind {
        TermKind operator()(const List&) const { return TermKind::list; }
        TermKind operator()(const ImproperList&) const { return TermKind::list; }
        TermKind operator()(const Tuple&) const { return TermKind::tuple; }
        TermKind operator()(const Atom&) const { return TermKind::atom; }
        TermKind operator()(const Bytes&) const { return TermKind::binary; }
        TermKind operator()(const Integer&) const { return TermKind::integer; }
        TermKind operator()(double) const { return TermKind::floating; }
    };
    return std::visit(Kind{}, value_);
}

bool Term::is_atom(std::string_view utf8) const {
    const auto* name = as_atom();
    return name != nullptr && *name == utf8;
}

const std::string* Term::as_atom() const {
    const auto* atom = std::get_if<Atom>(&value_);
    return atom != nullptr ? &atom->utf8 : nullptr;
}

std::span<const Term> Term::elements() const {
    if (const auto* tuple = std::get_if<Tuple>(&value_)) return tuple->elements;
    if (const auto* list = std::get_if<List>(&value_)) return list->elements;
    if (const auto* list = std::get_if<ImproperList>(&value_)) {
        const std::span<const Term> all = list->elements_and_tail;
        return all.first(all.size() - 1);
    }
    return {};
}

const Term* Term::tail() const {
    const auto* list = std::get_if<ImproperList>(&value_);
    return list != nullptr ? &list->elements_and_tail.back() : nullptr;
}

bool Term::operator==(const Term& other) const {
    if (value_.index() != other.value_.index()) return false;
    if (const auto* value = as_integer()) return *value == *other.as_integer();
    if (const auto* value = as_float()) {
        return std::bit_cast<std::uint64_t>(*value) ==
               std::bit_cast<std::uint64_t>(*other.as_float());
    }
    if (const auto* value = as_atom()) return *value == *other.as_atom();
    if (const auto* value = as_binary()) return *value == *other.as_binary();
    if (!std::ranges::equal(elements(), other.elements())) return false;
    return tail() == nullptr || *tail() == *other.tail();
}

bool Term::read_elements(TermReader& reader, std::size_t at, std::uint32_t count, Elements& out) {
    if (!reader.keep(at, count)) return false;
    out.reserve(std::min<std::size_t>(count, list_reserve_cap));
    for (std::uint32_t i = 0; i < count; ++i) {
        if (!out.emplace_back().read(reader)) return false;
    }
    return true;
}

bool Term::read_bytes(TermReader& reader, std::size_t at, std::uint32_t count, Elements& out) {
    if (!reader.keep(at, count)) return false;
    out.reserve(count);  // they are all there: the header has been checked
    for (std::uint32_t i = 0; i < count; ++i) {
        std::uint8_t byte = 0;
        if (!reader.string_byte(byte)) return false;
        out.emplace_back(byte);
    }
    return true;
}

bool Term::read_tuple(TermReader& reader) {
    const auto at = reader.offset();
    std::uint32_t arity = 0;
    if (!reader.tuple(arity)) return false;
    if (!read_elements(reader, at, arity, value_.emplace<Tuple>().elements)) return false;
    reader.leave();
    return true;
}

bool Term::read_list(TermReader& reader) {
    const auto at = reader.offset();
    ListHead head;
    if (!reader.list(head)) return false;
    auto& elements = value_.emplace<List>().elements;
    if (head.string) return read_bytes(reader, at, head.count, elements) && reader.end_list(head);
    // With room for the tail of an improper list, which tags are.
    elements.reserve(std::min<std::size_t>(head.count, list_reserve_cap) + 1);
    if (!read_elements(reader, at, head.count, elements)) return false;
    if (reader.at_proper_end(head)) return reader.end_list(head);
    Term tail;
    if (!tail.read(reader)) return false;
    reader.leave();
    *this = list(std::move(elements), std::move(tail));
    return true;
}

bool Term::read(TermReader& reader) {
    switch (reader.peek()) {
        case TermKind::integer:
            return reader.integer(value_.emplace<Integer>());
        case TermKind::floating:
            return reader.floating(value_.emplace<double>());
        case TermKind::atom: {
            AtomView name;
            if (!reader.atom(name)) return false;
            name.assign_to(value_.emplace<Atom>().utf8);
            return true;
        }
        case TermKind::binary: {
            ByteView bytes;
            if (!reader.binary(bytes)) return false;
            value_.emplace<Bytes>(bytes.begin(), bytes.end());
            return true;
        }
        case TermKind::tuple:
            return read_tuple(reader);
        case TermKind::list:
            return read_list(reader);
        case TermKind::other:
            break;
    }
    return reader.fail_type("a term");
}

namespace {

Result<Term> read_whole(TermReader& reader) {
    Term term;
    if (!read_term(reader, term) || !reader.finish()) return std::unexpected(reader.take_error());
    return term;
}

bool is_string(const Term& list) {
    const auto elements = list.elements();
    if (list.tail() != nullptr || elements.empty() || elements.size() > max_string_length) {
        return false;
    }
    return std::ranges::all_of(elements, [](const Term& element) {
        const auto* value = element.as_integer();
        return value != nullptr && !value->negative && value->magnitude <= 255;
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

bool read_term(TermReader& reader, Term& out) {
    return out.read(reader);
}

Result<Term> read_term(ByteView term, const Limits& limits) {
    TermReader reader(term, limits);
    return read_whole(reader);
}

Result<Term> read_payload(ByteView payload, const Limits& limits) {
    TermReader reader(payload, limits);
    if (!reader.version()) return std::unexpected(reader.take_error());
    return read_whole(reader);
}

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
