// SPDX-License-Identifier: Apache-2.0
// Any bytes as a payload: the tree, the reader, skipping, the writer and Erlang's C library must
// agree about them. And as the text of a term: what is read prints as text of the same term.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/input.hpp"
#include "fuzz/libei.hpp"
#include "fuzz/oracle.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/term/tree.hpp"
#include "protocol/utf8.hpp"

using namespace confd;

namespace {

std::size_t size_of(const Term& term) {
    std::size_t size = 1;
    for (const auto& element : term.elements())
        size += size_of(element);
    return term.tail() == nullptr ? size : size + size_of(*term.tail());
}

void check_reads(TermReader& reader, const Term& tree);

/// The reader is at a list, whose elements are those of the tree's list from `first` on.
void check_list(TermReader& reader, const Term& tree, std::size_t first) {
    ListHead head;
    FUZZ_REQUIRE(reader.list(head));
    const auto end = first + head.count;
    FUZZ_REQUIRE(end == 0 || (tree.kind() == TermKind::list && end <= tree.elements().size()));
    for (auto i = first; i < end; ++i) {
        std::uint8_t byte = 0;
        if (!head.string) {
            check_reads(reader, tree.elements()[i]);
        } else {
            FUZZ_REQUIRE(reader.string_byte(byte) && tree.elements()[i].as_integer() == byte);
        }
    }
    if (reader.at_proper_end(head)) {
        FUZZ_REQUIRE(reader.end_list(head));
        FUZZ_REQUIRE(end == tree.elements().size() && tree.tail() == nullptr);
        return;
    }
    if (reader.peek() == TermKind::list) {
        check_list(reader, tree, end);
    } else {
        // A tail without elements before it is all that there is of the list.
        FUZZ_REQUIRE(end == 0 || tree.tail() != nullptr);
        check_reads(reader, end == 0 ? tree : *tree.tail());
    }
    reader.leave();
}

/// Term by term, the reader finds what the tree holds.
void check_reads(TermReader& reader, const Term& tree) {
    switch (reader.peek()) {
        case TermKind::integer: {
            Integer value;
            FUZZ_REQUIRE(reader.integer(value) && tree.as_integer() == value);
            return;
        }
        case TermKind::floating: {
            double value = 0;
            FUZZ_REQUIRE(reader.floating(value) && Term(value) == tree);
            return;
        }
        case TermKind::atom: {
            AtomView name;
            std::string utf8;
            FUZZ_REQUIRE(reader.atom(name));
            name.assign_to(utf8);
            FUZZ_REQUIRE(tree.is_atom(utf8));
            return;
        }
        case TermKind::binary: {
            ByteView bytes;
            FUZZ_REQUIRE(reader.binary(bytes) && tree == Term::binary(bytes));
            return;
        }
        case TermKind::tuple: {
            std::uint32_t arity = 0;
            FUZZ_REQUIRE(reader.tuple(arity) && tree.elements().size() == arity);
            for (const auto& element : tree.elements())
                check_reads(reader, element);
            return reader.leave();
        }
        case TermKind::list:
            return check_list(reader, tree, 0);
        case TermKind::other:
            FUZZ_REQUIRE(false);
    }
}

void check_tree(ByteView payload, const Term& tree) {
    TermReader reader(payload);
    FUZZ_REQUIRE(reader.version());
    check_reads(reader, tree);
    FUZZ_REQUIRE(reader.finish());
    FUZZ_REQUIRE(size_of(tree) <= payload.size());
    fuzz::require_libei_agrees(payload);
    const auto canonical = encode_payload(tree);
    const auto again = read_payload(canonical);
    FUZZ_REQUIRE(again.has_value() && *again == tree);
    FUZZ_REQUIRE(encode_payload(*again) == canonical);
    const auto parsed = parse_term(to_string(tree));
    FUZZ_REQUIRE(parsed.has_value() && *parsed == tree);
    fuzz::each_cut(payload.size(), [&](std::size_t cut) {
        const auto prefix = read_payload(payload.first(cut));
        FUZZ_REQUIRE(!prefix.has_value() && prefix.error().code == Errc::truncated);
    });
}

void check_payload(ByteView payload) {
    TermReader skipping(payload);
    const bool skipped = skipping.version() && skipping.skip() && skipping.finish();
    const auto tree = read_payload(payload);
    FUZZ_REQUIRE(tree.has_value() == skipped);
    if (tree) return check_tree(payload, *tree);
    FUZZ_REQUIRE(tree.error().code == skipping.error().code);
    FUZZ_REQUIRE(tree.error().offset == skipping.error().offset);
    FUZZ_REQUIRE(tree.error().offset <= payload.size());
    FUZZ_REQUIRE(!tree.error().message.empty());
}

/// A reader that wants one kind of term takes it, or says wrong_type and reads nothing.
template <class Read>
void check_kind(ByteView payload, TermKind kind, Read&& read) {
    TermReader reader(payload);
    if (!reader.version()) return;
    const auto found = reader.peek();
    const bool taken = read(reader);
    FUZZ_REQUIRE(taken == reader.ok());
    if (taken) FUZZ_REQUIRE(found == kind);
    if (found == kind || reader.ok()) return;
    FUZZ_REQUIRE(reader.error().offset == (payload.size() > 1 ? 1U : payload.size()));
    const auto code = reader.error().code;
    FUZZ_REQUIRE((code == Errc::wrong_type) == (found != TermKind::other));
    FUZZ_REQUIRE(!reader.skip() && reader.error().code == code);  // errors are sticky
}

void check_kinds(ByteView payload) {
    check_kind(payload, TermKind::integer, [](TermReader& r) {
        Integer out;
        return r.integer(out);
    });
    check_kind(payload, TermKind::floating, [](TermReader& r) {
        double out = 0;
        return r.floating(out);
    });
    check_kind(payload, TermKind::atom, [](TermReader& r) {
        AtomView out;
        return r.atom(out);
    });
    check_kind(payload, TermKind::binary, [](TermReader& r) {
        ByteView out;
        return r.binary(out);
    });
    check_kind(payload, TermKind::tuple, [](TermReader& r) {
        std::uint32_t arity = 0;
        return r.tuple(arity);
    });
    check_kind(payload, TermKind::list, [](TermReader& r) {
        return r.each([](TermReader& element) { return element.skip(); });
    });
}

void check_text(std::string_view text) {
    const auto term = parse_term(text);
    if (!term) {
        const auto& error = term.error();
        const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
        FUZZ_REQUIRE(error.line >= 1 && error.line <= lines);
        FUZZ_REQUIRE(error.column >= 1 && error.column <= text.size() + 1);
        FUZZ_REQUIRE(!error.found.empty() && !error.expected.empty());
        FUZZ_REQUIRE(!to_string(error).empty());
        return;
    }
    FUZZ_REQUIRE(parse_term(to_string(*term)) == *term);
    const auto again = read_payload(encode_payload(*term));
    FUZZ_REQUIRE(again.has_value() && *again == *term);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes(data, size);
    check_payload(bytes);
    check_kinds(bytes);
    check_text(as_text(bytes));
    return 0;
}
