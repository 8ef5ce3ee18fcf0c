// SPDX-License-Identifier: Apache-2.0
// Filters of a hostile peer: they are refused or ended, and neither crash nor hang the server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "simulator/yang/filter_engine.hpp"
#include "simulator/yang/filter_text.hpp"
#include "simulator/yang/tests/support.hpp"

namespace confd::sim::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

std::shared_ptr<const Schema> lists() {
    return load_text(
        "notification n { list l { key k; leaf k { type uint32; } leaf v { type string; } } }");
}

BuiltEvent entries(const Schema& schema, int count, const std::string& text = "x") {
    std::string out = "n:\n  l:\n";
    for (int i = 0; i < count; ++i)
        out += "  - {k: " + std::to_string(i) + ", v: " + text + "}\n";
    return build(schema, out);
}

std::string verdict(const Schema& schema, const std::string& xpath, const EventTree& event) {
    const auto filter = schema.compile(xpath);
    if (!filter) return "refused: " + filter.error();
    const auto passes = (*filter)->evaluate(event);
    return !passes ? "ended: " + passes.error() : *passes ? "passes" : "held back";
}

std::string repeated(const std::string& text, int times) {
    std::string out;
    for (; times > 0; --times)
        out += text;
    return out;
}

// Each of these ended the process by a signal when it was looked at on a tree of one node.
TEST(FilterLimits, NoFilterEndsTheProcess) {
    const auto schema = load({"example-if"});
    const auto none = load({});
    const auto event = build(*schema, "link-up: {if-name: eth0, mtu: 1500}");
    for (const std::string xpath : {"contains(., 'eth0')",
                                    "starts-with(., 'x')",
                                    "string()",
                                    "string(.)",
                                    "normalize-space()",
                                    "name()",
                                    "local-name()=''",
                                    "string-length()",
                                    "number(.)",
                                    "sum(/)",
                                    "concat(.,.)",
                                    ".='x'",
                                    "/=/",
                                    "contains(//., 'eth0')",
                                    "/descendant-or-self::node()[. = 'eth0']",
                                    "enum-value(/)",
                                    "bit-is-set(., 'a')",
                                    "floor('x') = 1",
                                    "floor(1 div 0) > 5",
                                    "substring('abc', floor('x'))",
                                    "5 mod 0 = 0",
                                    "/link-up/mtu mod /link-up/nope = 0",
                                    "/link-up/mtu mod 0.5 = 0",
                                    "-9223372036854775808 mod -1"}) {
        EXPECT_THAT(verdict(*schema, xpath, *event.tree), AnyOf("passes", "held back")) << xpath;
        EXPECT_TRUE(none->compile(xpath)) << xpath;
    }
}

TEST(FilterLimits, WhatCostsTooMuchIsEnded) {
    const auto schema = lists();
    const auto event = entries(*schema, 1500);
    for (const std::string xpath :
         {"//*/preceding::*/following::*/preceding::*/following::* = 'y'",
          "//*[//* = //v/following::*][//k = 'y']", "//*[//*[//*[//k = //v]]]",
          "count(//*[count(//*[count(//*) = 1]) = 1]) = 1"}) {
        EXPECT_THAT(verdict(*schema, xpath, *event.tree),
                    AnyOf("ended: it took more than 10000000 operations",
                          "ended: it took more than 250 ms"))
            << xpath;
    }
    // Filters that look for something are far from the limits, on a slow machine too.
    const auto usual = entries(*schema, 300);
    EXPECT_EQ(verdict(*schema, "n/l[k > 298]/v = 'x'", *usual.tree), "passes");
    EXPECT_EQ(verdict(*schema, "//l[count(preceding-sibling::l) = 280]", *usual.tree), "passes");
}

TEST(FilterLimits, TextsAreBounded) {
    const auto schema = lists();
    const auto big = entries(*schema, 40, std::string(20'000, 'a'));
    EXPECT_EQ(verdict(*schema, "contains(., 'aaa')", *big.tree), "passes");
    const auto all = repeated(".,", 1000);
    EXPECT_EQ(verdict(*schema, "concat(" + all + ".)", *big.tree),
              "ended: it made a text of more than 4194304 bytes");
    EXPECT_THAT(verdict(*schema, "translate(., concat(.,.), 'b')", *big.tree), StartsWith("ended"));
    EXPECT_THAT(verdict(*schema, "contains(., concat(., 'b'))", *big.tree), StartsWith("ended"));
    EXPECT_EQ(verdict(*schema, "translate(//v, 'a', '') = ''", *big.tree), "passes");
    const auto bigger = entries(*schema, 60, std::string(20'000, 'a'));
    EXPECT_EQ(verdict(*schema, "true()", *bigger.tree),
              "ended: the event has more than 1048576 bytes of text");
}

TEST(FilterLimits, PatternsAreBounded) {
    const auto schema = lists();
    const auto event = entries(*schema, 1, std::string(200, 'a') + "cb");
    EXPECT_EQ(verdict(*schema, "re-match(//v, '(a|aa)+b')", *event.tree),
              "ended: re-match() took more than 1000000 steps");
    EXPECT_THAT(verdict(*schema, "re-match(//v, concat('(', 'a'))", *event.tree),
                HasSubstr("ended: re-match(): invalid pattern: a '(' without its ')'"));
    EXPECT_THAT(verdict(*schema, "re-match(//v, '(a')", *event.tree), StartsWith("refused"));
}

TEST(FilterLimits, LongFiltersAreEvaluatedOrRefused) {
    const auto schema = lists();
    const auto event = entries(*schema, 3);
    for (const auto& xpath :
         {"1" + repeated("+1", 2047), repeated("a/", 2047) + "a", repeated("*|", 2047) + "*",
          "*" + repeated("[*]", 1365), "*" + repeated("[1]", 1365), repeated("1=", 2047) + "1",
          repeated("1<", 2047) + "1", repeated("*=", 2047) + "*", repeated("-", 4095) + "1",
          repeated("(", 16) + "1" + repeated(")", 16), repeated("*[", 16) + "*" + repeated("]", 16),
          repeated("..//", 1023) + "..", "concat(1" + repeated(",1", 2000) + ")"}) {
        EXPECT_THAT(verdict(*schema, xpath, *event.tree), AnyOf("passes", "held back"))
            << xpath.substr(0, 40);
    }
    for (const auto& xpath :
         {repeated("(", 17) + "1" + repeated(")", 17), repeated("*[", 17) + "*" + repeated("]", 17),
          std::string(yang::max_filter_length + 1, '1'), repeated("not(", 17) + "1)"}) {
        EXPECT_THAT(verdict(*schema, xpath, *event.tree), StartsWith("refused"));
    }
}

TEST(FilterLimits, AFilterThatIsAlwaysEndedIsGivenUp) {
    const auto schema = lists();
    const auto filter = schema->compile("re-match(//v, '(a|aa)+b')").value();
    const auto text = std::string(200, 'a') + "cb";
    for (int i = 0; i < 8; ++i) {
        const auto event = entries(*schema, 1, text);
        EXPECT_THAT(filter->evaluate(*event.tree).error(), HasSubstr("steps"));
        // Another subscriber's question about the same event is answered from memory.
        EXPECT_THAT(filter->evaluate(*event.tree).error(), HasSubstr("steps"));
    }
    const auto event = entries(*schema, 1);
    EXPECT_EQ(filter->evaluate(*event.tree).error(),
              "it is not evaluated any more: it was ended 8 times");
}

TEST(FilterLimits, TimeEndsAnEvaluation) {
    const auto schema = lists();
    const auto event = entries(*schema, 100);
    const auto tree = std::dynamic_pointer_cast<const yang::DataTree>(event.tree);
    yang::FilterEngine engine(schema->context(), {.operations = 1'000'000, .time = {}});
    const auto expression = engine.compile("*[alive()]//*[named('k')]").value();
    EXPECT_EQ(engine.evaluate(*expression, tree).error(), "it took more than 0 ms");
}

TEST(FilterLimits, SubscribersShareFilters) {
    const auto schema = lists();
    const auto one = schema->compile("//k = 1").value();
    EXPECT_EQ(one, schema->compile("//k = 1").value());
    EXPECT_NE(one, schema->compile("//k = 2").value());
    for (int i = 0; i < 1000; ++i)
        EXPECT_TRUE(schema->compile("//k = " + std::to_string(i)));
    EXPECT_EQ(one, schema->compile("//k = 1").value());
}

// Every event gets its own verdict, though the last one is remembered.
TEST(FilterLimits, VerdictsBelongToEvents) {
    const auto schema = lists();
    const auto filter = schema->compile("count(//l) = 2").value();
    for (int round = 0; round < 3; ++round) {
        for (const int count : {1, 2, 3})
            EXPECT_EQ(filter->evaluate(*entries(*schema, count).tree).value(), count == 2);
    }
}

TEST(FilterLimits, NothingIsPrinted) {
    const auto schema = lists();
    const auto event = entries(*schema, 1500);
    testing::internal::CaptureStderr();
    verdict(*schema, "//*[//*[//*[//k = //v]]]", *event.tree);
    verdict(*schema, "//l[", *event.tree);
    yang::FilterEngine engine(schema->context());
    for (const std::string bad : {"a[", "nothing()", "$x", "a:b", "\xff", "'", "1 +"}) {
        const auto expression = engine.compile(bad);
        if (!expression) continue;
        const auto tree = std::dynamic_pointer_cast<const yang::DataTree>(event.tree);
        EXPECT_FALSE(engine.evaluate(**expression, tree)) << bad;
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace confd::sim::test
