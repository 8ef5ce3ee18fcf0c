// SPDX-License-Identifier: Apache-2.0
// What a client printed and what its server logged, however they are written.
#include "conformance/kit/client/output.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "conformance/kit/client/transcript.hpp"
#include "protocol/render/render.hpp"

namespace confd::kit {
namespace {

using testing::HasSubstr;

Notification audit(std::string user) {
    AuditNotification body;
    body.user = std::move(user);
    return {NOTIF_AUDIT, body};
}

std::optional<std::string> compare(const Notification& event, std::string_view output) {
    return compare_output({to_json(event)}, output);
}

TEST(CompareOutput, TakesEscapesOfAnyCharacter) {
    const auto line = [](std::string_view user) {
        return "{\"type\":1,\"name\":\"NOTIF_AUDIT\",\"audit\":{\"logno\":0,\"user\":\"" +
               std::string(user) + "\",\"usid\":0,\"msg\":\"\"}}\n";
    };
    EXPECT_EQ(compare(audit("\xf0\x9f\x98\x80"), line("\\ud83d\\ude00")), std::nullopt);
    EXPECT_EQ(compare(audit("\xc3\xa9"), line("\\u00e9")), std::nullopt);
    EXPECT_EQ(compare(audit(std::string("a\0b", 3)), line("a\\u0000b")), std::nullopt);
    EXPECT_THAT(compare(audit(""), line("\\ud83d")).value(),
                HasSubstr("line 1 of the output is no JSON: line 1, column "));
}

TEST(CompareOutput, TakesTheDeepestEvent) {
    Value deep = Value::buf("x");
    for (int i = 0; i < 25; ++i)
        deep = Value{ValueType::list, ValueList{{std::move(deep)}}};
    HaNotification ha;
    ha.type = HA_INFO_SLAVE_ARRIVED;
    ha.slave_arrived.nodeid = deep;
    const Notification event{NOTIF_HA_INFO, ha};
    EXPECT_EQ(compare(event, boost::json::serialize(to_json(event))), std::nullopt);
}

/// A client that has loaded schemas has names to print.
TEST(CompareOutput, TakesNumbersOrNames) {
    const auto event = [](const char* path) {
        return boost::json::value{{"type", 16}, {"commit_diff", {{"diff", {{{"path", path}}}}}}};
    };
    const std::vector<boost::json::value> numbers{event("/7:1"), event("/7:2")};
    const std::vector<boost::json::value> names{event("/one"), event("/two")};
    const auto printed = [&](const char* first, const char* second) {
        const auto output = boost::json::serialize(event(first)) + "\n" +
                            boost::json::serialize(event(second)) + "\n";
        return compare_output(numbers, output, names).value_or("");
    };
    EXPECT_EQ(printed("/7:1", "/7:2"), "");
    EXPECT_EQ(printed("/one", "/two"), "");
    EXPECT_EQ(printed("/one", "/one"),
              "event 2 (line 2 of the output): commit_diff.diff[0].path: expected \"/7:2\", found "
              "\"/one\"");
}

TEST(ParseLog, ReadsMembersOfTheWrongKindAsNone) {
    const auto log = parse_log(
        R"({"t":"x","peer":-1,"kind":"connect","dir":3,"hex":"0","ack":[]})"
        "\n"
        R"({"t":1.5,"peer":2,"kind":"ack","dir":"in","hex":"0a","ack":{"call":"f","id":[17]}})"
        "\n");
    ASSERT_EQ(log.messages.size(), 2U);
    EXPECT_EQ(log.messages[0].peer, 0U);
    EXPECT_EQ(log.messages[0].at, 0);
    EXPECT_EQ(log.messages[1].call, "f([17])");
    EXPECT_EQ(log.messages[1].at, 1.5);
    EXPECT_FALSE(log.kept_open);
}

TEST(ParseLog, KnowsThatAConnectionWasKeptOpenAfterTheEnd) {
    const std::string over = "{\"kind\":\"log\",\"text\":\"the scenario is over\"}\n";
    const std::string kept =
        "{\"kind\":\"disconnect\",\"peer\":1,"
        "\"text\":\"subscriber 1 was closed; the peer did not close\"}\n";
    const std::string closed =
        "{\"kind\":\"disconnect\",\"peer\":1,\"text\":\"subscriber 1 was closed\"}\n";
    EXPECT_TRUE(parse_log(over + kept).kept_open);
    EXPECT_FALSE(parse_log(over + closed).kept_open);
    EXPECT_FALSE(parse_log(kept + over + closed).kept_open) << "the scenario went on";
}

TEST(ParseLog, EndsWhereTheLogIsCutOff) {
    const auto log = parse_log("{\"kind\":\"connect\",\"peer\":1}\n{\"kind\":\"hel");
    EXPECT_EQ(log.messages.size(), 1U);
    EXPECT_EQ(parse_log("").messages.size(), 0U);
    EXPECT_EQ(read_log("/proc").messages.size(), 0U);
}

}  // namespace
}  // namespace confd::kit
