// SPDX-License-Identifier: Apache-2.0
// Erlang/OTP reads what is written here as the same terms, and the other way round. The Erlang side
// is erlang.escript; each test starts it a fixed number of times and hands over everything at once.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "protocol/frame/frame.hpp"
#include "protocol/term/notation.hpp"
#include "protocol/tests/bytes_util.hpp"
#include "protocol/tests/differential/erlang.hpp"
#include "protocol/tests/gen_term.hpp"

namespace confd {
namespace {

/// Has Erlang read each payload and each text, and compare the two.
void compare_in_erlang(ByteView pairs) {
    const test::TemporaryFile file("pairs");
    file.write(pairs);
    test::run_erlang(fmt::format("compare '{}'", file.path()));
}

TEST(Erlang, ReadsWhatIsWrittenAndPrinted) {
    auto terms = test::some_terms(2000, 4565);
    Term deep = Term::atom("deepest");
    for (int i = 0; i < 32; ++i)
        deep = Term::list({Term::tuple({deep})}, 1);
    terms.push_back(deep);
    terms.push_back(Term::list(Term::Elements(65535, Term(1))));
    terms.push_back(Term::list(Term::Elements(65536, Term(1))));
    terms.push_back(Term::tuple(Term::Elements(255, Term(1))));
    terms.push_back(Term::tuple(Term::Elements(256, Term(1))));
    terms.push_back(Term::atom(std::string("\0", 1)));
    for (int byte = 0; byte < 256; ++byte) {
        terms.push_back(Term::binary(Bytes{static_cast<std::uint8_t>(byte)}));
        terms.push_back(Term::atom(test::utf8_of({static_cast<char32_t>(byte)})));
    }
    for (const auto* word :
         {"after", "and",   "andalso", "band",   "begin",   "bnot", "bor", "bsl",  "bsr", "bxor",
          "case",  "catch", "cond",    "div",    "else",    "end",  "fun", "if",   "let", "maybe",
          "not",   "of",    "or",      "orelse", "receive", "rem",  "try", "when", "xor"}) {
        terms.push_back(Term::atom(word));
    }
    Bytes pairs;
    for (const auto& term : terms)
        test::append_pair(pairs, encode_payload(term), term);
    compare_in_erlang(pairs);
}

// The forms in which erlang.escript gives each term.
enum Form : std::size_t { as_version_1, as_version_0, as_version_2, deterministic, plain, pretty };
constexpr std::size_t forms = 6;

Term read_form(ByteView payload) {
    auto term = read_payload(test::ExactBuffer(payload).view());
    if (!term) ADD_FAILURE() << test::hex(payload) << ": " << to_string(term.error());
    return term.value_or(Term());
}

void expect_printed(ByteView text, const Term& term) {
    const auto parsed = parse_term(as_text(text));
    ASSERT_TRUE(parsed) << as_text(text) << ": " << to_string(parsed.error());
    EXPECT_EQ(*parsed, term) << as_text(text);
}

TEST(Erlang, WritesWhatIsReadAndParsed) {
    const test::TemporaryFile file("terms");
    ASSERT_NO_FATAL_FAILURE(test::run_erlang(fmt::format("generate '{}' 3000", file.path())));
    const auto bytes = file.read();
    FrameReader reader;
    const auto records = test::records_of(bytes, reader);
    ASSERT_EQ(records.size(), 3000 * forms);

    Bytes pairs;
    for (std::size_t i = 0; i < records.size(); i += forms) {
        const auto term = read_form(records[i + as_version_1]);
        EXPECT_EQ(read_form(records[i + as_version_0]), term);
        EXPECT_EQ(read_form(records[i + as_version_2]), term);
        EXPECT_EQ(read_form(records[i + deterministic]), term);
        expect_printed(records[i + plain], term);
        expect_printed(records[i + pretty], term);
        test::append_pair(pairs, records[i + as_version_1], term);
    }
    compare_in_erlang(pairs);
}

// Version 1 of the format was the default up to OTP 25, and is what ConfD's runtime writes. Later
// releases write all atoms in UTF-8 unless told otherwise.
TEST(Erlang, ChoosesTheSameBytes) {
    const test::TemporaryFile file("bytes");
    ASSERT_NO_FATAL_FAILURE(test::run_erlang(fmt::format("generate '{}' 2000", file.path())));
    const auto bytes = file.read();
    FrameReader reader;
    const auto records = test::records_of(bytes, reader);
    ASSERT_EQ(records.size(), 2000 * forms);
    for (std::size_t i = 0; i < records.size(); i += forms) {
        const auto payload = records[i + as_version_1];
        EXPECT_EQ(test::hex(encode_payload(read_form(payload))), test::hex(payload));
    }
}

}  // namespace
}  // namespace confd
