// SPDX-License-Identifier: Apache-2.0
#include "protocol/term/tree.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocol/tests/bytes_util.hpp"
#include "protocol/tests/gen_term.hpp"

namespace confd {
namespace {

using test::hex;
using test::unhex;

Term term_of(std::string_view digits) {
    const test::ExactBuffer bytes(unhex(digits));
    auto term = read_term(bytes.view());
    if (!term) ADD_FAILURE() << digits << ": " << to_string(term.error());
    return term.value_or(Term::atom("unreadable"));
}

std::string written(const Term& term) {
    Bytes out;
    TermWriter writer(out);
    write_term(writer, term);
    return hex(out);
}

TEST(Term, KnowsWhatItIs) {
    EXPECT_EQ(Term().kind(), TermKind::list);
    EXPECT_EQ(Term(1).kind(), TermKind::integer);
    EXPECT_EQ(Term(1.5).kind(), TermKind::floating);
    EXPECT_EQ(Term::atom("a").kind(), TermKind::atom);
    EXPECT_EQ(Term::text("a").kind(), TermKind::binary);
    EXPECT_EQ(Term::tuple({1}).kind(), TermKind::tuple);
    EXPECT_EQ(Term::list({1}, 2).kind(), TermKind::list);

    EXPECT_EQ(*Term(-7).as_integer(), Integer(-7));
    EXPECT_EQ(*Term(1.5).as_float(), 1.5);
    EXPECT_EQ(*Term::atom("ok").as_atom(), "ok");
    EXPECT_TRUE(Term::atom("ok").is_atom("ok"));
    EXPECT_FALSE(Term::text("ok").is_atom("ok"));
    EXPECT_EQ(hex(*Term::text("hi").as_binary()), "6869");
    EXPECT_EQ(Term(1).as_atom(), std::nullopt);
    EXPECT_EQ(Term::atom("a").as_integer(), std::nullopt);
}

TEST(Term, HasElements) {
    const auto tuple = Term::tuple({1, Term::atom("a")});
    ASSERT_EQ(tuple.elements().size(), 2U);
    EXPECT_EQ(tuple.elements()[1], Term::atom("a"));
    EXPECT_EQ(tuple.tail(), nullptr);
    const auto improper = Term::list({1, 2}, 3);
    EXPECT_EQ(improper.elements().size(), 2U);
    ASSERT_NE(improper.tail(), nullptr);
    EXPECT_EQ(*improper.tail(), Term(3));
    EXPECT_TRUE(Term(1).elements().empty());
}

TEST(Term, JoinsListsAsErlangDoes) {
    EXPECT_EQ(Term::list({1}, Term::list({2, 3})), Term::list({1, 2, 3}));
    EXPECT_EQ(Term::list({1}, Term::list({2}, 3)), Term::list({1, 2}, 3));
    EXPECT_EQ(Term::list({1}, Term()), Term::list({1}));
    EXPECT_EQ(Term::list({}, 5), Term(5));
}

TEST(Term, ComparesByKindAndContent) {
    EXPECT_EQ(term_of("6b 0002 0102"), term_of("6c 00000002 6101 6102 6a"));
    EXPECT_EQ(term_of("6c 00000001 6101 6b 0001 02"), Term::list({1, 2}));
    EXPECT_EQ(term_of("6c 00000000 6a"), Term());
    EXPECT_EQ(term_of("6c 00000000 6105"), Term(5));
    EXPECT_NE(Term::list({1, 2}), Term::tuple({1, 2}));
    EXPECT_NE(Term::list({1, 2}), Term::list({1}, 2));
    EXPECT_NE(Term::list({1}, 2), Term::list({1}, 3));
    EXPECT_NE(Term::text("a"), Term::atom("a"));
    EXPECT_NE(Term(1), Term(1.0));
    EXPECT_NE(Term(0.0), Term(-0.0));
    EXPECT_NE(Term::list({1}), Term::list({1, 2}));
}

TEST(Term, WritesTheCanonicalForm) {
    EXPECT_EQ(written(Term()), "6a");
    EXPECT_EQ(written(Term::list({1, 255})), "6b000201ff");
    EXPECT_EQ(written(Term::list({1, 256})), "6c00000002610162000001006a");
    EXPECT_EQ(written(Term::list({1, -1})), "6c00000002610162ffffffff6a");
    EXPECT_EQ(written(Term::list({1}, 2)), "6c0000000161016102");
    EXPECT_EQ(written(Term::list({Term::atom("a")})), "6c00000001640001616a");
    EXPECT_EQ(written(Term::list({1.0})), "6c00000001463ff00000000000006a");
    EXPECT_EQ(written(term_of("6b 0001 05")), "6b000105");
    EXPECT_EQ(hex(encode_payload(Term::atom("ok"))), "836400026f6b");
}

TEST(Term, WritesShortListsUpTo65535) {
    const Term::Elements most(65535, Term(7));
    EXPECT_EQ(written(Term::list(most)).substr(0, 6), "6bffff");
    auto more = most;
    more.emplace_back(7);
    EXPECT_EQ(written(Term::list(more)).substr(0, 10), "6c00010000");
    EXPECT_EQ(read_payload(encode_payload(Term::list(more))), Term::list(more));
}

TEST(Term, ReadsTuplesOfBothSizes) {
    EXPECT_EQ(term_of("68 01 6101"), term_of("69 00000001 6101"));
    EXPECT_EQ(term_of("68 00"), term_of("69 00000000"));
    const auto large = Term::tuple(Term::Elements(256, Term(1)));
    EXPECT_EQ(written(large).substr(0, 10), "6900000100");
    EXPECT_EQ(written(Term::tuple(Term::Elements(255, Term(1)))).substr(0, 4), "68ff");
    EXPECT_EQ(read_payload(encode_payload(large)), large);
}

TEST(Term, PayloadsHaveAVersion) {
    EXPECT_EQ(read_payload(unhex("83 6a")), Term());
    EXPECT_EQ(read_payload(unhex("82 6a")).error().code, Errc::bad_version);
    EXPECT_EQ(read_payload(unhex("")).error().code, Errc::truncated);
    EXPECT_EQ(read_payload(unhex("83 6a 6a")).error().code, Errc::trailing_bytes);
    EXPECT_EQ(read_term(unhex("6a 6a")).error().code, Errc::trailing_bytes);
    EXPECT_EQ(read_term(unhex("83 6a")).error().code, Errc::unknown_tag);
}

TEST(Term, ReadsOneAmongOthers) {
    const auto bytes = unhex("68 02 6101 6102 6103");
    TermReader reader(bytes);
    Term term;
    ASSERT_TRUE(read_term(reader, term));
    EXPECT_EQ(term, Term::tuple({1, 2}));
    ASSERT_TRUE(read_term(reader, term));
    EXPECT_EQ(term, Term(3));
    EXPECT_TRUE(reader.finish());
    EXPECT_FALSE(read_term(reader, term));
}

TEST(Term, KeepsErrorsAndTheirPlace) {
    const auto error = read_payload(unhex("83 68 02 6101 74 00000000")).error();
    EXPECT_EQ(error.code, Errc::unsupported_tag);
    EXPECT_EQ(error.offset, 5U);
}

TEST(Term, HonoursALowerNesting) {
    Limits limits;
    limits.nesting = 1;
    EXPECT_TRUE(read_term(unhex("68 01 6a"), limits));
    EXPECT_EQ(read_term(unhex("68 01 68 00"), limits).error().code, Errc::too_deep);
}

TEST(Term, KeepsNoMoreElementsThanTheLimit) {
    Limits limits;
    limits.elements = 4;
    const auto read = [&](std::string_view digits) { return read_term(unhex(digits), limits); };
    // {[1, 2], []} and the same as a string: four elements.
    EXPECT_TRUE(read("68 02 6c 00000002 61 01 61 02 6a 6a"));
    EXPECT_TRUE(read("68 02 6b 0002 01 02 6a"));
    for (const auto* const five : {"68 02 6c 00000003 61 01 61 02 61 03 6a 6a",
                                   "68 02 6b 0003 01 02 03 6a", "68 02 6a 68 03 6a 6a 6a"}) {
        const auto term = read(five);
        ASSERT_FALSE(term) << five;
        EXPECT_EQ(term.error().code, Errc::too_many_elements);
    }
    EXPECT_EQ(read("68 02 6a 68 03 6a 6a 6a").error().offset, 3U);
    // What is only looked at is not kept.
    const auto bytes = unhex("68 05 6a 6a 6a 6a 6a");
    TermReader reader(bytes, limits);
    EXPECT_TRUE(reader.skip() && reader.finish());
}

RC_GTEST_PROP(TermProperty, SurvivesTheWire, (const Term& term)) {
    const test::ExactBuffer payload(encode_payload(term));
    const auto back = read_payload(payload);
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == term);
    RC_ASSERT(encode_payload(*back) == encode_payload(term));
}

RC_GTEST_PROP(TermProperty, AcceptsNoPartAndNoMore, (const Term& term)) {
    const auto payload = encode_payload(term);
    RC_PRE(payload.size() <= 2000U);
    const auto tree = [](ByteView bytes) { return read_payload(bytes); };
    RC_ASSERT(test::truncation_fault(payload, tree) == "");
    const auto skip = [](ByteView bytes) -> Result<ByteView> {
        TermReader reader(bytes);
        ByteView raw;
        if (reader.version() && reader.raw(raw) && reader.finish()) return raw;
        return std::unexpected(reader.take_error());
    };
    RC_ASSERT(test::truncation_fault(payload, skip) == "");
}

// Any byte may be changed: whatever comes out, skip() and the tree agree on it.
RC_GTEST_PROP(TermProperty, SkipsWhatItReads, (const Term& term)) {
    auto bytes = encode_payload(term);
    const auto changes = *rc::gen::inRange(0, 3);
    for (int i = 0; i < changes; ++i) {
        const auto at = *rc::gen::inRange<std::size_t>(1, bytes.size());
        bytes[at] = *rc::gen::oneOf(rc::gen::inRange<std::uint8_t>(97, 120),
                                    rc::gen::arbitrary<std::uint8_t>());
    }
    const test::ExactBuffer payload(bytes);
    TermReader tree(payload);
    TermReader skip(payload);
    RC_ASSERT(tree.version());
    RC_ASSERT(skip.version());
    Term read;
    ByteView raw;
    RC_ASSERT(read_term(tree, read) == skip.raw(raw));
    if (tree.ok()) {
        RC_ASSERT(tree.offset() == skip.offset());
        RC_ASSERT(raw.size() == skip.offset() - 1);
        RC_ASSERT(read_payload(encode_payload(read)).value() == read);
    } else {
        RC_ASSERT(tree.error().code == skip.error().code);
        RC_ASSERT(tree.error().offset == skip.error().offset);
    }
}

}  // namespace
}  // namespace confd
