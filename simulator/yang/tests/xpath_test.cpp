// SPDX-License-Identifier: Apache-2.0
// Filters are XPath 1.0: its numbers, texts and truth values, and YANG's functions.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "simulator/yang/tests/support.hpp"
#include "simulator/yang/xpath_number.hpp"

namespace confd::sim::test {
namespace {

/// One event with what a filter may trip over: a text that is no ASCII, leaves that are not there,
/// texts that other languages take for numbers.
class XPath : public testing::Test {
  protected:
    XPath()
        : schema_(load_text(
              "notification ev {"
              "  leaf name { type string; }  leaf size { type int64; }  leaf flag { type boolean; }"
              "  leaf exponent { type string; } leaf hex { type string; } leaf ten { type string; }"
              "  leaf-list n { type int32; }"
              "  leaf nothing { type empty; }"
              "  leaf kind { type union { type enumeration { enum a { value 7; } } type bits {"
              "    bit x; bit yy; } type string; } }"
              "  list l { key k; leaf k { type string; } leaf v { type string; } } }")),
          event_(build(*schema_,
                       "ev: {name: Zürich, exponent: 1e3, hex: '0x10', ten: ' 10 ', "
                       "n: [1, 2, 3], nothing: [null], kind: a, "
                       "l: [{k: a, v: x}, {k: b, v: y}]}")) {}

    std::string verdict(const std::string& xpath) const {
        const auto filter = schema_->compile(xpath);
        if (!filter) return filter.error();
        const auto passes = (*filter)->evaluate(*event_.tree);
        return !passes ? passes.error() : *passes ? "passes" : "held back";
    }
    void passes(const std::vector<std::string>& filters) const {
        for (const auto& xpath : filters)
            EXPECT_EQ(verdict(xpath), "passes") << xpath;
    }
    void held_back(const std::vector<std::string>& filters) const {
        for (const auto& xpath : filters)
            EXPECT_EQ(verdict(xpath), "held back") << xpath;
    }

  private:
    std::shared_ptr<const Schema> schema_;
    BuiltEvent event_;
};

TEST_F(XPath, WhatIsAbsentIsNoNumber) {
    held_back({"number(/ev/size) = 0", "/ev/size + 1 = 1", "floor(/ev/size) = 0", "-/ev/size = 0",
               "number('') = 0", "'' = 0", "sum(/ev/size) = 1", "/ev/size < 1", "/ev/size >= 0",
               "round('x') = 0", "ceiling(1 div '') = 0"});
    passes({"string(number(/ev/size)) = 'NaN'", "string(/ev/size + 1) = 'NaN'",
            "not(/ev/size = 0) and not(/ev/size != 0)", "sum(/ev/size) = 0", "/ev/flag = false()",
            "not(/ev/flag)", "/ev/flag != true()"});
}

TEST_F(XPath, NumbersHaveNoExponents) {
    held_back({"number('1e3') = 1000",
               "number('0x10') = 16",
               "number('+5') = 5",
               "number('inf') > 5",
               "number('Infinity') > 5",
               "number('1 2') = 12",
               "number('.') = 0",
               "number('-') = 0",
               "number('1.2.3') = 1.2",
               "'1e3' = 1000",
               "/ev/exponent = 1000",
               "/ev/exponent + 0 = 1000",
               "/ev/exponent > 5",
               "/ev/exponent < 5",
               "sum(/ev/exponent) = 1000",
               "floor('1e3') = 1000",
               "substring('abc', '1e0') = 'abc'",
               "- '1e3' = -1000",
               "/ev/hex = 16",
               "5 < '1e3'",
               "'1e3' mod 7 = 6",
               "/ev/exponent = /ev/n + 999"});
    passes({"/ev/ten = 10", "number(' -0.5 ') = -.5", "number('5.') = 5", "number('.5') = 0.5",
            "/ev/exponent != 1000", "/ev/exponent = '1e3'", "/ev/ten * 2 = 20"});
}

TEST_F(XPath, TextsOfNumbersHaveNoExponents) {
    passes({"string(0.000001) = '0.000001'", "string(1000000000000) = '1000000000000'",
            "string(100000000000000000000000) = '99999999999999991611392'", "string(-0) = '0'",
            "string(0.1) = '0.1'", "string(1 div 3) = '0.3333333333333333'",
            "string(1 div 0) = 'Infinity'", "string(-1 div 0) = '-Infinity'",
            "concat(0.0000001, '') = '0.0000001'", "contains(0.000001, '001')",
            "starts-with(10000000000, '10000000000')", "string-length(0.000001) = 8",
            "translate(0.00001, '.', ',') = '0,00001'", "string(2 - 0.5) = '1.5'",
            "string(9007199254740993) = '9007199254740992'",
            "string(123456789.125) = '123456789.125'"});
}

TEST_F(XPath, TextsHaveCharacters) {
    passes({"string-length(/ev/name) = 6", "substring(/ev/name, 2, 2) = 'ür'",
            "translate(/ev/name, 'ü', 'u') = 'Zurich'", "starts-with(/ev/name, 'Zü')",
            "substring-after(/ev/name, 'ü') = 'rich'", "substring('12345', 1.5, 2.6) = '234'",
            "substring('12345', 0, 3) = '12'", "substring('12345', -42, 1 div 0) = '12345'",
            "substring('12345', 0 div 0, 3) = ''", "substring('12345', -1 div 0, 1 div 0) = ''",
            "substring('abc', floor('x')) = ''"});
}

TEST_F(XPath, ArithmeticIsIeee754) {
    passes({"string(5 mod 0) = 'NaN'",
            "string(/ev/n mod /ev/size) = 'NaN'",
            "5 mod 0.5 = 0",
            "-9223372036854775808 mod -1 = 0",
            "5 mod -2 = 1",
            "-5 mod 2 = -1",
            "1.5 mod 0.5 = 0",
            "1 div 0 > 5",
            "floor(1 div 0) > 5",
            "string(round(-0.2)) = '0'",
            "round(2.5) = 3",
            "round(-2.5) = -2",
            "1 - 1 - 1 = -1",
            "2 + 3 * 4 = 14",
            "8 div 4 div 2 = 1",
            "1 < 2 = true()",
            "3 > 2 > 0",
            "1 = 1 = 1",
            "- - 2 = 2",
            "- (1 + 1) = -2",
            "true() + 1 = 2",
            "'2' + '3' = 5",
            "2 * - 3 = -6"});
    held_back({"5 mod 0 = 0", "3 > 2 > 1", "floor('x') = 1", "0 div 0 = 0 div 0",
               "/ev/n mod /ev/nope = 0"});
}

TEST_F(XPath, SetsAreComparedByTheirMembers) {
    passes({"/ev/n = 2",
            "/ev/n != 2",
            "/ev/n > 2",
            "/ev/n < 2",
            "2 <= /ev/n",
            "/ev/n = '2'",
            "/ev/n != '2'",
            "/ev/n = /ev/n",
            "/ev/n != /ev/n",
            "/ev/n < /ev/n",
            "/ev/n >= /ev/n",
            "/ev/n = true()",
            "true() = /ev/n",
            "/ev/nope = false()",
            "/ev/n > false()",
            "/ev/l/k = 'b'",
            "'a' = /ev/l/k",
            "/ev/l/k != /ev/l/v",
            "/ev/l[k = 'b']/v = 'y'",
            "/ev/l[2][v = 'y']",
            "/ev/l[v = 'y'][1]/k = 'b'",
            "count(/ev/l[k][v]) = 2",
            "(/ev/n | /ev/l)[last()]/v = 'y'",
            "/ev/n[. > 1][1] = 2",
            "/ev/n[position() > 1] = 3",
            "/ev/n[number('2')] = 2",
            "/ev/n[1.0] = 1",
            "boolean(/ev/n[0]) = false()"});
    held_back({"/ev/n = 4", "/ev/n > 3", "/ev/nope = ''", "/ev/nope != ''", "/ev/l/k = /ev/l/v",
               "/ev/n < 1", "/ev/nope < /ev/n", "/ev/n[1] != 1", "/ev/n[1.5]"});
}

TEST_F(XPath, TheTextOfTheRootIsThatOfTheEvent) {
    passes({"string() = 'Zürich1e30x10 10 123aaxby'",
            "contains(., '0x10')",
            "contains(//., 'Z')",
            "string(.) = string(/)",
            "string(/) = string(/ev)",
            "string-length() > 6",
            "starts-with(., 'Z')",
            "normalize-space() = 'Zürich1e30x10 10 123aaxby'",
            "concat(., .) != .",
            "/ = /",
            "name() = ''",
            "local-name() = ''",
            "not(. = 'x')",
            "string(number(.)) = 'NaN'",
            "string(sum(/)) = 'NaN'",
            "/ev/nothing = ''",
            "not(/ev/nothing/text())",
            "string(enum-value(/)) = 'NaN'",
            "not(bit-is-set(., 'a'))",
            "not(/descendant-or-self::node()[. = 'eth0'])",
            "string(namespace-uri()) = ''"});
}

TEST_F(XPath, KnowsTheFunctionsOfYang) {
    passes({"current()", "current()/ev/name = 'Zürich'", "/ev/l[k = current()/ev/kind]/v = 'x'",
            "enum-value(/ev/kind) = 7", "not(bit-is-set(/ev/kind, 'x'))", "re-match('', '')",
            "re-match(/ev/name, '\\p{Lu}\\p{Ll}+')", "re-match(/ev/hex, '0x[0-9a-f]+')",
            "not(re-match(/ev/hex, '0x'))", "re-match(/ev/name, concat('Z', '.*'))",
            "/ev/l[re-match(v, '[x-z-[y]]')]/k = 'a'", "re-match(12, '\\d\\d')",
            "not(lang('en'))"});
}

TEST_F(XPath, NamesWithoutAPrefixAreNamesOnly) {
    passes({"ev", "/ev/*[name() = 't:n'] = 3", "/ev/child::n = 1", "/t:ev/t:n = 1", "//t:* = 'x'",
            "/ev/n[last()] = 3", "/ev/l/v[../k = 'a'] = 'x'", "//v[preceding::k = 'b'] = 'y'",
            "//k/following-sibling::v = 'y'", "//v/ancestor::l/k = 'a'", "/ev/l[2]/k = 'b'"});
    held_back({"div", "/ev/mod", "or", "/ev/inet:n", "@n", "/ev/n/@*"});
    passes({"count(div | mod | and | or) = 0", "not(div div mod)", "/ev/n * 1 = 1"});
}

TEST_F(XPath, RefusesIdentitiesThatNoModuleHas) {
    EXPECT_EQ(verdict("derived-from(/ev/kind, 'inet:x')"),
              "invalid XPath filter: module ietf-inet-types has no identity 'x'");
}

// Any number is written with digits that lead back to it, and no other way of writing is one.
RC_GTEST_PROP(XPathNumber, SurvivesBeingText, (std::int64_t mantissa, unsigned char scale)) {
    const auto number = std::ldexp(static_cast<double>(mantissa), scale - 128);
    const auto text = yang::xpath_text(number);
    RC_ASSERT(text.find_first_not_of("-.0123456789") == std::string::npos);
    RC_ASSERT(yang::xpath_number(text) == number);
    RC_ASSERT(std::isnan(yang::xpath_number("+" + text)));
    RC_ASSERT(std::isnan(yang::xpath_number(text + "e1")));
    RC_ASSERT(yang::xpath_number("\t" + text + "\r\n ") == number);
}

}  // namespace
}  // namespace confd::sim::test
