// SPDX-License-Identifier: Apache-2.0
// Files of cases: what a case says itself, in its row of a table and at the head of its file; and
// what is said of mistakes in them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "conformance/kit/model/registry.hpp"
#include "conformance/kit/model/yaml_text.hpp"
#include "simulator/text/yaml.hpp"

namespace confd::kit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// What every case needs.
constexpr std::string_view head = R"(level: L1
strength: MUST
source: documented
requirements: [REQ-ACK-2]
rationale: because
)";

std::vector<Case> cases_in(const std::string& rest, const std::string& path = "codec/made.yaml") {
    auto cases = load_cases(std::string(head) + rest, path);
    if (cases) return std::move(*cases);
    for (const auto& error : cases.error())
        ADD_FAILURE() << to_string(error);
    return {};
}

/// All that is wrong, a line each. The head has five lines.
std::string errors_in(const std::string& rest, const std::string& path = "codec/made.yaml") {
    const auto cases = load_cases(std::string(head) + rest, path);
    std::string out;
    if (cases) return out;
    for (const auto& error : cases.error())
        out += to_string(error) + "\n";
    return out;
}

TEST(Cases, HaveWhatTheirFileSaysForAll) {
    const auto cases = cases_in(R"(features: [trigger]
cases:
  one: {title: One, script: alive}
  two: {title: Two, script: alive, level: L0, features: [], catches: [sleeps]}
)");
    ASSERT_EQ(cases.size(), 2U);
    EXPECT_EQ(cases[0].id, "codec/made/one");
    EXPECT_EQ(cases[0].level, Level::l1);
    EXPECT_THAT(cases[0].features, ElementsAre("trigger"));
    EXPECT_EQ(cases[0].line, 8);
    EXPECT_EQ(cases[1].level, Level::l0);
    EXPECT_THAT(cases[1].features, ElementsAre());
    EXPECT_THAT(cases[1].catches, ElementsAre("sleeps"));
}

TEST(Cases, OfATableDifferInTheirRows) {
    const auto cases = cases_in(R"(cases:
  table:
    title: $what comes once, and ${what}s do not
    script: event $what
    each:
      audit: {what: AUDIT}
      again: {what: AUDIT, level: L2, title: Again}
)");
    ASSERT_EQ(cases.size(), 2U);
    EXPECT_EQ(cases[0].id, "codec/made/audit");
    EXPECT_EQ(cases[0].title, "AUDIT comes once, and AUDITs do not");
    EXPECT_EQ(cases[0].script, "event AUDIT");
    EXPECT_EQ(cases[0].line, 11);
    EXPECT_EQ(cases[1].title, "Again");
    EXPECT_EQ(cases[1].level, Level::l2);
}

TEST(Cases, OfClientsAreScenarios) {
    const auto cases = cases_in(R"(mask: [NOTIF_AUDIT]
vars:
  login: {user: admin}
before:
  - await: 1
after:
  - delay: 50ms
cases:
  table:
    title: In $dialect
    steps:
      - send: {event: NOTIF_AUDIT, fields: $login, id: $id}
    each:
      old: {dialect: 6x, release: 6.6, id: a}
  bare:
    title: Nothing before
    before: []
    vars: {login: nobody}
    prints: true
    steps:
      - log: $login
)",
                                "client/made.yaml");
    ASSERT_EQ(cases.size(), 2U);
    EXPECT_EQ(cases[0].script, R"(format: 1
vars: {id: a, login: {user: admin}}
steps:
  - await: 1
  - send: {event: NOTIF_AUDIT, fields: $login, id: $id}
  - delay: 50ms
)");
    EXPECT_EQ(cases[0].client->release, (Release{6, 6, 0}));
    EXPECT_TRUE(cases[0].client->about_release);
    EXPECT_EQ(cases[1].script, R"(format: 1
vars: {login: nobody}
steps:
  - log: $login
  - delay: 50ms
)");
    EXPECT_THAT(cases[1].features, ElementsAre("output"));
    const auto& send = *cases[0].played->find("steps")->get()->items[1];
    EXPECT_EQ(to_string(send.place), "client/made.yaml:17:9");
}

TEST(Cases, MayShareAGroupAmongFiles) {
    const auto cases =
        cases_in("cases:\n  one: {title: One, script: alive}\n", "codec/made.more.yaml");
    ASSERT_EQ(cases.size(), 1U);
    EXPECT_EQ(cases[0].id, "codec/made/one");
    EXPECT_TRUE(may_hold("codec/made.more.yaml", "codec/made/one"));
    EXPECT_TRUE(may_hold("codec/made.yaml", "codec/made/one"));
    EXPECT_FALSE(may_hold("codec/made.yaml", "server/other/one"));
}

TEST(Cases, SayWhatIsWrongWithThem) {
    EXPECT_EQ(
        errors_in("cases:\n  one: {titel: One, script: alive}\n"),
        "codec/made.yaml:7:3: 'title' is missing\n"
        "codec/made.yaml:7:9: 'titel' is not among the keys of a case: expected title, level, "
        "strength, source, requirements, features, rationale, note, catches, may_catch or "
        "script; did you mean 'title'?\n");
    EXPECT_EQ(
        errors_in("cases:\n  one: {title: One, script: alive, level: L7}\n"),
        "codec/made.yaml:7:43: expected L0, L1 or L2, found the text \"L7\"; did you mean 'L0'?\n");
    EXPECT_EQ(errors_in("cases:\n  one: {title: One, script: alive, requirements: [REQ-NONE]}\n"),
              "codec/made.yaml:7:50: docs/protocol.md has no REQ-NONE\n");
    EXPECT_EQ(errors_in("cases:\n  One: {title: One, script: alive}\n"),
              "codec/made.yaml:7:3: expected the end of an ID: small letters, digits and -, found "
              "the text \"One\"\n");
    EXPECT_THAT(errors_in("levle: L1\ncases: {}\n"),
                HasSubstr("6:1: 'levle' is not among the keys of a file of cases: "));
    EXPECT_EQ(errors_in(""), "codec/made.yaml:1:1: 'cases' is missing\n");
    EXPECT_THAT(errors_in("cases: [one]\n"),
                HasSubstr("6:8: expected a map of cases by their names"));
    EXPECT_THAT(errors_in("cases: {}\n", "nobody/made.yaml"),
                HasSubstr("in no folder client, server or codec"));
}

TEST(Cases, SayWhatIsWrongWithTables) {
    const std::string table =
        "cases:\n  table:\n    title: $what comes\n    script: alive\n    each:\n";
    EXPECT_EQ(
        errors_in(table + "      one: {wath: AUDIT}\n"),
        "codec/made.yaml:8:12: there is no variable 'what'; did you mean 'wath'?; '$$' stands "
        "for a dollar sign\n"
        "codec/made.yaml:11:13: 'wath' is not among the keys of a case and the variables in "
        "it: expected title, level, strength, source, requirements, features, rationale, note, "
        "catches, may_catch, script or what; did you mean 'what'?\n");
    EXPECT_THAT(errors_in(table + "      one: {what: [1]}\n"), HasSubstr("'what' is a list"));
    EXPECT_THAT(errors_in("cases:\n  table: {title: One, script: alive, each: [one]}\n"),
                HasSubstr("7:44: expected a map of cases by their names, found a list"));
}

bool equal(const sim::YamlNode& a, const sim::YamlNode& b) {
    if (a.kind != b.kind || a.text != b.text || a.items.size() != b.items.size() ||
        a.entries.size() != b.entries.size())
        return false;
    for (std::size_t i = 0; i < a.items.size(); ++i)
        if (!equal(*a.items[i], *b.items[i])) return false;
    for (std::size_t i = 0; i < a.entries.size(); ++i) {
        if (!equal(*a.entries[i].first, *b.entries[i].first)) return false;
        if (!equal(*a.entries[i].second, *b.entries[i].second)) return false;
    }
    return true;
}

/// What reports and `explain` show can be played by confd-sim.
TEST(YamlText, OfWhatIsPlayedIsThat) {
    for (const auto& test : all_cases()) {
        if (!test.played) continue;
        sim::Diagnostics diagnostics;
        const auto read =
            sim::parse_yaml(test.script, std::make_shared<const std::string>(test.id), diagnostics);
        ASSERT_TRUE(read != nullptr && diagnostics.empty()) << test.id << "\n" << test.script;
        EXPECT_TRUE(equal(*read, *test.played)) << test.id << "\n" << test.script;
    }
}

}  // namespace
}  // namespace confd::kit
