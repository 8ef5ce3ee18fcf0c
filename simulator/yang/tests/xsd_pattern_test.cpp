// SPDX-License-Identifier: Apache-2.0
// Regular expressions of XML Schema: what they match, what is none, and that none runs for long.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "generate/choices.hpp"
#include "simulator/yang/pattern.hpp"
#include "simulator/yang/xsd_pattern.hpp"

namespace confd::sim::yang {
namespace {

using testing::HasSubstr;

std::string result(std::string_view pattern, std::string_view text) {
    const auto compiled = XsdPattern::compile(pattern);
    if (!compiled) return compiled.error();
    const auto matches = compiled->matches(text);
    return !matches ? matches.error() : *matches ? "yes" : "no";
}

struct Sample {
    std::string_view pattern;
    std::string_view yes;
    std::string_view no;
};

TEST(XsdPattern, MatchesTheWholeText) {
    for (const auto& [pattern, yes, no] : {
             Sample{"abc", "abc", "abcd"},
             {"a|bc", "bc", "ac"},
             {"(a|b)*c", "abac", "abacd"},
             {"[a-z-[aeiou]]+", "xyz", "xay"},
             {"[^a-c]", "d", "a"},
             {"[^a-c-[d]]", "e", "d"},
             {"^$", "^$", ""},
             {"\\^\\$\\.", "^$.", "^$x"},
             {"\\d{2,3}", "12", "1"},
             {"\\d{2,}", "1234", "1"},
             {"\\i\\c*", "a-1", "1a"},
             {"[\\i-[:]][\\c-[:]]*", "a.b", "a:b"},
             {"\\I\\C", "1 ", "a "},
             {"\\p{Lu}\\P{Lu}", "Za", "za"},
             {"\\w+", "aü1", "a b"},
             {"\\W", " ", "a"},
             {"\\s\\S", " a", "a "},
             {"a.b", "axb", "a\nb"},
             {"\\n\\r\\t", "\n\r\t", "nrt"},
             {"[.\\]\\-]+", ".]-", "a"},
             {"[-a]", "-", "b"},
             {"a{0}", "", "a"},
             {"#&~", "#&~", ""},
             {"ü+", "üü", "u"},
             {"(([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])\\.){3}[0-9]+", "192.0.2.1",
              "192.0.2"},
         }) {
        EXPECT_EQ(result(pattern, yes), "yes") << pattern;
        EXPECT_EQ(result(pattern, no), "no") << pattern;
    }
}

TEST(XsdPattern, RefusesWhatIsNone) {
    EXPECT_EQ(result("a**", "a"),
              "invalid pattern: a quantifier with nothing to repeat at "
              "character 3");
    EXPECT_THAT(result("(?=a)a", "a"), HasSubstr("nothing to repeat at character 2"));
    EXPECT_THAT(result("(?i)a", "A"), HasSubstr("nothing to repeat"));
    EXPECT_THAT(result("*", ""), HasSubstr("nothing to repeat"));
    EXPECT_THAT(result("a|*", ""), HasSubstr("nothing to repeat"));
    EXPECT_THAT(result("(a", "a"), HasSubstr("a '(' without its ')'"));
    EXPECT_THAT(result("a)", "a"), HasSubstr("a ')' without its '('"));
    EXPECT_THAT(result("[a", "a"), HasSubstr("a '[' without its ']'"));
    EXPECT_THAT(result("a]", "a"), HasSubstr("a bracket without its partner"));
    EXPECT_THAT(result("[]", "a"), HasSubstr("brackets with nothing in them"));
    EXPECT_THAT(result("a{,2}", "a"), HasSubstr("{n}, {n,} and {n,m}"));
    EXPECT_THAT(result("a{2", "a"), HasSubstr("{n}, {n,} and {n,m}"));
    EXPECT_THAT(result("a{2,1}", "a"), HasSubstr("invalid pattern"));
    EXPECT_THAT(result("\\1", "a"), HasSubstr("an unknown escape"));
    EXPECT_THAT(result("\\b", "a"), HasSubstr("an unknown escape"));
    EXPECT_THAT(result("a\\", "a"), HasSubstr("nothing behind it"));
    EXPECT_THAT(result("\\p{IsGreek}", "a"), HasSubstr("a category"));
    EXPECT_THAT(result("\\p{", "a"), HasSubstr("a category"));
    EXPECT_THAT(result("\\p{Qq}", "a"), HasSubstr("invalid pattern"));
    EXPECT_THAT(result("[\\S]", "a"), HasSubstr("negated escape"));
    EXPECT_THAT(result("[z-a]", "a"), HasSubstr("invalid pattern"));
    EXPECT_THAT(result("\xff", "a"), HasSubstr("not UTF-8"));
    EXPECT_THAT(result(std::string(100, '(') + std::string(100, ')'), ""), HasSubstr("nested"));
    EXPECT_THAT(result("((a{1,999}){1,999}){1,999}", "a"), HasSubstr("invalid pattern"));
}

TEST(XsdPattern, GivesUpAfterItsSteps) {
    const auto given_up = "re-match() took more than 1000000 steps";
    const auto text = std::string(200, 'a') + "cb";
    EXPECT_EQ(result("(a|aa)+b", text), given_up);
    EXPECT_EQ(result("(.*)(.*)(.*)(.*)(.*)(.*)[^abc]b", text), given_up);
    EXPECT_EQ(result("([ab]|a|[^bc])*cbb", text), given_up);
    // Deep, but quick.
    EXPECT_EQ(result("(a|b)*", std::string(100'000, 'a')), "yes");
}

// What is made of a pattern matches it, as far as the sampler understands patterns.
RC_GTEST_PROP(XsdPattern, MatchesItsSamples, (const std::vector<std::uint32_t>& numbers)) {
    for (const std::string_view pattern :
         {"[a-z]+[0-9]+(/[0-9]+)*", "([0-9a-fA-F]{2}(:[0-9a-fA-F]{2})*)?",
          "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(\\.\\d+)?(Z|[\\+\\-]\\d{2}:\\d{2})",
          "(([0-1](\\.[1-3]?[0-9]))|(2\\.(0|([1-9]\\d*))))(\\.(0|([1-9]\\d*)))*",
          "[a-z-[aeiou]]{3}|x?y?z?"}) {
        ListedChoices choices(numbers);
        const auto text = sample_pattern(pattern, choices);
        RC_ASSERT(result(pattern, text) == "yes");
    }
}

}  // namespace
}  // namespace confd::sim::yang
