// SPDX-License-Identifier: Apache-2.0
#include "report/junit.hpp"

#include "report/xml.hpp"

namespace confd::report {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Xml, LeavesOutWhatXmlCannotSay) {
    EXPECT_EQ(xml_escaped(std::string_view("a\0b\x1b<&>\"\n\xef\xbf\xbe", 12)),
              "ab&lt;&amp;&gt;&quot;&#10;");
}

TEST(Xml, IsCutBetweenCharacters) {
    EXPECT_EQ(shortened("abc", 3), "abc");
    EXPECT_EQ(shortened("abcdefgh", 4), "ab\n[4 bytes left out]\ngh");
    EXPECT_EQ(shortened("a\xc3\xa9--\xc3\xa9z", 4), "a\n[6 bytes left out]\nz");
}

RC_GTEST_PROP(Xml, IsAlwaysValid, (const std::string& bytes)) {
    for (const char c : xml_escaped(bytes))
        RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != '<' && c != '"');
}

TEST(JUnit, HasOneElementForEachCase) {
    const JUnitSuite suite{
        .program = "confd-sim",
        .name = "a & b",
        .timestamp = "2026-11-22T12:00:00Z",
        .properties = {{"seed", "7"}},
        .cases = {
            {.name = "one", .class_name = "c", .time = 1500ms},
            {.name = "two",
             .class_name = "c",
             .time = 1ms,
             .verdict = JUnitVerdict::failed,
             .type = "timed out",
             .message = "<no>",
             .text = "at length",
             .output = "printed"},
            {.name = "three",
             .class_name = "c",
             .verdict = JUnitVerdict::skipped,
             .message = "not reached"},
            {.name = "four", .class_name = "c", .verdict = JUnitVerdict::error, .type = "e"}}};
    EXPECT_EQ(to_junit(suite), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="confd-sim" tests="4" failures="1" errors="1" time="1.501">
  <testsuite name="a &amp; b" tests="4" failures="1" errors="1" time="1.501" skipped="1" timestamp="2026-11-22T12:00:00Z">
    <properties>
      <property name="seed" value="7"/>
    </properties>
    <testcase name="one" classname="c" time="1.500"/>
    <testcase name="two" classname="c" time="0.001">
      <failure type="timed out" message="&lt;no&gt;">at length</failure>
      <system-out>printed</system-out>
    </testcase>
    <testcase name="three" classname="c" time="0.000">
      <skipped message="not reached"/>
    </testcase>
    <testcase name="four" classname="c" time="0.000">
      <error type="e" message=""></error>
    </testcase>
  </testsuite>
</testsuites>
)");
}

}  // namespace
}  // namespace confd::report
