// SPDX-License-Identifier: Apache-2.0
#include "protocol/term/notation.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "protocol/tests/bytes_util.hpp"
#include "protocol/tests/gen_term.hpp"
#include "protocol/utf8.hpp"

namespace confd {
namespace {

using test::unhex;

Term bytes_term(std::string_view digits) {
    return Term::binary(unhex(digits));
}

struct Spelling {
    Term term;
    std::string_view text;
};

// ------------------------------------------------------------- both printed and read

class NotationSpelling : public testing::TestWithParam<Spelling> {};

TEST_P(NotationSpelling, IsPrinted) {
    EXPECT_EQ(to_string(GetParam().term), GetParam().text);
}

TEST_P(NotationSpelling, IsRead) {
    const auto term = parse_term(GetParam().text);
    ASSERT_TRUE(term) << to_string(term.error());
    EXPECT_EQ(*term, GetParam().term);
}

const Spelling spellings[] = {
    {Term::tuple({1, 5, Term::text("admin")}), R"({1, 5, <<"admin">>})"},
    {Term::tuple({}), "{}"},
    {Term(), "[]"},
    {Term::list({1, 2}), "[1, 2]"},
    {Term::list({1}, 2), "[1|2]"},
    {Term::list({1, -2}, Term::atom("a")), "[1, -2|a]"},
    {Term(0), "0"},
    {Term(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615"},
    {Term(test::integer_of(std::numeric_limits<std::uint64_t>::max(), true)),
     "-18446744073709551615"},
    {Term(1.0), "1.0"},
    {Term(-0.0), "-0.0"},
    {Term(0.1), "0.1"},
    {Term(1e22), "1.0e+22"},
    {Term(-1.5e-7), "-1.5e-07"},
    {Term(std::numeric_limits<double>::denorm_min()), "5.0e-324"},
    {Term(std::numeric_limits<double>::max()), "1.7976931348623157e+308"},
    {Term::atom("ok"), "ok"},
    {Term::atom("aB_1@x"), "aB_1@x"},
    {Term::atom(""), "''"},
    {Term::atom("Ok"), "'Ok'"},
    {Term::atom("_"), "'_'"},
    {Term::atom("a b"), "'a b'"},
    {Term::atom("end"), "'end'"},
    {Term::atom("maybe"), "'maybe'"},
    {Term::atom("it's"), R"('it\'s')"},
    {Term::atom("a\\b\n"), R"('a\\b\n')"},
    {Term::atom(std::string("\0\x7f", 2)), R"('\x{0}\x{7f}')"},
    {Term::atom("\xc3\xa9"), "'\xc3\xa9'"},
    {Term::atom("\xe2\x82\xac\xe2\x80\xae"), "'\xe2\x82\xac\\x{202e}'"},
    {Term::atom("\xef\xbf\xbe"), R"('\x{fffe}')"},
    {Term::text(""), "<<>>"},
    {Term::text("say \"hi\"\\\t\r\n"), R"(<<"say \"hi\"\\\t\r\n">>)"},
    {Term::text("it's"), R"(<<"it's">>)"},
    {Term::text("\b\v\f\x1b"), R"(<<"\b\v\f\e">>)"},
    {Term::text("caf\xc3\xa9"), "<<\"caf\xc3\xa9\"/utf8>>"},
    {Term::text("\xef\xbb\xbfx"), "<<\"\\x{feff}x\"/utf8>>"},
    {bytes_term("0001ff"), "<<0,1,255>>"},
    {bytes_term("61 7f"), "<<97,127>>"},
    {bytes_term("c285"), "<<194,133>>"},        // a control character beyond ASCII
    {bytes_term("efbfbe"), "<<239,191,190>>"},  // U+FFFE
    {bytes_term("e9"), "<<233>>"},
};

INSTANTIATE_TEST_SUITE_P(All, NotationSpelling, testing::ValuesIn(spellings));

// ------------------------------------------------------------------------- only read

class NotationAccepts : public testing::TestWithParam<Spelling> {};

TEST_P(NotationAccepts, TheSameTerm) {
    const auto term = parse_term(GetParam().text);
    ASSERT_TRUE(term) << to_string(term.error());
    EXPECT_EQ(*term, GetParam().term);
}

const Spelling accepted[] = {
    {Term::tuple({1, Term::list({2})}), " {\n\t1 , % one\n [ 2 ] } % end"},
    {Term::atom("ok"), "ok."},
    {Term::atom("ok"), "ok .\n"},
    {Term::list({97, 98, 8364}), "\"ab\xe2\x82\xac\""},
    {Term::list({97, 98}), "\"a\" %c\n \"b\""},
    {Term(), "\"\""},
    {Term(255), "16#ff"},
    {Term(255), "16#FF"},
    {Term(-5), "-2#101"},
    {Term(35), "36#z"},
    {Term(1000), "1_000"},
    {Term(-5), "- 5"},
    {Term(5), "+5"},
    {Term(97), "$a"},
    {Term(32), "$ "},
    {Term(10), R"($\n)"},
    {Term(8364), "$\xe2\x82\xac"},
    {Term(-97), "-$a"},
    {Term(15.0), "1.5E1"},
    {Term(0.15), "1.5e-1"},
    {Term(0), "-0"},
    {Term::list({8, 9, 10, 11, 12, 13, 27, 32, 127, 113}), R"("\b\t\n\v\f\r\e\s\d\q")"},
    {Term::list({0, 83, 255, 255, 8364, 1}), R"("\0\123\377\xff\x{20aC}\^a")"},
    {Term::atom("caf\xc3\xa9"), "caf\xc3\xa9"},  // bare letters of Latin-1
    {Term::atom("maybe"), "maybe"},
    {Term::atom("ok"), "'ok'"},
    {Term::list({1, 2, 3}), "[1|[2|[3|[]]]]"},
    {Term::list({1, 2}, 3), "[1|[2|3]]"},
    {Term::text("a\1\2"), R"(<<"a", 1, 2>>)"},
    {Term::text("abc"), R"(<< "a" "b", $c >>)"},
    {Term::binary(Bytes{0}), R"(<<$\0>>)"},
    {bytes_term("e9"), "<<\"\xc3\xa9\">>"},
    {bytes_term("c3a901"), "<<\"\xc3\xa9\" / utf8, 1>>"},
    {bytes_term(""), "<< >>"},
    {bytes_term(""), R"(<<"">>)"},
    {bytes_term("ff0f"), "<<16#ff, 15>>"},
};

INSTANTIATE_TEST_SUITE_P(All, NotationAccepts, testing::ValuesIn(accepted));

// ---------------------------------------------------------------------------- errors

struct Mistake {
    std::string text;
    std::string_view complaint;
};

class NotationRefuses : public testing::TestWithParam<Mistake> {};

TEST_P(NotationRefuses, SayingWhereAndWhy) {
    const auto term = parse_term(GetParam().text);
    ASSERT_FALSE(term) << to_string(*term);
    EXPECT_EQ(to_string(term.error()), GetParam().complaint);
}

const Mistake mistakes[] = {
    {"", "line 1, column 1: expected a term, found the end of the text"},
    {"{1,\n 2", "line 2, column 3: expected ',' or '}', found the end of the text"},
    {"{1, 2]", "line 1, column 6: expected ',' or '}', found ']'"},
    {"[1, 2}", "line 1, column 6: expected ',', '|' or ']', found '}'"},
    {"[1|2, 3]", "line 1, column 5: expected ']', found ','"},
    {"[|2]", "line 1, column 2: expected a term, found '|'"},
    {"{1,}", "line 1, column 4: expected a term, found '}'"},
    {"<<\"\xc3\xa9\"/utf8>> x",
     "line 1, column 14: expected the end of the term, found the atom x"},
    {"1 2", "line 1, column 3: expected the end of the term, found '2'"},
    {"1..", "line 1, column 3: expected the end of the term, found '.'"},
    {"Pid", "line 1, column 1: expected a term, found the variable Pid"},
    {"{ok, end}", "line 1, column 6: expected a term, found the reserved word end"},
    {"#{}", "line 1, column 1: expected a term, found '#'"},
    {"<1.2.3>", "line 1, column 1: expected a term, found '<'"},
    {"'abc", "line 1, column 1: expected a closing quote, found a quoted atom without an end"},
    {"[\"abc]", "line 1, column 2: expected a closing quote, found a string without an end"},
    {"\"a\\", "line 1, column 4: expected an escape sequence, found the end of the text"},
    {R"("\x{}")", "line 1, column 5: expected a hexadecimal digit, found '}'"},
    {R"("\xf")", "line 1, column 5: expected a hexadecimal digit, found a string"},
    {R"("\x{41")", "line 1, column 7: expected '}', found a string"},
    {R"("\x{110000}")", "line 1, column 2: expected a character, found 0x110000"},
    {R"("\x{d800}")", "line 1, column 2: expected a character, found 0xd800"},
    {"$", "line 1, column 2: expected a character, found the end of the text"},
    {"-a", "line 1, column 2: expected a number, found the atom a"},
    {"--1", "line 1, column 2: expected a number, found '-'"},
    {"12ab", "line 1, column 3: expected the end of an integer, found the atom ab"},
    {"1_", "line 1, column 2: expected the end of an integer, found the variable _"},
    {"1.5x", "line 1, column 4: expected the end of a float, found the atom x"},
    {"1#0", "line 1, column 1: expected a base from 2 to 36, found base 1"},
    {"37#0", "line 1, column 1: expected a base from 2 to 36, found base 37"},
    {"2#2", "line 1, column 3: expected a digit of base 2, found '2'"},
    {"2#12", "line 1, column 4: expected the end of an integer, found '2'"},
    {"18446744073709551616",
     "line 1, column 1: expected an integer of at most 64 bits, found a larger number"},
    {"-16#10000000000000000",
     "line 1, column 2: expected an integer of at most 64 bits, found a larger number"},
    {"1.0e309", "line 1, column 1: expected a float of 64 bits, found 1.0e309"},
    {"<<256>>", "line 1, column 3: expected a byte, found 256"},
    {"<<-1>>", "line 1, column 3: expected a string, a byte or '>>', found '-'"},
    {"<<1 2>>", "line 1, column 5: expected ',' or '>>', found '2'"},
    {"<<1,>>", "line 1, column 5: expected a string, a byte or '>>', found '>'"},
    {"<<\"\xe2\x82\xac\">>",
     "line 1, column 3: expected bytes, or /utf8 behind them, found character 8364"},
    {R"(<<"a"/utf16>>)", "line 1, column 7: expected utf8, found the atom utf16"},
    {R"(<<"a"/utf8x>>)", "line 1, column 11: expected ',' or '>>', found the atom x"},
    {"{\xc3\xa9,\xff}", "line 1, column 4: expected UTF-8, found byte 255"},
    {std::string("{1,\x01\x07 \x7f}"), "line 1, column 7: expected a term, found character 127"},
};

INSTANTIATE_TEST_SUITE_P(All, NotationRefuses, testing::ValuesIn(mistakes));

// ---------------------------------------------------------------------------- limits

std::string nested(std::size_t depth, std::string_view open, std::string_view inside,
                   std::string_view close) {
    std::string out;
    for (std::size_t i = 0; i < depth; ++i)
        out += open;
    out += inside;
    for (std::size_t i = 0; i < depth; ++i)
        out += close;
    return out;
}

TEST(NotationLimits, NestingCountsAsOnTheWire) {
    for (const auto& [open, inside, close] : {std::tuple{"{", "1", "}"},
                                              {"[", "1", "]"},
                                              {"[1|", "2", "]"},
                                              {"{", "[]", "}"},
                                              {"[", "\"\"", "]"},
                                              {"{", "<<>>", "}"}}) {
        const auto most = parse_term(nested(64, open, inside, close));
        ASSERT_TRUE(most) << to_string(most.error());
        EXPECT_TRUE(read_payload(encode_payload(*most)));
        const auto more = parse_term(nested(65, open, inside, close));
        ASSERT_FALSE(more);
        EXPECT_EQ(more.error().column, 64 * std::string_view(open).size() + 1);
    }
    EXPECT_TRUE(parse_term(nested(63, "{", "\"a\"", "}")));
    EXPECT_FALSE(parse_term(nested(64, "{", "\"a\"", "}")));
    EXPECT_FALSE(parse_term(std::string(1'000'000, '[')));
}

TEST(NotationLimits, AtomsHave255Characters) {
    for (const std::string character : {"a", "\xc3\xa9", "\xf0\x9f\x90\x99"}) {
        std::string name;
        for (int i = 0; i < 255; ++i)
            name += character;
        EXPECT_EQ(parse_term("'" + name + "'"), Term::atom(name));
        const auto longer = parse_term("{'" + name + character + "'}");
        ASSERT_FALSE(longer);
        EXPECT_EQ(to_string(longer.error()),
                  "line 1, column 2: expected an atom of at most 255 characters, found one of 256");
    }
    EXPECT_FALSE(parse_term(std::string(256, 'a')));
}

RC_GTEST_PROP(Notation, ReadsWhatItPrints, (const Term& term)) {
    const auto text = to_string(term);
    RC_ASSERT(utf8_length(text).has_value());
    RC_ASSERT(text.find('\n') == std::string::npos);
    RC_ASSERT(parse_term(text).value() == term);
}

RC_GTEST_PROP(Notation, SurvivesAnyText, (const Term& term)) {
    // A change in the middle of a good text gets further than noise.
    auto text = to_string(term);
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const auto piece = *rc::gen::element<std::string>(
        "", "\"", "'", "\\", "{", "]", "|", "<<", ">>", "$", "#", "%", "\xff", "\n", "1", "e", "/");
    text.replace(at, *rc::gen::inRange<std::size_t>(0, 3), piece);
    const test::ExactBuffer exact(as_bytes(text));
    if (const auto parsed = parse_term(as_text(exact))) {
        RC_ASSERT(parse_term(to_string(*parsed)).value() == *parsed);
    } else {
        RC_ASSERT(!parsed.error().expected.empty());
        RC_ASSERT(!parsed.error().found.empty());
    }
}

}  // namespace
}  // namespace confd
