// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/statements.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace confd::sim::yang {
namespace {

std::string error_of(std::string_view text) {
    const auto read = read_statements(text);
    if (read) return {};
    const auto& [place, message] = read.error();
    return std::to_string(place.line) + ":" + std::to_string(place.column) + ": " + message;
}

TEST(Statements, HaveKeywordsArgumentsAndPlaces) {
    const auto read = read_statements(
        "/* a\n b */ module m { // c }\n"
        "  leaf x {\n    type string { pattern 'a\"b' + \"c\\\"d\"\n + 'e'; } }\n"
        "  m:ext; uses g;\n}\n"
        "after it anything");
    ASSERT_TRUE(read);
    const auto& root = read->root;
    EXPECT_EQ(root.keyword, "module");
    EXPECT_EQ(root.argument, "m");
    EXPECT_EQ(root.place.line, 2);
    EXPECT_EQ(root.place.column, 7);
    ASSERT_EQ(root.children.size(), 3U);
    const auto& type = root.children[0].children.at(0);
    EXPECT_EQ(type.place.line, 4);
    EXPECT_EQ(type.place.column, 5);
    EXPECT_EQ(type.text_of("pattern"), "a\"bc\\\"de");
    EXPECT_EQ(root.children[1].keyword, "m:ext");
    EXPECT_EQ(root.find("leaf"), &root.children[0]);
    EXPECT_EQ(root.find("list"), nullptr);
    EXPECT_EQ(read->quoted.size(), 1U);
}

TEST(Statements, SayWhatIsWrongAndWhere) {
    EXPECT_EQ(error_of(""), "1:1: expected a module");
    EXPECT_EQ(error_of("\n }"), "2:2: expected a module, found }");
    EXPECT_EQ(error_of("module m {\n  leaf x {\n  }\n"),
              "4:1: the text ends inside of module m, which begins in line 1");
    EXPECT_EQ(error_of("module m { leaf x\n}"), "2:1: expected ; or { after leaf x");
    EXPECT_EQ(error_of("module m { leaf x y; }"), "1:19: expected ; or { after leaf x");
    EXPECT_EQ(error_of("module m {\n description \"abc; }"), "2:14: a string that does not end");
    EXPECT_EQ(error_of("module m {\n description \"abc\\\"; }"),
              "2:14: a string that does not end");
    EXPECT_EQ(error_of("module m { /* "), "1:12: a comment that does not end");
    EXPECT_EQ(error_of("module m { description 'a' + b; }"), "1:28: expected a string after +");
    EXPECT_EQ(error_of("module m { ; }"), "1:12: expected a statement");
    EXPECT_EQ(error_of(std::string_view("module \0m;", 10)), "1:8: a zero byte");
    std::string deep = "module m {";
    for (std::size_t i = 0; i < max_statement_nesting; ++i)
        deep += "a {";
    EXPECT_EQ(error_of(deep + std::string(max_statement_nesting + 1, '}')),
              "1:611: statements nested more than 200 deep");
}

std::string rewritten(std::string_view text) {
    const auto read = read_statements(text);
    return read ? for_libyang(text, *read) : error_of(text);
}

TEST(Yang1Strings, BackslashesThatMeanNothingStandForThemselves) {
    EXPECT_EQ(rewritten(R"(module m { a "\.\d\n\t\"\\\-"; b '\.'; c "x\.y"; })"),
              R"(module m { a "\\.\\d\n\t\"\\\\-"; b '\.'; c "x\\.y"; })");
    EXPECT_EQ(rewritten("module m { a \"\\\n\"; }"), "module m { a \"\\\\\n\"; }");
    constexpr std::string_view newer = R"(module m { yang-version 1.1; a "\."; })";
    EXPECT_EQ(rewritten(newer), newer);
    EXPECT_EQ(rewritten(R"(module m { yang-version "1"; a "\."; })"),
              R"(module m { yang-version "1"; a "\\."; })");
}

TEST(Yang1Strings, ContinuationLinesMoveWithTheirQuote) {
    EXPECT_EQ(rewritten("module m { a \"\\.\"; b \"x\n    y\n z\"; c \"p\n q\"; }"),
              "module m { a \"\\\\.\"; b \"x\n     y\n  z\"; c \"p\n  q\"; }");
    // The quote itself has not moved: what follows stays.
    EXPECT_EQ(rewritten("module m { a \"\\.\n  \\.\n  y\"; }"),
              "module m { a \"\\\\.\n  \\\\.\n  y\"; }");
}

RC_GTEST_PROP(Statements, AnyTextIsReadOrRefusedInside, ()) {
    // Pieces that meet in ways that random characters seldom do.
    static const std::vector<std::string> pieces{"module ", "m",  "{",  "}",  ";",  "\"",
                                                 "'",       "\\", "\n", "//", "/*", "*/",
                                                 "+",       " ",  "\t", "a:b"};
    std::string text;
    for (const auto& piece :
         *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces))) {
        text += piece;
    }
    const auto read = read_statements(text);
    const auto lines = std::ranges::count(text, '\n');
    if (!read) {
        RC_ASSERT(!read.error().message.empty());
        RC_ASSERT(read.error().place.line >= 1 && read.error().place.line <= lines + 1);
        RC_ASSERT(read.error().place.column >= 1);
        return;
    }
    const auto out = for_libyang(text, *read);
    RC_ASSERT(std::ranges::count(out, '\n') == lines);
    // It means the same when every escape has a meaning, so it is not changed again.
    const auto again = read_statements(out);
    RC_ASSERT(again.has_value());
    RC_ASSERT(for_libyang(out, *again) == out);
}

}  // namespace
}  // namespace confd::sim::yang
