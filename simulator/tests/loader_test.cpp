#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "simulator/scenario/yaml.hpp"
#include "simulator/tests/support.hpp"

namespace confd::sim {
namespace {

using test::errors_of;
using test::load;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

/// A scenario of these steps; they start on line 8.
std::string with_steps(std::string_view steps) {
    return fmt::format(
        "format: 1\n"
        "vars:\n"
        "  admin: {{usid: 17, username: admin}}\n"
        "  msg: hello\n"
        "streams: [{{name: NETCONF}}]\n"
        "subscribers: [{{role: auditor, must: NOTIF_AUDIT, count: 2}}]\n"
        "steps:\n{}",
        steps);
}

TEST(Loader, TakesTheSmallestScenario) {
    const auto scenario = load("format: 1\nsteps: []");
    EXPECT_EQ(scenario.seed, 0U);
    EXPECT_EQ(scenario.release, Release{});
    EXPECT_EQ(scenario.product, Product::confd);
    EXPECT_THAT(scenario.steps, SizeIs(0));
}

TEST(Loader, TakesEveryKey) {
    const auto scenario = load(R"(
format: 1
name: all
description: one line
seed: 18446744073709551615
release: 6.6
product: nso
vars: {user: admin}
streams: [{name: NETCONF}, {name: interface}]
subscribers:
  - {role: one, must: [NOTIF_AUDIT, NOTIF_AUDIT_SYNC], must_not: NOTIF_COMMIT_DIFF, count: 3}
  - {role: two, must: 16}
steps:
  - await: 1
)");
    EXPECT_EQ(scenario.name, "all");
    EXPECT_EQ(scenario.description, "one line");
    EXPECT_EQ(scenario.seed, UINT64_MAX);
    EXPECT_EQ(to_string(scenario.release), "6.6");
    EXPECT_EQ(scenario.product, Product::nso);
    EXPECT_THAT(scenario.streams, ElementsAre("NETCONF", "interface"));
    ASSERT_THAT(scenario.roles, SizeIs(2));
    EXPECT_EQ(scenario.roles[0].must, NOTIF_AUDIT | NOTIF_AUDIT_SYNC);
    EXPECT_EQ(scenario.roles[0].must_not, NOTIF_COMMIT_DIFF);
    EXPECT_EQ(scenario.roles[0].count, 3U);
    EXPECT_EQ(scenario.roles[1].must, NOTIF_COMMIT_DIFF);
    EXPECT_THAT(scenario.steps, SizeIs(1));
}

TEST(Loader, TheCommandLineWins) {
    const auto scenario = load("format: 1\nrelease: 6.6\nproduct: nso\nseed: 1\nsteps: []",
                               {.release = Release{8, 2, 0}, .product = Product::confd, .seed = 9});
    EXPECT_EQ(scenario.release.major, 8);
    EXPECT_EQ(scenario.product, Product::confd);
    EXPECT_EQ(scenario.seed, 9U);
}

TEST(Loader, TakesEveryStep) {
    const auto scenario = load(with_steps(R"(
  - await: {role: auditor, count: 1, within: 10s}
  - send: {event: NOTIF_AUDIT, fields: {usid: 17, user: admin, msg: "hi $msg"}, to: auditor, id: login}
  - barrier: {of: login, within: 2s}
  - barrier: login
  - barrier:
  - delay: 100ms
  - expect: {ack: {of: login, from: auditor, verdict: late}, within: 1s}
  - expect: {nothing: 500ms}
  - expect: {disconnect: auditor}
  - expect: {disconnect: {role: all}, within: 1.5s}
  - repeat: {times: 3, as: n, steps: [{send: {event: 1, fields: {msg: "$n of ${n}$$"}}}]}
  - when: {product: nso, release: [7.x, 6.6], steps: [{send: {event: NCS_NOTIF_PACKAGE_RELOAD}}]}
  - log: text
)"));
    EXPECT_THAT(scenario.steps, SizeIs(13));
}

TEST(Loader, ChecksStepsOfOtherReleasesToo) {
    EXPECT_EQ(errors_of(with_steps("  - when: {product: nso, steps: [{send: {event: "
                                   "NCS_NOTIF_CQ_PROGRESS, fields: {cq_idd: 1}}}]}")),
              "s.yaml:8:81: 'cq_idd' is not among the fields of NCS_NOTIF_CQ_PROGRESS: expected "
              "type, timestamp, cq_id, cq_tag, completed_devices, transient_devices, "
              "failed_devices, failed_reasons, completed_services, "
              "completed_services_completed_devices, failed_services, "
              "failed_services_completed_devices, failed_services_failed_devices or trace_id; did "
              "you mean 'cq_id'?\n");
}

TEST(Loader, ReportsAllErrorsOfAFileInItsOrder) {
    EXPECT_EQ(
        errors_of("format: 2\nnam: x\nseed: -1\nsteps: [{delay: 1}]\n"),
        "s.yaml:1:9: expected the format of this file, from 1 to 1, found the number 2\n"
        "s.yaml:2:1: 'nam' is not among the keys of a scenario: expected format, name, "
        "description, seed, release, product, vars, streams, subscribers or steps; did you "
        "mean 'name'?\n"
        "s.yaml:3:7: expected a seed from 0 to 18446744073709551615, found the number -1\n"
        "s.yaml:4:17: expected a duration of at most 24h such as 250ms, 1.5s or 2m, found the "
        "number 1\n");
}

struct Bad {
    const char* name;
    const char* steps;
    const char* error;  // after "s.yaml:"
};
void PrintTo(const Bad& bad, std::ostream* os) {
    *os << bad.name;
}

struct BadSteps : testing::TestWithParam<Bad> {};

TEST_P(BadSteps, AreReportedAtTheirPlace) {
    EXPECT_EQ(errors_of(with_steps(GetParam().steps)),
              fmt::format("s.yaml:{}\n", GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Loader, BadSteps,
    testing::Values(
        Bad{"NotAList", "  await: 1", "8:3: expected a list of steps, found a map"},
        Bad{"NotAMap", "  - await",
            "8:5: a step is a map with one key, expected await, send, barrier, delay, expect, "
            "repeat, "
            "when or log, found the text \"await\""},
        Bad{"TwoKinds", "  - await: 1\n    delay: 1s",
            "8:5: a step is a map with one key, expected await, send, barrier, delay, expect, "
            "repeat, "
            "when or log, found 2 keys"},
        Bad{"UnknownKind", "  - sned: {}",
            "8:5: there is no step 'sned', expected await, send, barrier, delay, expect, repeat, "
            "when "
            "or log; did you mean 'send'?"},
        Bad{"DuplicateKey", "  - await: {count: 1, count: 2}",
            "8:23: the key 'count' is there twice; first on line 8"},
        Bad{"UnknownKey", "  - await: {cuont: 1}",
            "8:13: 'cuont' is not among the keys of await: expected role, count or within; did you "
            "mean 'count'?"},
        Bad{"CountOutOfRange", "  - await: 0",
            "8:12: expected a number of subscribers or a map from 1 to 100000, found the number 0"},
        Bad{"UnknownRole", "  - await: {role: auditr}",
            "8:19: there is no role 'auditr', expected all or auditor; did you mean 'auditor'?"},
        Bad{"DurationWithoutUnit", "  - delay: 100",
            "8:12: expected a duration of at most 24h such as 250ms, 1.5s or 2m, found the number "
            "100"},
        Bad{"DurationTooLong", "  - delay: 25h",
            "8:12: expected a duration of at most 24h such as 250ms, 1.5s or 2m, found the text "
            "\"25h\""},
        Bad{"NoEvent", "  - send: {fields: {}}", "8:11: 'event' is missing"},
        Bad{"UnknownEvent", "  - send: {event: NOTIF_ADUIT}",
            "8:19: expected the name of an event such as NOTIF_AUDIT, found the text "
            "\"NOTIF_ADUIT\"; did you mean 'NOTIF_AUDIT'?"},
        Bad{"EventWithoutPrefix", "  - send: {event: AUDIT}",
            "8:19: expected the name of an event such as NOTIF_AUDIT, found the text \"AUDIT\"; "
            "did "
            "you mean 'NOTIF_AUDIT'?"},
        Bad{"FlagIsNoEvent", "  - send: {event: NOTIF_AUDIT_SYNC}",
            "8:19: expected the name of an event such as NOTIF_AUDIT, found the text "
            "\"NOTIF_AUDIT_SYNC\"; did you mean 'NOTIF_AUDIT'?"},
        Bad{"EventOfNso", "  - send: {event: NCS_NOTIF_CQ_PROGRESS}",
            "8:19: NCS_NOTIF_CQ_PROGRESS is an event of NSO, and this is confd 7.8.2; put the step "
            "under 'when'"},
        Bad{"EventOfEight", "  - send: {event: NOTIF_COMPACTION}",
            "8:19: NOTIF_COMPACTION came with the 8 releases, and this is confd 7.8.2; put the "
            "step "
            "under 'when'"},
        Bad{"UnknownField", "  - send: {event: NOTIF_AUDIT, fields: {usr: admin}}",
            "8:41: 'usr' is not among the fields of NOTIF_AUDIT: expected logno, user, usid or "
            "msg; "
            "did you mean 'user'?"},
        Bad{"FieldsOfASignal", "  - send: {event: NOTIF_REOPEN_LOGS, fields: {a: 1}}",
            "8:47: 'a' is not among the fields of NOTIF_REOPEN_LOGS: there are none"},
        Bad{"QuotedNumber", "  - send: {event: NOTIF_AUDIT, fields: {usid: '17'}}",
            "8:47: expected an integer without quotes, found the text \"17\""},
        Bad{"PortOutOfRange",
            "  - send: {event: NOTIF_COMMIT_FAILED, fields: {provider: 2, ip4: 1.2.3.4, port: "
            "65536}}",
            "8:82: expected an integer from 0 to 65535, found the number 65536"},
        Bad{"UnknownConstant",
            "  - send: {event: NOTIF_SUBAGENT_INFO, fields: {type: SUBAGENT_INFO_UPP}}",
            "8:55: expected SUBAGENT_INFO_UP, SUBAGENT_INFO_DOWN or a number, found the text "
            "\"SUBAGENT_INFO_UPP\"; did you mean 'SUBAGENT_INFO_UP'?"},
        Bad{"FieldOfAnotherForm",
            "  - send: {event: NOTIF_COMMIT_FAILED, fields: {provider: DP_CDB, port: 1}}",
            "8:67: 'port' is not there in this form of the event, given the fields before it"},
        Bad{"FieldOfNso", "  - send: {event: NOTIF_PROGRESS, fields: {device: ce0}}",
            "8:44: 'device' is not there in 7x releases of confd"},
        Bad{"BadAddress",
            "  - send: {event: NOTIF_COMMIT_FAILED, fields: {provider: 2, ip4: 1.2.3}}",
            "8:67: expected an IPv4 address, found the text \"1.2.3\""},
        Bad{"WrongFamily",
            "  - send: {event: NOTIF_COMMIT_FAILED, fields: {provider: 2, af: inet6, ip4: "
            "1.2.3.4}}",
            "8:66: expected inet beside ip4, found the text \"inet6\""},
        Bad{"NestedField", "  - send: {event: NOTIF_USER_SESSION, fields: {uinfo: {usrname: x}}}",
            "8:56: 'usrname' is not among the fields here: expected usid, username, clearpass, "
            "context, proto, af, addr, port, logintime, snmp_v3_ctx or flags; did you mean "
            "'username'?"},
        Bad{"UnevenColumns",
            "  - when: {product: nso, steps: [{send: {event: NCS_NOTIF_CQ_PROGRESS, fields: "
            "{failed_devices: [a], failed_reasons: [b, c]}}}]}",
            "8:118: 'failed_reasons' has 2 elements, expected 1 as in the list beside it"},
        Bad{"UnknownVariable", "  - send: {event: NOTIF_AUDIT, fields: {msg: \"$mgs\"}}",
            "8:46: there is no variable 'mgs'; did you mean 'msg'?; '$$' stands for a dollar sign"},
        Bad{"MapInText", "  - send: {event: NOTIF_AUDIT, fields: {msg: \"hi $admin\"}}",
            "8:46: 'admin' is a map, expected a text or number inside a text"},
        Bad{"OpenBrace", "  - log: \"${msg\"",
            "8:10: '${' without a name and '}' after it; '$$' stands for a dollar sign"},
        Bad{"BarrierOfNothing", "  - send: {event: NOTIF_AUDIT, id: login}\n  - barrier: logn",
            "9:14: no send before this step has the id 'logn'; did you mean 'login'?"},
        Bad{"NoTimes", "  - repeat: {steps: []}", "8:13: 'times' is missing"},
        Bad{"RoundInADuration", "  - repeat: {times: 2, steps: [{delay: $i}]}",
            "8:40: 'i' changes from round to round: it can be used in the fields of an event and "
            "in "
            "log texts, not here"},
        Bad{"LastRoundOutOfRange",
            "  - repeat: {times: 70000, steps: [{send: {event: NOTIF_COMMIT_FAILED, fields: "
            "{provider: "
            "2, port: $i}}}]}",
            "8:100: expected an integer from 0 to 65535, found the number 70000"},
        Bad{"WhenWithoutCondition", "  - when: {steps: []}",
            "8:11: 'when' needs a condition: product or release"},
        Bad{"WhenUnknownRelease", "  - when: {release: 9.x, steps: []}",
            "8:21: expected a release such as 7.x or 7.8, found the text \"9.x\""},
        Bad{"ExpectNothingToExpect", "  - expect: {within: 1s}",
            "8:13: expect needs one of nothing, ack or disconnect, found 0"},
        Bad{"UnknownVerdict", "  - expect: {ack: {verdict: lat}}",
            "8:29: expected known, duplicate, late or unknown, found the text \"lat\"; did you "
            "mean "
            "'late'?"},
        Bad{"UnknownStream", "  - send: {event: NOTIF_STREAM_EVENT, stream: NETCNF}",
            "8:47: there is no stream 'NETCNF', expected NETCONF; did you mean 'NETCONF'?"},
        Bad{"UnknownValueType",
            "  - send: {event: NOTIF_STREAM_EVENT, fields: {values: [{ns: 1, tag: 2, v: {type: "
            "unit8}}]}}",
            "8:83: expected the name of a value type, found the text \"unit8\"; did you mean "
            "'uint8'?"},
        Bad{"ValueOutOfRange",
            "  - send: {event: NOTIF_STREAM_EVENT, fields: {values: [{ns: 1, tag: 2, v: {type: "
            "uint8, "
            "value: 256}}]}}",
            "8:97: expected an uint8 from 0 to 255, found the number 256"},
        Bad{"Syntax", "  - {send: [}", "8:13: not YAML: illegal flow end"}),
    [](const auto& test) { return test.param.name; });

TEST(Loader, RefusesFilesThatAreNoScenario) {
    EXPECT_EQ(errors_of(""), "s.yaml:1:1: the file is empty, expected a scenario\n");
    EXPECT_EQ(errors_of("- a"),
              "s.yaml:1:1: expected a map with the keys of a scenario, found a list\n");
    EXPECT_EQ(errors_of("format: 1\nsteps: []\n---\nformat: 1\n"),
              "s.yaml:4:1: a second document, expected one scenario a file\n");
    EXPECT_THAT(errors_of(std::string(max_scenario_bytes + 1, ' ')), HasSubstr("at most"));
}

TEST(Loader, BoundsWhatAFileCanMakeItHold) {
    std::string bomb = "format: 1\nsteps: []\nvars:\n  a: &a [x, x, x, x, x, x, x, x, x, x]\n";
    for (char c = 'b'; c <= 'k'; ++c) {
        const char before = static_cast<char>(c - 1);
        bomb += fmt::format("  {0}: &{0} [*{1}, *{1}, *{1}, *{1}, *{1}, *{1}, *{1}, *{1}]\n", c,
                            before);
    }
    EXPECT_THAT(errors_of(bomb), HasSubstr("more than 200000 nodes with every alias written out"));

    std::string variables = "format: 1\nsteps: []\nvars:\n  a: [x, x, x, x, x, x, x, x, x, x]\n";
    for (char c = 'b'; c <= 'k'; ++c) {
        const char before = static_cast<char>(c - 1);
        variables +=
            fmt::format("  {0}: [${1}, ${1}, ${1}, ${1}, ${1}, ${1}, ${1}, ${1}]\n", c, before);
    }
    EXPECT_THAT(errors_of(variables), HasSubstr("with every variable written out"));

    EXPECT_THAT(errors_of("format: 1\nsteps: " + std::string(100, '[') + std::string(100, ']')),
                HasSubstr("nested deeper than 64 levels"));
    EXPECT_THAT(errors_of("format: 1\nsteps: &a [*a]\n"), HasSubstr("inside what it stands for"));
}

TEST(Loader, RefusesRolesThatCannotBe) {
    EXPECT_EQ(
        errors_of(
            "format: 1\nsteps: []\nsubscribers:\n  - {role: all}\n"
            "  - {role: a, must: 1, must_not: [NOTIF_AUDIT]}\n  - {role: a}\n  - {must: 1}\n"),
        "s.yaml:4:12: there is a role 'all' already\n"
        "s.yaml:5:34: a bit that the mask must have and must not\n"
        "s.yaml:6:12: there is a role 'a' already\n"
        "s.yaml:7:5: 'role' is missing\n");
}

TEST(Loader, SaysThatAFileCannotBeRead) {
    const auto scenario = load_scenario_file("/nonexistent/x.yaml");
    ASSERT_FALSE(scenario);
    EXPECT_EQ(to_string(scenario.error().at(0)),
              "/nonexistent/x.yaml:1:1: the file cannot be read: No such file or directory");
    EXPECT_FALSE(load_scenario_file("/"));
}

TEST(Loader, TakesTheScenariosOfTheTreeForEveryReleaseAndProduct) {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(CONFD_SOURCE_DIR "/scenarios")) {
        if (entry.path().extension() != ".yaml") continue;
        ++files;
        for (const Release release : {Release{6, 6, 0}, Release{7, 8, 2}, Release{8, 2, 0}}) {
            for (const auto product : {Product::confd, Product::nso}) {
                const auto scenario = load_scenario_file(
                    entry.path(), {.release = release, .product = product, .seed = {}});
                if (scenario) continue;
                for (const auto& error : scenario.error())
                    ADD_FAILURE() << to_string(error);
            }
        }
    }
    EXPECT_GE(files, 5U);
}

}  // namespace
}  // namespace confd::sim
