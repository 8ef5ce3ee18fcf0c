// SPDX-License-Identifier: Apache-2.0
#include "protocol/utf8.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocol/tests/gen_term.hpp"

namespace confd {
namespace {

using test::utf8_of;

TEST(Utf8, CountsCharacters) {
    EXPECT_EQ(utf8_length(""), 0U);
    EXPECT_EQ(utf8_length("abc"), 3U);
    EXPECT_EQ(utf8_length(std::string_view("\0a", 2)), 2U);
    EXPECT_EQ(utf8_length("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x99"), 3U);
}

TEST(Utf8, KnowsTheBordersOfEachLength) {
    for (const char32_t code : {U'\x7f', U'\x80', U'\x7ff', U'\x800', U'\xd7ff', U'\xe000',
                                U'\xffff', U'\x10000', U'\x10ffff'}) {
        EXPECT_EQ(utf8_length(utf8_of({code})), 1U) << std::uint32_t{code};
    }
}

TEST(Utf8, LooksAtEveryByteForAscii) {
    for (std::size_t size = 0; size <= 40; ++size) {
        std::string text(size, '\x7f');
        EXPECT_TRUE(is_ascii(text)) << size;
        for (std::size_t at = 0; at < size; ++at) {
            text[at] = '\x80';
            EXPECT_FALSE(is_ascii(text)) << at << " of " << size;
            text[at] = '\x7f';
        }
    }
}

TEST(Utf8, RefusesWhatIsNoText) {
    for (const std::string_view bytes : {
             "\x80",              // a continuation alone
             "\xc3",              // the end inside a character
             "\xe2\x82",          //
             "\xf0\x9f\x90",      //
             "\xc3(",             // another character inside one
             "\xc0\xaf",          // overlong forms
             "\xc1\xbf",          //
             "\xe0\x9f\xbf",      //
             "\xf0\x8f\xbf\xbf",  //
             "\xed\xa0\x80",      // surrogates
             "\xed\xbf\xbf",      //
             "\xf4\x90\x80\x80",  // above U+10FFFF
             "\xf5\x80\x80\x80",  //
             "\xff",              //
         }) {
        EXPECT_EQ(utf8_length(bytes), std::nullopt) << bytes;
        EXPECT_EQ(utf8_to_latin1(bytes), std::nullopt) << bytes;
    }
}

TEST(Utf8, ConvertsLatin1) {
    std::string utf8 = "left over";
    latin1_to_utf8("\xe9t\xe9", utf8);
    EXPECT_EQ(utf8, "\xc3\xa9t\xc3\xa9");
    EXPECT_EQ(utf8_to_latin1(utf8), "\xe9t\xe9");
    EXPECT_EQ(utf8_to_latin1("\xc4\x80"), std::nullopt);  // U+0100 is the first without a place
}

TEST(Utf8, SanitizesByteByByte) {
    EXPECT_EQ(utf8_sanitized("ok \xc3\xa9"), "ok \xc3\xa9");
    EXPECT_EQ(utf8_sanitized("a\xff\xe2\x82z"), "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz");
}

TEST(Utf8, ThePrefixEndsBeforeTheFirstBadByte) {
    EXPECT_EQ(utf8_prefix(""), 0U);
    EXPECT_EQ(utf8_prefix("ok \xc3\xa9"), 5U);
    EXPECT_EQ(utf8_prefix("ok \xc3\xa9\xff more"), 5U);
    EXPECT_EQ(utf8_prefix("a\xe2\x82"), 1U) << "cut off";
}

RC_GTEST_PROP(Utf8, ThePrefixIsTheLongestThatIsText, (const Bytes& bytes)) {
    const auto text = as_text(bytes);
    const auto good = utf8_prefix(text);
    RC_ASSERT(utf8_length(text.substr(0, good)).has_value());
    for (auto more = good + 1; more <= std::min(good + 4, text.size()); ++more)
        RC_ASSERT(!utf8_length(text.substr(0, more)));
}

RC_GTEST_PROP(Utf8, EveryCharacterCountsOnce, ()) {
    const auto characters = *rc::gen::container<std::vector<char32_t>>(test::any_character());
    RC_ASSERT(utf8_length(utf8_of(characters)) == characters.size());
}

RC_GTEST_PROP(Utf8, Latin1SurvivesTheWayThereAndBack, (const std::string& bytes)) {
    std::string utf8;
    latin1_to_utf8(bytes, utf8);
    RC_ASSERT(utf8_length(utf8) == bytes.size());
    RC_ASSERT(utf8_to_latin1(utf8) == bytes);
}

RC_GTEST_PROP(Utf8, SanitizedBytesAreText, (const Bytes& bytes)) {
    const auto text = utf8_sanitized(as_text(bytes));
    RC_ASSERT(utf8_length(text).has_value());
    RC_ASSERT(utf8_sanitized(text) == text);
    RC_ASSERT(utf8_length(as_text(bytes)).has_value() == (text == as_text(bytes)));
}

}  // namespace
}  // namespace confd
