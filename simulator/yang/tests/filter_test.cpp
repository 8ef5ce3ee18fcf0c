// SPDX-License-Identifier: Apache-2.0
// XPath filters: what they see, what is no filter, and what a hostile peer may write.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "simulator/yang/tests/support.hpp"

namespace confd::sim::test {
namespace {

using testing::HasSubstr;

const Schema& schema() {
    static const auto loaded = load({"example-if", "example-alarm"});
    return *loaded;
}

const EventTree& link_down() {
    static const auto event = build(schema(), R"(link-down:
      if-name: eth1
      admin-status: down
      mtu: 9000
      octets: 18446744073709551615
      reason: [null]
      address: [192.0.2.1, 192.0.2.2]
      neighbor: [{id: 1, state: up}, {id: 2, state: lost, mac: "00:11:22:33:44:55"}]
      counters: {in-octets: 0})");
    return *event.tree;
}

const EventTree& alarm() {
    static const auto event = build(schema(), R"(alarm-raised:
      id: 7
      type: fan-failure
      severity: al:critical
      time: "2026-11-22T10:00:00Z"
      effects: traffic redundancy
      measured: 81.25
      tag: [slot-3, fan])");
    return *event.tree;
}

bool passes(const std::string& xpath, const EventTree& event = link_down()) {
    const auto filter = schema().compile(xpath);
    EXPECT_TRUE(filter.has_value()) << xpath << ": " << (filter ? "" : filter.error());
    if (!filter) return false;
    const auto verdict = (*filter)->evaluate(event);
    EXPECT_TRUE(verdict.has_value()) << xpath << ": " << (verdict ? "" : verdict.error());
    return verdict.value_or(false);
}

std::string error(const std::string& xpath, const Schema& in = schema()) {
    const auto filter = in.compile(xpath);
    EXPECT_FALSE(filter.has_value()) << xpath;
    return filter ? "" : filter.error();
}

TEST(Filter, PassesWhatIsTrue) {
    for (const std::string xpath : {"/link-down",
                                    "link-down",
                                    "/link-down[if-name='eth1']",
                                    "/if:link-down",
                                    "/if:link-down/if:mtu",
                                    "/example-if:link-down[example-if:mtu=9000]",
                                    "/*",
                                    "//*",
                                    "/",
                                    ".",
                                    "link-down/mtu > 1500",
                                    "link-down/mtu*2 = 18000",
                                    "//if-name='eth1'",
                                    "link-down/mtu - 1 = 8999",
                                    "link-down/mtu mod 7 = 5",
                                    "link-down/mtu div 2 = 4500",
                                    "//neighbor[id=2]/state = 'lost'",
                                    "//neighbor[2]/id = 2",
                                    "//neighbor[last()]/id=2",
                                    "//neighbor[position()=1][state='up']",
                                    "//neighbor[mac][id>1]",
                                    "count(//address) = 2",
                                    "count(link-down/neighbor[state='up']) = 1",
                                    "contains(//if-name, 'eth')",
                                    "starts-with(link-down/if-name, \"eth\")",
                                    "not(//mtu < 100)",
                                    "not(/link-up)",
                                    "number(//mtu) = 9000",
                                    "boolean(//reason)",
                                    "string-length(//if-name) = 4",
                                    "//address = '192.0.2.2'",
                                    "//address != '192.0.2.2'",
                                    "/link-down/if-name | /link-up",
                                    "link-down/if-name='eth0' or //mtu=9000",
                                    "//reason and //mtu",
                                    "-//mtu < 0",
                                    "- - 5 = 5",
                                    "'text'",
                                    "1",
                                    "0.5 = .5",
                                    "5. = 5",
                                    "-1",
                                    "true()",
                                    "concat('a', 'b', \"c\") = 'abc'",
                                    "substring('abc', 2) = 'bc'",
                                    "substring-before('a=b', '=') = 'a'",
                                    "translate('abc', 'b', 'x') = 'axc'",
                                    "normalize-space(' a  b ') = 'a b'",
                                    "sum(//neighbor/id) = 3",
                                    "floor(1.5) = 1",
                                    "ceiling(1.5) = 2",
                                    "round(1.5) = 2",
                                    "local-name(/*) = 'link-down'",
                                    "name(/*) = 'example-if:link-down'",
                                    "namespace-uri(/*) = 'http://example.com/if'",
                                    "//if:*",
                                    "/link-down/child::mtu",
                                    "/link-down/descendant::state = 'lost'",
                                    "//state/parent::neighbor/id = 1",
                                    "//state/../id = 2",
                                    "//mtu/self::node()",
                                    "//mtu/text() = 9000",
                                    "(//neighbor)[2]/state='lost'",
                                    "(/link-down)/mtu = 9000",
                                    "//neighbor/id = //neighbor/id",
                                    "enum-value(//admin-status) = 2",
                                    "/link-down/neighbor[state=../admin-status or id=1]",
                                    "//neighbor/ancestor::link-down",
                                    "//neighbor[following-sibling::neighbor]/id = 1",
                                    "\n link-down [ mtu = 9000 ] \t",
                                    "//octets = '18446744073709551615'"}) {
        EXPECT_TRUE(passes(xpath)) << xpath;
    }
}

TEST(Filter, StopsWhatIsFalse) {
    for (const std::string xpath : {"/link-up",
                                    "/link-down[if-name='eth0']",
                                    "/al:link-down",
                                    "link-down/mtu < 1500",
                                    "false()",
                                    "0",
                                    "-0",
                                    "number('x')",
                                    "''",
                                    "string(/link-up)",
                                    "//nowhere",
                                    "/if:nowhere/if:more",
                                    "count(//neighbor) > 2",
                                    "/..",
                                    "@*",
                                    "//@x",
                                    "//mtu[2]",
                                    "not(/)",
                                    "//comment()",
                                    "//processing-instruction('x')",
                                    "//yang:x",
                                    "//neighbor[state='up']/mac",
                                    "0 div 0",
                                    "//if-name and //nowhere"}) {
        EXPECT_FALSE(passes(xpath)) << xpath;
    }
}

TEST(Filter, KnowsIdentitiesAndBits) {
    EXPECT_TRUE(passes("derived-from(//type, 'al:alarm-type')", alarm()));
    EXPECT_TRUE(passes("derived-from-or-self(//type, 'example-alarm:fan-failure')", alarm()));
    EXPECT_FALSE(passes("derived-from(//type, 'al:communication-alarm')", alarm()));
    EXPECT_TRUE(passes("//type = 'example-alarm:fan-failure'", alarm()));
    EXPECT_TRUE(passes("bit-is-set(//effects, 'traffic')", alarm()));
    EXPECT_FALSE(passes("bit-is-set(//effects, 'management')", alarm()));
    EXPECT_TRUE(passes("//measured > 81", alarm()));
    EXPECT_TRUE(passes("alarm-raised/tag = 'fan'", alarm()));
    EXPECT_FALSE(passes("link-down", alarm()));
}

TEST(Filter, LooksAtNoEventWithoutATree) {
    class Raw : public EventTree {};
    EXPECT_FALSE(passes("true()", Raw()));
}

TEST(Filter, ErrorsAreSentences) {
    EXPECT_EQ(error(""),
              "invalid XPath filter: expected a name, a function, a number, a text or "
              "a path at character 1, found the end");
    EXPECT_EQ(error("/link-down[mtu"),
              "invalid XPath filter: expected ']' at character 15, found the end");
    EXPECT_EQ(error("/link-down]"),
              "invalid XPath filter: expected an operator or the end at "
              "character 11, found ']'");
    EXPECT_EQ(error("contain(//mtu, '1')"),
              "invalid XPath filter: unknown function 'contain' at "
              "character 1; did you mean 'contains'?");
    EXPECT_EQ(error("/ex:link-down"), "invalid XPath filter: no module has the prefix 'ex'");
    EXPECT_THAT(error("/example-iff:link-down"), HasSubstr("did you mean 'example-if'?"));
    EXPECT_EQ(error("contains(//mtu)"), "invalid XPath filter: contains() with 1 arguments");
    EXPECT_THAT(error("derived-from(//type, 'al:nothing')"), HasSubstr("nothing"));
    EXPECT_EQ(error("count('x')"), "invalid XPath filter: count() wants a set of nodes");
    EXPECT_EQ(error("'abc"),
              "invalid XPath filter: the text that begins at character 1 has no end");
    EXPECT_EQ(error("$x = 1"), "invalid XPath filter: there are no variables");
    EXPECT_EQ(error("id('a')"),
              "invalid XPath filter: there is no id() in filters: the data of an event has no IDs");
    EXPECT_THAT(error("deref(//mtu)"), HasSubstr("there is no deref() in filters"));
    EXPECT_THAT(error("document('/etc/passwd')"), HasSubstr("unknown function 'document'"));
    EXPECT_THAT(error("childs::mtu"), HasSubstr("unknown axis 'childs'; did you mean 'child'?"));
    EXPECT_THAT(error("derived-from(//type, 'if:fan')"),
                HasSubstr("module example-if has no identity 'fan'"));
    EXPECT_THAT(error("re-match(//if-name, 'a{2')"),
                HasSubstr("invalid pattern: a quantifier that is none of {n}, {n,} and {n,m}"));
    EXPECT_EQ(error("\xff"), "invalid XPath filter: it is not UTF-8");
    EXPECT_EQ(error("'\x01'"), "invalid XPath filter: it has a character of number 1");
    EXPECT_EQ(error("//a | 'b'"), "invalid XPath filter: '|' joins sets of nodes only");
}

TEST(Filter, ErrorsAreFoundWithoutAnyModule) {
    const auto none = load({});
    EXPECT_TRUE(none->compile("/link-down[mtu > 5]"));
    EXPECT_TRUE(none->compile("count(//*) > 1"));
    for (const std::string xpath : {"",
                                    " ",
                                    "/link-down[",
                                    "a b",
                                    "a/",
                                    "//",
                                    "a//",
                                    "[a]",
                                    "a[]",
                                    "a[b]]",
                                    "()",
                                    "(a",
                                    "a)",
                                    "a or",
                                    "= 1",
                                    "1 = ",
                                    "a | ",
                                    "f()",
                                    "named('a')",
                                    "alive()",
                                    "compare(a, b, '=')",
                                    "1e3",
                                    "a = 1e3",
                                    "count(",
                                    "count()",
                                    "count(a, b)",
                                    "a:",
                                    ":a",
                                    "a::b",
                                    "child::",
                                    "namespace::a",
                                    "a/'b'",
                                    "'a'[1]",
                                    "1/2",
                                    "'a'/b",
                                    "$a",
                                    "\"",
                                    "'",
                                    "@",
                                    "@@a",
                                    "a@b",
                                    "..a",
                                    ". .",
                                    "a[1",
                                    "deref(a)",
                                    "id('a')",
                                    "derived-from(a, b)",
                                    "derived-from(a, 'b')",
                                    "a: b",
                                    "!",
                                    "a != = b",
                                    "not()",
                                    "true(1)",
                                    "x:y",
                                    "&",
                                    "a;b",
                                    "\x01",
                                    "a | -b",
                                    "1 2"}) {
        EXPECT_FALSE(none->compile(xpath)) << xpath;
    }
    EXPECT_FALSE(none->compile(std::string("a\0b", 3)));
}

TEST(Filter, KeepsHostileFiltersShort) {
    const auto repeat = [](const std::string& text, std::size_t times) {
        std::string out;
        for (; times > 0; --times)
            out += text;
        return out;
    };
    EXPECT_THAT(error(repeat("(", 5000)), HasSubstr("too long"));
    EXPECT_THAT(error(repeat("(", 2000) + "1" + repeat(")", 2000)), HasSubstr("nest deeper"));
    EXPECT_THAT(error(repeat("a[", 1000) + "1" + repeat("]", 1000)), HasSubstr("nest deeper"));
    EXPECT_THAT(error(repeat("not(", 100) + "1" + repeat(")", 100)), HasSubstr("nest deeper"));
    EXPECT_TRUE(passes("//*[//*[//*[//*]]]"));
    EXPECT_TRUE(passes(repeat("-", 4000) + "1"));
    EXPECT_FALSE(passes(repeat("a/", 2000) + "a"));
    EXPECT_TRUE(passes(repeat("/", 1) + repeat("*|/", 1000) + "*"));
    EXPECT_TRUE(passes("1" + repeat("+1", 2000)));
    EXPECT_TRUE(passes("1" + repeat(" or 1", 800)));
    EXPECT_FALSE(passes("/*" + repeat("[1]", 1300) + "[2]"));
}

}  // namespace
}  // namespace confd::sim::test
