// SPDX-License-Identifier: Apache-2.0
// What a term owns: copies, moves and parts of trees that were read, built by hand, or both.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <stdexcept>

#include "protocol/term/tree.hpp"
#include "protocol/tests/bytes_util.hpp"
#include "protocol/tests/gen_term.hpp"

namespace confd {
namespace {

using test::hex;
using test::unhex;

Term read(ByteView bytes) {
    auto term = read_term(test::ExactBuffer(bytes));
    if (!term) ADD_FAILURE() << hex(bytes) << ": " << to_string(term.error());
    return term.value_or(Term::atom("unreadable"));
}

/// Built in memory of its own for each tuple, list and text.
Term built() {
    return Term::tuple({1, Term::atom("ok"), Term::list({Term::text("some text"), 2}, Term(3)),
                        Term::tuple({Term::tuple({}), Term::list({1, 2, 3})})});
}

/// The same in one block.
Term one_block() {
    return read_payload(encode_payload(built())).value();
}

std::vector<Term> terms() {
    return {Term(),
            Term(-5),
            Term(0.5),
            Term::atom(""),
            Term::atom("ok"),
            Term::text(""),
            Term::text("text"),
            Term::tuple({}),
            Term::tuple({Term()}),
            built(),
            one_block(),
            Term::tuple({built(), one_block(), 7})};
}

TEST(TermOwnership, CopiesAreDeep) {
    for (auto& original : terms()) {
        const auto bytes = encode_payload(original);
        const Term copy = original;
        EXPECT_EQ(copy, original);
        original = Term();
        EXPECT_EQ(encode_payload(copy), bytes);
    }
}

TEST(TermOwnership, MovesTakeTheMemoryAlong) {
    for (auto& original : terms()) {
        const Term copy = original;
        const auto* elements = original.elements().data();
        Term moved = std::move(original);
        EXPECT_EQ(moved, copy);
        EXPECT_EQ(moved.elements().data(), elements);
        EXPECT_EQ(original, Term());  // NOLINT(bugprone-use-after-move): that is what is promised
        original = std::move(moved);
        EXPECT_EQ(original, copy);
        EXPECT_EQ(moved, Term());  // NOLINT(bugprone-use-after-move)
    }
}

TEST(TermOwnership, AssignsATermToItself) {
    for (auto& term : terms()) {
        const Term copy = term;
        auto& same = term;
        term = same;
        EXPECT_EQ(term, copy);
        term = std::move(same);
        EXPECT_EQ(term, copy);
    }
}

TEST(TermOwnership, AssignsOverWhatWasThere) {
    for (const auto& before : terms()) {
        for (const auto& after : terms()) {
            Term term = before;
            term = after;
            EXPECT_EQ(term, after);
            term = Term(before);
            EXPECT_EQ(term, before);
        }
    }
}

TEST(TermOwnership, PartsOutliveTheWhole) {
    for (auto term : {built(), one_block()}) {
        const Term list = term.elements()[2];
        term = term.elements()[3];
        EXPECT_EQ(term, Term::tuple({Term::tuple({}), Term::list({1, 2, 3})}));
        term = list;
        EXPECT_EQ(term, Term::list({Term::text("some text"), 2}, Term(3)));
        term = *term.tail();
        EXPECT_EQ(term, Term(3));
    }
    EXPECT_EQ(Term(one_block().elements()[1]), Term::atom("ok"));
    EXPECT_EQ(hex(*built().elements()[2].elements()[0].as_binary()), hex(as_bytes("some text")));
}

TEST(TermOwnership, BuildsOnTermsOfAnyOrigin) {
    Term term = one_block();
    for (int level = 0; level < 10; ++level)
        term = Term::tuple({term, std::move(term), Term::list({one_block()}, Term::text("tail"))});
    const auto bytes = encode_payload(term);
    EXPECT_EQ(read_payload(bytes), term);
    Term copy = term;
    term = copy.elements()[0];
    copy = Term();
    EXPECT_EQ(term.elements().size(), 3U);
}

TEST(TermOwnership, JoinsListsThatOwnTexts) {
    const auto list = [] { return Term::list({Term::text("b"), Term::tuple({Term::text("c")})}); };
    const auto joined =
        Term::list({Term::text("a"), Term::text("b"), Term::tuple({Term::text("c")})});
    EXPECT_EQ(Term::list({Term::text("a")}, list()), joined);
    EXPECT_EQ(Term::list({Term::text("a")}, read_payload(encode_payload(list())).value()), joined);
    EXPECT_EQ(Term::list({1}, Term::list({2}, Term::text("t"))),
              Term::list({1, 2}, Term::text("t")));
}

TEST(TermOwnership, KeepsATermWhenReadingFails) {
    for (const auto& before : terms()) {
        // The error is behind a text, in a list that is larger than any event's.
        Bytes bytes = unhex("68 03 6d 00000001 61 6c 00001000");
        for (int i = 0; i < 4096; ++i)
            bytes.insert(bytes.end(), {0x64, 0x00, 0x01, 0xe9});
        bytes.insert(bytes.end(), {0x6a, 0x74, 0, 0, 0, 0});
        TermReader reader(bytes);
        Term term = before;
        EXPECT_FALSE(read_term(reader, term));
        EXPECT_EQ(reader.error().code, Errc::unsupported_tag);
        EXPECT_EQ(term, before);
    }
}

TEST(TermOwnership, RefusesWhatHasNoSize) {
    const std::uint8_t byte = 0;
    EXPECT_THROW(Term::binary({&byte, std::size_t{1} << 32}), std::length_error);
}

// ---- Reading into one block. ----

TEST(TermOwnership, ReadsLatin1AnywhereInATree) {
    EXPECT_EQ(read(unhex("64 0001 e9")), Term::atom("\xc3\xa9"));
    EXPECT_EQ(read(unhex("68 05 64 0002 61 ff  6d 00000002 c3 e9  73 03 e9 e9 e9  77 02 c3 a9"
                         "     64 0001 62")),
              Term::tuple({Term::atom("a\xc3\xbf"), Term::text("\xc3\xe9"),
                           Term::atom("\xc3\xa9\xc3\xa9\xc3\xa9"), Term::atom("\xc3\xa9"),
                           Term::atom("b")}));
    EXPECT_EQ(read(unhex("6c 00000001 64 0001 e9 6c 00000001 64 0001 e9 64 0001 e9")),
              Term::list({Term::atom("\xc3\xa9"), Term::atom("\xc3\xa9")}, Term::atom("\xc3\xa9")));
    EXPECT_EQ(read(unhex("68 01 6c 00000000 64 0001 e9")), Term::tuple({Term::atom("\xc3\xa9")}));
    EXPECT_EQ(read(unhex("68 01 64 0001 e9")), Term::tuple({Term::atom("\xc3\xa9")}));
}

TEST(TermOwnership, ReadsListsThatGoOnInTheirTails) {
    // [{}, <<"a">> | ["b" | [<<"c">> | d]]]
    const auto chain = unhex(
        "6c 00000002 68 00 6d 00000001 61  6c 00000001 6b 0001 62  6c 00000001 6d 00000001 63"
        "  64 0001 64");
    const auto list = Term::list(
        {Term::tuple({}), Term::text("a"), Term::list({0x62}), Term::text("c")}, Term::atom("d"));
    EXPECT_EQ(read(chain), list);
    Bytes inside = unhex("68 02");
    inside.insert(inside.end(), chain.begin(), chain.end());
    inside.insert(inside.end(), chain.begin(), chain.end());
    EXPECT_EQ(read(inside), Term::tuple({list, list}));
    // Without elements, or with the short form, in the tail.
    EXPECT_EQ(read(unhex("6c 00000000 6c 00000000 6c 00000001 6101 6a")), Term::list({1}));
    EXPECT_EQ(read(unhex("6c 00000001 6101 6c 00000000 6c 00000000 6a")), Term::list({1}));
    EXPECT_EQ(read(unhex("6c 00000001 6101 6c 00000000 6102")), Term::list({1}, 2));
    EXPECT_EQ(read(unhex("6c 00000000 6c 00000000 68 01 6101")), Term::tuple({1}));
    EXPECT_EQ(read(unhex("6c 00000001 6d 00000001 61 6b 0002 0102")),
              Term::list({Term::text("a"), 1, 2}));
}

TEST(TermOwnership, ReadsLargeTrees) {
    const Term row = Term::tuple({1, Term::text("text"), Term::list({300, Term::atom("a")}, 2)});
    const Term rows = Term::list(Term::Elements(20000, row));
    EXPECT_EQ(read_payload(encode_payload(rows)), rows);
    const Term copy = rows;
    EXPECT_EQ(copy, rows);
    const Term text = Term::binary(Bytes(1 << 20, 7));
    EXPECT_EQ(read_payload(encode_payload(Term::tuple({text, text}))), Term::tuple({text, text}));
    Term deep;
    for (std::size_t level = 0; level < Limits{}.nesting; ++level)
        deep = Term::list({std::move(deep), Term::text("x")}, static_cast<int>(level));
    EXPECT_EQ(read_payload(encode_payload(deep)), deep);
}

RC_GTEST_PROP(TermOwnershipProperty, IsTheSameReadCopiedMovedAndWritten, (const Term& term)) {
    const auto payload = encode_payload(term);
    auto tree = read_payload(payload);
    RC_ASSERT(tree.has_value());
    Term copy = *tree;
    RC_ASSERT(copy == term);
    Term moved = std::move(*tree);
    RC_ASSERT(moved == copy);
    copy = Term::tuple({moved, copy});
    moved = copy.elements()[1];
    copy = Term();
    RC_ASSERT(moved == term);
    RC_ASSERT(encode_payload(moved) == payload);
}

// A list may be cut anywhere, and its tail be the rest of it.
RC_GTEST_PROP(TermOwnershipProperty, JoinsListsHoweverTheyAreCut,
              (const std::vector<std::vector<std::uint16_t>>& parts, const Term& last)) {
    RC_PRE(parts.size() <= 60U);
    Bytes bytes;
    TermWriter writer(bytes);
    Term::Elements all;
    for (const auto& part : parts) {
        writer.list(part.size());
        for (const auto number : part) {
            const auto element = number % 2 == 0 ? Term(number) : Term::tuple({Term::text("odd")});
            write_term(writer, element);
            all.push_back(element);
        }
    }
    write_term(writer, last);
    const auto tree = read_term(bytes, {.nesting = 64, .elements = 100000});
    RC_ASSERT(tree.has_value());
    RC_ASSERT(*tree == Term::list(std::move(all), last));
}

}  // namespace
}  // namespace confd
