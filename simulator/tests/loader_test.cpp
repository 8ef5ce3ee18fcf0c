// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <expected>
#include <filesystem>
#include <map>

#include "protocol/value/calendar.hpp"
#include "protocol/value/text.hpp"
#include "simulator/scenario/world.hpp"
#include "simulator/tests/support.hpp"
#include "simulator/text/yaml.hpp"

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

TEST(Loader, TakesEventsByShortNamesEverywhere) {
    EXPECT_EQ(
        errors_of(with_steps("  - send: {event: audit}\n  - send: {event: Forward_Info}\n"
                             "  - send: {event: NOTIF_AUDIT}\n  - send: {event: 1}\n"
                             "  - mix: {events: {AUDIT: 1, NOTIF_HA_INFO: 2, 1: 3}, count: 1}\n")),
        "");
}

/// A scenario that is JSON as a whole, in one line.
std::string json_of(std::string_view message) {
    return R"({"format": 1, "steps": [{"send": {"event": "NOTIF_AUDIT", "fields": {"usid": 17, )"
           R"("msg": ")" +
           std::string(message) + "\"}}}]}";
}

TEST(Json, TakesSurrogatePairs) {
    EXPECT_EQ(errors_of(json_of(R"(smile \ud83d\ude00 \u00e9 \"\/\b\f\n\r\t \\ \u0000)")), "");
    EXPECT_EQ(load(R"({"format": 1, "name": "\ud83d\ude00 \u00e9", "steps": []})").name,
              "\xf0\x9f\x98\x80 \xc3\xa9");
}

TEST(Json, TakesKeysOfAnyLength) {
    const std::string name(3000, 'k');
    EXPECT_EQ(
        errors_of(fmt::format(
            R"({{"format": 1, "vars": {{"{0}": "x"}}, "steps": [{{"log": "${0}"}}]}})", name)),
        "");
}

TEST(Json, HalfAPairIsAnErrorWithItsPlace) {
    EXPECT_EQ(errors_of("{\n \"name\": \"\\ud83d\"\n}"),
              "s.yaml:2:17: not JSON: half of a surrogate pair\n");
    EXPECT_EQ(errors_of(R"({"name": "\ude00\ud83d"})"),
              "s.yaml:1:17: not JSON: half of a surrogate pair\n");
    EXPECT_EQ(
        errors_of("format: 1\nname: \"\\ud83d\\ude00\"\n"),
        "s.yaml:2:14: not YAML: invalid unicode: 55357; surrogate pairs are read where the whole "
        "text is JSON\n");
}

TEST(Json, WhatIsWrongInItHasItsPlace) {
    EXPECT_EQ(errors_of("{\"format\": 1,\n  \"nmae\": true,\n  \"steps\": [\n{\"await\" : 0 }] }"),
              "s.yaml:2:3: 'nmae' is not among the keys of a scenario: expected format, name, "
              "description, vars, include, modules, sessions, streams, subscribers, seed, release, "
              "product, clock, allow, try or steps; did you mean 'name'?\n"
              "s.yaml:4:12: expected a number from 1 to 100000, found the number 0\n");
    EXPECT_EQ(errors_of(R"({"format": 1, "format": 1, "steps": []})"),
              "s.yaml:1:15: the key 'format' is there twice; first on line 1\n");
    EXPECT_EQ(errors_of(std::string(170, '[') + std::string(170, ']')),
              "s.yaml:1:161: nested deeper than 160 levels\n");
}

TEST(Json, WhatGoesFurtherAsYamlIsYaml) {
    EXPECT_EQ(errors_of("{format: 1, steps: []}"), "");
    EXPECT_EQ(errors_of("{\"format\": 1, \"steps\": [] } # the end"), "");
    EXPECT_EQ(errors_of("{\"format\": 1, steps: [}"), "s.yaml:1:23: not YAML: illegal flow end\n");
}

TEST(ByteOrderMark, IsTaken) {
    EXPECT_EQ(errors_of("\xef\xbb\xbf"
                        "format: 1\nsteps: []\n"),
              "");
    EXPECT_EQ(errors_of("\xef\xbb\xbf"
                        R"({"format": 1, "steps": []})"),
              "");
    EXPECT_EQ(errors_of("\xef\xbb\xbf"
                        "format: 2\nsteps: []\n"),
              "s.yaml:1:9: expected 1, the format of this file, found the number 2\n");
}

TEST(ByteOrderMark, OfAnotherEncodingIsAnErrorWithItsPlace) {
    EXPECT_EQ(errors_of(std::string("\xff\xfe"
                                    "f\0o\0",
                                    6)),
              "s.yaml:1:1: byte 0xff, expected a text in UTF-8\n");
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
    ASSERT_THAT(scenario.streams, SizeIs(2));
    EXPECT_EQ(scenario.streams[0].name, "NETCONF");
    EXPECT_EQ(scenario.streams[1].name, "interface");
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
        "s.yaml:1:9: expected 1, the format of this file, found the number 2\n"
        "s.yaml:2:1: 'nam' is not among the keys of a scenario: expected format, name, "
        "description, vars, include, modules, sessions, streams, subscribers, seed, release, "
        "product, clock, allow, try or steps; did you mean 'name'?\n"
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
            "8:5: a step is a map with one key, expected await, send, term, raw, barrier, "
            "expect, delay, repeat, when, mix, parallel, any_of, optional, fault, close, log or "
            "finally, found the text \"await\""},
        Bad{"TwoKinds", "  - await: 1\n    delay: 1s",
            "8:5: a step is a map with one key, expected await, send, term, raw, barrier, "
            "expect, delay, repeat, when, mix, parallel, any_of, optional, fault, close, log or "
            "finally, found 2 keys"},
        Bad{"UnknownKind", "  - sned: {}",
            "8:5: there is no step 'sned', expected await, send, term, raw, barrier, expect, "
            "delay, "
            "repeat, when, mix, parallel, any_of, optional, fault, close, log or finally; did you "
            "mean 'send'?"},
        Bad{"DuplicateKey", "  - await: {count: 1, count: 2}",
            "8:23: the key 'count' is there twice; first on line 8"},
        Bad{"UnknownKey", "  - await: {cuont: 1}",
            "8:13: 'cuont' is not among the keys of await: expected role, count or within; did you "
            "mean 'count'?"},
        Bad{"CountOutOfRange", "  - await: 0",
            "8:12: expected a number from 1 to 100000, found the number 0"},
        Bad{"UnknownRole", "  - await: {role: auditr}",
            "8:19: there is no role 'auditr', expected all or auditor; did you mean 'auditor'?"},
        Bad{"DurationWithoutUnit", "  - delay: 100",
            "8:12: expected a duration of at most 24h such as 250ms, 1.5s or 2m, found the number "
            "100"},
        Bad{"DurationTooLong", "  - delay: 25h",
            "8:12: expected a duration of at most 24h such as 250ms, 1.5s or 2m, found the text "
            "\"25h\""},
        Bad{"NoEvent", "  - send: {fields: {}}", "8:11: 'event' or 'notification' is missing"},
        Bad{"UnknownEvent", "  - send: {event: NOTIF_ADUIT}",
            "8:19: expected the name of an event such as NOTIF_AUDIT, found the text "
            "\"NOTIF_ADUIT\"; did you mean 'NOTIF_AUDIT'?"},
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
            "8:11: 'product', 'release' or 'mask' is missing"},
        Bad{"WhenUnknownRelease", "  - when: {release: 9.x, steps: []}",
            "8:21: expected a release such as 7.x or 7.8, found the text \"9.x\""},
        Bad{"ExpectNothingToExpect", "  - expect: {within: 1s}",
            "8:13: expected exactly one of ack, disconnect, reconnect, subscription, refused, "
            "syslog, slow, maapi or nothing, found 0"},
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
        Bad{"NullExpect", "  - expect:",
            "8:5: expected exactly one of ack, disconnect, reconnect, subscription, refused, "
            "syslog, slow, maapi or nothing, found 0"},
        Bad{"NullDelay",
            "  - delay:", "8:5: expected exactly one of fixed, uniform or exponential, found 0"},
        Bad{"NullMix", "  - mix:", "8:5: expected exactly one of events or stream, found 0"},
        Bad{"NullSend", "  - send:", "8:5: 'event' or 'notification' is missing"},
        Bad{"NullFault", "  - fault:", "8:5: expected exactly one of kind or clear, found 0"},
        Bad{"NullTerm", "  - term:", "8:5: expected a map with the keys of term, found nothing"},
        Bad{"NullParallel",
            "  - parallel:", "8:5: expected a map with the keys of parallel, found nothing"},
        Bad{"NullClose", "  - close: {how: abruptly}",
            "8:18: expected fin, rst or half, found the text \"abruptly\""},
        Bad{"TwoExpectations", "  - expect: {ack: {}, disconnect: all}",
            "8:13: expected exactly one of ack, disconnect, reconnect, subscription, refused, "
            "syslog, slow, maapi or nothing, found 2"},
        Bad{"NothingWithin", "  - expect: {nothing: 1s, within: 2s}",
            "8:35: 'within' does not go with 'nothing'"},
        Bad{"RoleOfAnybody", "  - expect: {disconnect: {role: all, anybody: true}}",
            "8:33: 'role' does not go with 'anybody'"},
        Bad{"UnknownExpectation", "  - expect: {reconect: all}",
            "8:13: expected exactly one of ack, disconnect, reconnect, subscription, refused, "
            "syslog, slow, maapi or nothing, found 0\ns.yaml:8:14: 'reconect' is not among the "
            "keys of "
            "expect: expected ack, disconnect, reconnect, subscription, refused, syslog, slow, "
            "maapi, nothing or within; did you mean 'reconnect'?"},
        Bad{"RefusedCode", "  - expect: {refused: {code: many}}",
            "8:30: expected a number from 0 to 1000, found the text \"many\""},
        Bad{"SyslogState", "  - expect: {syslog: gone}",
            "8:22: expected taken or returned, found the text \"gone\""},
        Bad{"SubscriptionStream", "  - expect: {subscription: {stream: NETCNF}}",
            "8:37: there is no stream 'NETCNF', expected NETCONF; did you mean 'NETCONF'?"},
        Bad{"SlowRole", "  - expect: {slow: nobody}",
            "8:20: there is no role 'nobody', expected all or auditor"},
        Bad{"BadTerm", "  - term: \"{1, \"",
            "8:11: not a term: line 1, column 5: expected a term, found the end of the text"},
        Bad{"TermToNobody", "  - term: {text: ok, to: auditr}",
            "8:26: there is no role 'auditr', expected all or auditor; did you mean 'auditor'?"},
        Bad{"OddHex", "  - raw: 0a b",
            "8:10: expected bytes in hex such as 00 01 a7, found the text \"0a b\""},
        Bad{"HexAndFrame", "  - raw: {hex: 00, frame: 1}",
            "8:27: expected true or false, found the number 1"},
        Bad{"FrameOfNothing", "  - raw: {hex: '', frame: true}",
            "8:16: a frame has at least one byte"},
        Bad{"NoUniform", "  - delay: {uniform: 50ms}",
            "8:22: expected two durations such as [50ms, 200ms], found the text \"50ms\""},
        Bad{"UniformBackwards", "  - delay: {uniform: [2s, 1s]}",
            "8:22: the first duration is above the second"},
        Bad{"TwoDelays", "  - delay: {fixed: 1s, exponential: 1s}",
            "8:12: expected exactly one of fixed, uniform or exponential, found 2"},
        Bad{"NoExponential", "  - delay: {exponential: often}",
            "8:26: expected a duration of at most 24h such as 250ms, 1.5s or 2m, found the text "
            "\"often\""},
        Bad{"ParallelOfNothing", "  - parallel: []",
            "8:15: expected a list of lists of steps, found an empty list"},
        Bad{"ParallelOfSteps", "  - parallel: [{log: a}]",
            "8:16: expected a list of steps, found a map"},
        Bad{"EmptyBranch", "  - parallel: [[{log: a}], []]", "8:28: a list without steps"},
        Bad{"AnyOfThatActs", "  - any_of: [[{expect: {ack: {}}}], [{log: a}]]",
            "8:39: expected await, barrier or expect as the first step here"},
        Bad{"OptionalThatActs", "  - optional: {steps: [{delay: 1s}]}",
            "8:25: expected await, barrier or expect as the first step here"},
        Bad{"OptionalWithoutSteps", "  - optional: {}", "8:15: 'steps' is missing"},
        Bad{"FinallyInBadForm", "  - finally: {log: a}",
            "8:14: 'steps' is missing\ns.yaml:8:15: 'log' is not among the keys of finally: "
            "expected steps"},
        Bad{"WhenRoleAlone", "  - when: {product: confd, role: auditor, steps: []}",
            "8:34: 'role' goes with 'mask' only"},
        Bad{"WhenMask", "  - when: {mask: NOTIF_ADUIT, steps: []}",
            "8:18: 'NOTIF_ADUIT' is no event; did you mean 'NOTIF_AUDIT'?"},
        Bad{"MixOfNothing", "  - mix: {count: 1}",
            "8:10: expected exactly one of events or stream, found 0"},
        Bad{"MixWithoutEnd", "  - mix: {events: {audit: 1}}",
            "8:10: 'count' or 'duration' is missing"},
        Bad{"MixEvents", "  - mix: {events: {adit: 1}, count: 1}",
            "8:20: expected the name of an event such as NOTIF_AUDIT, found the text \"adit\"; did "
            "you mean 'NOTIF_AUDIT'?"},
        Bad{"MixPartOfAName", "  - mix: {events: {forward: 1}, count: 1}",
            "8:20: expected the name of an event such as NOTIF_AUDIT, found the text "
            "\"forward\"; did you mean 'NOTIF_FORWARD_INFO'?"},
        Bad{"MixPartOfNames", "  - mix: {events: {commit: 1}, count: 1}",
            "8:20: expected the name of an event such as NOTIF_AUDIT, found the text "
            "\"commit\"; did you mean 'NOTIF_COMMIT_SIMPLE', 'NOTIF_COMMIT_DIFF', "
            "'NOTIF_COMMIT_FAILED', 'NOTIF_CONFIRMED_COMMIT' or 'NOTIF_COMMIT_PROGRESS'?"},
        Bad{"MixWeight", "  - mix: {events: {audit: 0}, count: 1}",
            "8:27: expected a weight from 1 to 1000000, found the number 0"},
        Bad{"MixEmpty", "  - mix: {events: {}, count: 1}",
            "8:19: expected events and their weights such as {audit: 6, commit_diff: 1}, found an "
            "empty map"},
        Bad{"MixOfNso", "  - mix: {events: {cq_progress: 1}, count: 1}",
            "8:20: NCS_NOTIF_CQ_PROGRESS is an event of NSO, and this is confd 7.8.2"},
        Bad{"MixRate", "  - mix: {events: {audit: 1}, count: 1, rate: fast}",
            "8:47: expected a rate of at most 1000000/s such as 1000/s, 0.5/s or 30/m, found the "
            "text \"fast\""},
        Bad{"MixAcks", "  - mix: {events: {audit: 1}, count: 1, acks: never}",
            "8:47: expected await or ignore, found the text \"never\""},
        Bad{"MixStreamWithoutModules", "  - mix: {stream: NETCONF, count: 1}",
            "8:19: random notifications need 'modules' that declare some in the scenario"},
        Bad{"MixBoth", "  - mix: {stream: NETCONF, events: {audit: 1}, count: 1}",
            "8:10: expected exactly one of events or stream, found 2"},
        Bad{"FaultKind", "  - fault: {kind: dorp}",
            "8:19: expected split, coalesce, delay, stall, drop, duplicate, reorder, truncate, "
            "corrupt, wrong_length, oversized_length, garbage, unknown_event, wrong_arity, "
            "wrong_type, reset, half_close, refuse, slow_handshake, fail_connections, "
            "wrong_challenge or early_event, found the text \"dorp\"; did you mean 'drop'?"},
        Bad{"FaultUnknownParameter", "  - fault: {kind: drop, proability: 0.5}",
            "8:25: 'proability' is not among the keys of fault drop: expected kind, name, clear, "
            "direction, service, to, role, stage, probability, seed, skip, times, total or events; "
            "did you mean 'probability'?"},
        Bad{"FaultParameterOfAnother", "  - fault: {kind: drop, bytes: 3}",
            "8:25: 'bytes' is not among the keys of fault drop: expected kind, name, clear, "
            "direction, service, to, role, stage, probability, seed, skip, times, total or events"},
        Bad{"FaultProbability", "  - fault: {kind: drop, probability: 2}",
            "8:38: expected a number from 0 to 1, found the number 2"},
        Bad{"FaultDuration", "  - fault: {kind: delay, duration: 100}",
            "8:36: expected a duration of at most 24h such as 250ms, 1.5s or 2m, found the number "
            "100"},
        Bad{"FaultRange", "  - fault: {kind: coalesce, count: 1}",
            "8:36: expected a number from 2 to 1000, found the number 1"},
        Bad{"FaultRole", "  - fault: {kind: drop, role: auditr}",
            "8:31: there is no role 'auditr', expected all or auditor; did you mean 'auditor'?"},
        Bad{"FaultEvents", "  - fault: {kind: drop, events: [NOTIF_AUDIT, NOTIF_HA]}",
            "8:47: 'NOTIF_HA' is no event; expected names such as NOTIF_AUDIT, or a number"},
        Bad{"FaultDirection", "  - fault: {kind: garbage, direction: in}",
            "8:39: direction: garbage goes out only"},
        Bad{"FaultStage", "  - fault: {kind: drop, stage: handshake}",
            "8:32: stage: drop takes events, subscription here, not 'handshake'"},
        Bad{"FaultHow", "  - fault: {kind: truncate, how: half}",
            "8:34: expected fin or rst, found the text \"half\""},
        Bad{"FaultField", "  - fault: {kind: corrupt, field: msgg, events: NOTIF_AUDIT}",
            "8:35: field: no event here has a field 'msgg'; did you mean 'msg'?"},
        Bad{"FaultRoleTooEarly", "  - fault: {kind: refuse, to: auditor}",
            "8:31: to: 'auditor' is not known yet at this stage, which takes 'all' only"},
        Bad{"FaultBothNamesOfTheRole", "  - fault: {kind: drop, to: auditor, role: auditor}",
            "8:44: 'role' is the older name of 'to': expected one of them"},
        Bad{"FaultService", "  - fault: {kind: drop, service: mapi}",
            "8:34: expected events, maapi or any, found the text \"mapi\"; did you mean 'maapi'?"},
        Bad{"FaultOfEventsForMaapi", "  - fault: {kind: early_event, service: maapi}",
            "8:41: service: early_event takes events here, not 'maapi'"},
        Bad{"FaultBeforeTheHello", "  - fault: {kind: fail_connections, service: maapi}",
            "8:46: service: fail_connections takes any here, not 'maapi'"},
        Bad{"FaultRoleOfMaapi", "  - fault: {kind: drop, service: maapi, to: auditor}",
            "8:34: service: 'to' is about a subscriber's role, which MAAPI sockets do not have: "
            "expected events"},
        Bad{"FaultSubscriptionOfMaapi",
            "  - fault: {kind: drop, service: any, stage: subscription}",
            "8:34: service: 'stage' is about a subscription, which MAAPI sockets do not have: "
            "expected events"},
        Bad{"FaultEventsOfMaapi", "  - fault: {kind: drop, service: maapi, events: NOTIF_AUDIT}",
            "8:34: service: 'events' is about events, which MAAPI sockets do not have: expected "
            "events"},
        Bad{"FaultFieldOfMaapi", "  - fault: {kind: corrupt, service: maapi, field: msg}",
            "8:37: service: 'field' is about fields of events, which MAAPI sockets do not have: "
            "expected events"},
        Bad{"FaultMapForANumber", "  - fault: {kind: delay, duration: {fixed: 1s}}",
            "8:36: expected a duration of at most 24h such as 250ms, 1.5s or 2m, found a map"},
        Bad{"FaultClearUnknown", "  - fault: {kind: drop, name: lose}\n  - fault: {clear: loose}",
            "9:20: no fault before this step has the name 'loose'; did you mean 'lose'?"},
        Bad{"FaultClearAndMore", "  - fault: {clear: all, times: 1}", "8:12: 'clear' stands alone"},
        Bad{"FaultNeither", "  - fault: {name: x}",
            "8:12: expected exactly one of kind or clear, found 0"},
        Bad{"NameWithoutModules", "  - send: {notification: {link-up: {}}}",
            "8:26: an event can be written by name only with 'modules' in the scenario"},
        Bad{"NameAndEvent", "  - send: {notification: {link-up: {}}, event: NOTIF_STREAM_EVENT}",
            "8:26: an event can be written by name only with 'modules' in the "
            "scenario\ns.yaml:8:48: 'event' does not go with 'notification'"},
        Bad{"TimeWithoutName", "  - send: {event: NOTIF_STREAM_EVENT, time: 2026-11-22T10:00:00Z}",
            "8:45: 'time' goes with 'notification' only"},
        Bad{"StreamOfAnotherEvent", "  - send: {event: NOTIF_AUDIT, stream: NETCONF}",
            "8:40: 'stream' goes with NOTIF_STREAM_EVENT only"},
        Bad{"AwaitUnknownKey", "  - await: {roles: auditor}",
            "8:13: 'roles' is not among the keys of await: expected role, count or within; did you "
            "mean 'role'?"},
        Bad{"LogOfAMap", "  - log: {texts: a}",
            "8:10: 'text' is missing\ns.yaml:8:11: 'texts' is not among the keys of log: expected "
            "text; did you mean 'text'?"},
        Bad{"Syntax", "  - {send: [}", "8:13: not YAML: illegal flow end"}),
    [](const auto& test) { return test.param.name; });

TEST(Loader, WholeNumbersAreThoseOfYaml) {
    const auto scenario = load(
        "format: 1\nseed: 0x10\ntry: [{run: a, exits: +5}, {run: a, exits: 0o17}]\n"
        "steps:\n  - fault: {kind: oversized_length, length: \"0x20\"}\n");
    EXPECT_EQ(scenario.seed, 16U);
    EXPECT_EQ(scenario.tries.at(0).exits, 5);
    EXPECT_EQ(scenario.tries.at(1).exits, 15);
    EXPECT_EQ(
        errors_of("format: 1\nseed: 0x-1\nsteps: []\n"),
        "s.yaml:2:7: expected a seed from 0 to 18446744073709551615, found the text \"0x-1\"\n");
}

TEST(Loader, WritesVariablesOutOnce) {
    const auto scenario = load(
        "format: 1\nvars: {s: [{name: NETCONF}]}\nsteps: []\n"
        "streams: [{name: \"a$$b\", access: [{user: \"$$c\"}]}]\ntry: [{run: \"echo $$PATH\"}]\n");
    EXPECT_EQ(scenario.streams.at(0).name, "a$b");
    EXPECT_EQ(scenario.streams.at(0).access.at(0).user, "$c");
    EXPECT_EQ(scenario.tries.at(0).run, "echo $PATH");
    EXPECT_EQ(load("format: 1\nvars: {s: [{name: NETCONF}]}\nsteps: []\nstreams: $s\n")
                  .streams.at(0)
                  .name,
              "NETCONF");
}

TEST(Loader, ListsTheStepsInsideOfOthers) {
    const auto scenario =
        load(with_steps("  - when: {product: confd, steps: [{delay: 1s}]}\n"
                        "  - when: {product: nso, steps: [{delay: 2s}]}\n"
                        "  - optional: [{await: 1}]"));
    std::vector<std::string_view> kinds;
    for (const auto& listed : scenario.listed)
        kinds.push_back(listed.kind);
    EXPECT_THAT(kinds, ElementsAre("when", "delay", "when", "optional", "await"));
}

TEST(Loader, RefusesFilesThatAreNoScenario) {
    EXPECT_EQ(errors_of(""), "s.yaml:1:1: the file is empty, expected a scenario\n");
    EXPECT_EQ(errors_of("- a"),
              "s.yaml:1:1: expected a map with the keys of a scenario, found a list\n");
    EXPECT_EQ(errors_of("format: 1\nsteps: []\n---\nformat: 1\n"),
              "s.yaml:4:1: a second document, expected one scenario a file\n");
    // What is wrong in a second document does not hide that it is there.
    EXPECT_THAT(errors_of("-\n:"),
                HasSubstr("s.yaml:2:1: a second document, expected one scenario a file\n"));
    EXPECT_THAT(errors_of(std::string(max_scenario_bytes + 1, ' ')), HasSubstr("at most"));
}

TEST(Loader, RefusesFilesThatAreNotUtf8) {
    EXPECT_EQ(errors_of("a: b\nc: \xe9t\xe9\n"),
              "s.yaml:2:4: byte 0xe9, expected a text in UTF-8\n");
    // As an editor may store it: UTF-16, with its mark and without.
    EXPECT_EQ(errors_of(std::string("\xff\xfe"
                                    "a\0",
                                    4)),
              "s.yaml:1:1: byte 0xff, expected a text in UTF-8\n");
    EXPECT_EQ(errors_of(std::string("a\0:\0", 4)),
              "s.yaml:1:2: byte 0x00, expected a text in UTF-8\n");
    // UTF-8 may have its mark too.
    EXPECT_EQ(errors_of("\xef\xbb\xbf"
                        "format: 1\nsteps: []\n"),
              errors_of("format: 1\nsteps: []\n"));
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

    EXPECT_THAT(errors_of("format: 1\nsteps: " + std::string(170, '[') + std::string(170, ']')),
                HasSubstr("nested deeper than 160 levels"));
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

void expect_good(const std::string& path, const LoadOptions& options) {
    const auto scenario = load_scenario_file(path, options);
    if (scenario) return;
    for (const auto& error : scenario.error())
        ADD_FAILURE() << to_string(error);
}

TEST(Loader, TakesTheScenariosOfTheTree) {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(CONFD_SOURCE_DIR "/scenarios")) {
        if (entry.path().extension() != ".yaml") continue;
        ++files;
        expect_good(entry.path(), {});
        // Plays on all of them, and says so.
        if (entry.path().stem() != "tour") continue;
        for (const Release release : {Release{6, 6, 0}, Release{7, 8, 2}, Release{8, 2, 0}}) {
            for (const auto product : {Product::confd, Product::nso})
                expect_good(entry.path(), {.release = release, .product = product});
        }
    }
    EXPECT_GE(files, 5U);
}

// ---- the parts of a scenario ----

/// Errors of a scenario whose steps do not matter.
std::string errors_with(std::string_view parts) {
    return errors_of(fmt::format("format: 1\nsteps: []\n{}", parts));
}

TEST(Loader, TakesThePartsOfAScenario) {
    const auto scenario = load(R"(
format: 1
clock: 2026-11-22T10:00:00Z
allow: [acks, malformed]
vars: {user: admin}
sessions:
  - {usid: 17, username: $user, groups: [oper, admin]}
  - {usid: 18}
streams:
  - name: NETCONF
    replay: false
    replay_failed: no log
    after_replay: live
    access: [{user: guest, usid: 18, access: permit}, {group: oper}]
    log:
      - fields: {event_time: 2026-11-22T09:00:00Z}
subscribers:
  - {role: debug, must: NOTIF_PROGRESS, verbosity: 3}
  - {role: links, stream: NETCONF, count: 1}
try:
  - confd-listen --mask NOTIF_AUDIT
  - {run: confd-listen --count 3, exits: 2}
steps: []
)");
    EXPECT_EQ(scenario.clock, to_time_point(*parse_datetime("2026-11-22T10:00:00Z")));
    EXPECT_EQ(scenario.allowed, allow_acks | allow_malformed);
    ASSERT_TRUE(scenario.sessions);
    ASSERT_THAT(*scenario.sessions, SizeIs(2));
    EXPECT_EQ(scenario.sessions->at(0).uinfo.username, "admin");
    EXPECT_THAT(scenario.sessions->at(0).groups, ElementsAre("oper", "admin"));
    EXPECT_EQ(scenario.sessions->at(1).uinfo.usid, 18);
    ASSERT_THAT(scenario.streams, SizeIs(1));
    const auto& stream = scenario.streams[0];
    EXPECT_FALSE(stream.replay);
    EXPECT_EQ(stream.replay_failed, "no log");
    EXPECT_EQ(stream.after_replay, AfterReplay::live);
    ASSERT_THAT(stream.access, SizeIs(2));
    EXPECT_EQ(stream.access[0].access, Access::permit);
    EXPECT_EQ(stream.access[0].usid, 18);
    EXPECT_EQ(stream.access[1].access, Access::deny);
    EXPECT_EQ(stream.access[1].group, "oper");
    EXPECT_THAT(stream.log, SizeIs(1));
    EXPECT_EQ(scenario.roles[0].verbosity, 3);
    EXPECT_EQ(scenario.roles[1].stream, "NETCONF");
    ASSERT_THAT(scenario.tries, SizeIs(2));
    EXPECT_EQ(scenario.tries[0].run, "confd-listen --mask NOTIF_AUDIT");
    EXPECT_EQ(scenario.tries[1].exits, 2);
}

TEST(Loader, ReportsBadParts) {
    EXPECT_EQ(
        errors_with("clock: noon\nallow: [ack]\nseed: x\n"),
        "s.yaml:3:8: expected a date and time such as 2026-11-22T10:00:00Z, or now, found the text "
        "\"noon\"\ns.yaml:4:9: expected acks, disconnects, malformed or unsafe, found the text "
        "\"ack\"; did you mean 'acks'?\ns.yaml:5:7: expected a seed from 0 to "
        "18446744073709551615, found the "
        "text \"x\"\n");
    EXPECT_EQ(errors_with("sessions: [{usid: 17, usrname: a}]\n"),
              "s.yaml:3:23: 'usrname' is not among the fields here: expected usid, username, "
              "clearpass, context, proto, af, addr, port, logintime, snmp_v3_ctx or flags; did you "
              "mean 'username'?\n");
    EXPECT_EQ(errors_with("sessions: {usid: 17}\n"), "s.yaml:3:11: expected a list, found a map\n");
    EXPECT_EQ(
        errors_with("streams: [{name: a, after_replay: never}, {name: a}, {replay: 1, name: b}]\n"),
        "s.yaml:3:35: expected end or live, found the text \"never\"\ns.yaml:3:43: there is a "
        "stream 'a' already\ns.yaml:3:63: expected true or false, found the number 1\n");
    EXPECT_EQ(errors_with("streams: [{name: a, log: [{time: 2026-11-22T10:00:00Z}]}]\n"),
              "s.yaml:3:27: expected exactly one of notification or fields, found 0\n");
    EXPECT_EQ(
        errors_with("streams: [{name: a, log: [{notification: {x: {}}}]}]\n"),
        "s.yaml:3:27: a logged event needs its time, such as 2026-11-22T10:00:00Z\ns.yaml:3:42: an "
        "event can be written by name only with 'modules' in the scenario\n");
    EXPECT_EQ(errors_with("streams: [{name: a, log: [{fields: {values: []}}, null]}]\n"),
              "s.yaml:3:51: expected exactly one of notification or fields, found 0\n");
    EXPECT_EQ(errors_with("streams: [{name: a, access: [{notifications: x, acess: deny}]}]\n"),
              "s.yaml:3:46: notifications have names only with 'modules'\ns.yaml:3:49: 'acess' is "
              "not among the keys of an access rule: expected user, group, usid, notifications or "
              "access; did you mean 'access'?\n");
    EXPECT_EQ(errors_with("subscribers: [{role: a, verbosity: 4}, {role: b, stream: x}]\n"),
              "s.yaml:3:36: expected a number from 0 to 3, found the number 4\n");
    EXPECT_EQ(errors_with("streams: [{name: x}]\nsubscribers: [{role: b, stream: y}]\n"),
              "s.yaml:4:33: there is no stream 'y', expected x; did you mean 'x'?\n");
    EXPECT_EQ(errors_with("modules: no-such-module\n"),
              "s.yaml:3:10: no YANG module 'no-such-module' in ., yang\n");
}

TEST(Loader, NamesOfModulesAreChecked) {
    const LoadOptions options{.module_path = {CONFD_SOURCE_DIR "/scenarios/yang"}};
    EXPECT_EQ(
        errors_of("format: 1\nmodules: example-if\nsteps:\n"
                  "  - send: {notification: {link-upp: {}}}\n"
                  "  - send: {notification: {link-up: {}}}\n"
                  "  - send: {notification: {link-up: {if-name: eth0, mtu: 1}}, time: noon}\n"
                  "  - repeat: {times: 10, steps: [{send: {notification: {link-up: {if-name: eth0, "
                  "mtu: 9208$i}}}}]}\n"
                  "streams: [{name: a, access: [{notifications: [link-up, link-dwn]}]}]\n",
                  options),
        "s.yaml:4:27: no module has a notification 'link-upp'; did you mean "
        "'link-up'?\ns.yaml:5:36: notification link-up needs its leaf 'if-name'\ns.yaml:6:57: mtu: "
        "expected a uint16 of 68..9216, found the number 1 (Unsatisfied range - value \"1\" is out "
        "of the allowed range)\ns.yaml:6:68: expected a date and time such as "
        "2026-11-22T10:00:00Z, or now, found the text \"noon\"\ns.yaml:7:86: mtu: expected a "
        "uint16 of "
        "68..9216, found the number 92081 (Value \"92081\" is out of type uint16 min/max "
        "bounds)\ns.yaml:7:86: mtu: expected a uint16 of 68..9216, found the number 920810 (Value "
        "\"920810\" is out of type uint16 min/max bounds)\ns.yaml:8:46: no module has a "
        "notification 'link-dwn'; did you mean 'link-down'?\n");
}

// ---- include ----

/// Files by their path, for LoadOptions.read.
LoadOptions reading(std::map<std::string, std::string> files) {
    LoadOptions options;
    options.read = [files = std::move(files)](
                       const std::string& path) -> std::expected<std::string, std::string> {
        const auto file = files.find(path);
        if (file == files.end()) return std::unexpected("there is no such file");
        return file->second;
    };
    return options;
}

TEST(Include, BringsWhatComesBeforeTheFilesOwn) {
    const auto options = reading({
        {"lib/base.yaml",
         "format: 1\nvars: {who: admin}\nsessions: [{usid: 17, username: $who}]\n"
         "streams: [{name: NETCONF}]\nsubscribers: [{role: auditor, must: NOTIF_AUDIT}]\n"},
        {"lib/more/roles.yaml",
         "format: 1\nname: roles\ninclude: ../base.yaml\nsubscribers: [{role: $who}]\n"},
    });
    const auto scenario = load(
        "format: 1\ninclude: [lib/more/roles.yaml, lib/base.yaml]\nvars: {also: $who}\n"
        "subscribers: [{role: last}]\n"
        "steps: [{await: {role: auditor}}, {send: {event: NOTIF_AUDIT, fields: {user: $also}}}]\n",
        options);
    ASSERT_THAT(scenario.roles, SizeIs(3));
    EXPECT_EQ(scenario.roles[0].name, "auditor");
    EXPECT_EQ(scenario.roles[1].name, "admin");
    EXPECT_EQ(scenario.roles[2].name, "last");
    EXPECT_THAT(scenario.streams, SizeIs(1));
    EXPECT_THAT(*scenario.sessions, SizeIs(1));
    EXPECT_EQ(scenario.name, "");
}

TEST(Include, GoesByTheFolderOfTheFileThatAsks) {
    const auto options = reading({{"a/s.yaml", "format: 1\ninclude: parts.yaml\nsteps: []\n"},
                                  {"a/parts.yaml", "format: 1\nvars: {x: 1}\n"}});
    EXPECT_TRUE(load_scenario_file("a/s.yaml", options));
}

TEST(Include, SaysWhatIsWrongAndWhere) {
    EXPECT_EQ(errors_of("format: 1\ninclude: gone.yaml\nsteps: []\n", reading({})),
              "s.yaml:2:10: cannot include gone.yaml: there is no such file\n");
    EXPECT_EQ(errors_of("format: 1\ninclude: s.yaml\nsteps: []\n", reading({{"s.yaml", ""}})),
              "s.yaml:2:10: s.yaml includes itself\n");
    EXPECT_EQ(errors_of("format: 1\ninclude: a.yaml\nsteps: []\n",
                        reading({{"a.yaml", "format: 1\ninclude: b.yaml\n"},
                                 {"b.yaml", "format: 1\ninclude: x/../a.yaml\n"}})),
              "b.yaml:2:10: x/../a.yaml includes itself\n");
    EXPECT_EQ(
        errors_of(
            "format: 1\ninclude: a.yaml\nnam: x\nsteps: []\nseed: x\n",
            reading({{"a.yaml", "format: 2\nsteps: []\nvars: {a: $b}\nname: {x: 1}\nseed: x\n"}})),
        "s.yaml:3:1: 'nam' is not among the keys of a scenario: expected format, name, "
        "description, vars, include, modules, sessions, streams, subscribers, seed, release, "
        "product, clock, allow, try or steps; did you mean 'name'?\ns.yaml:5:7: expected a seed "
        "from 0 to 18446744073709551615, found the text \"x\"\na.yaml:1:9: expected 1, the format "
        "of this file, found the number 2\na.yaml:2:1: 'steps' is not among the keys of an "
        "included file: expected format, name, description, vars, include, modules, sessions, "
        "streams or subscribers\na.yaml:3:11: there is no variable 'b'; '$$' stands for a dollar "
        "sign\na.yaml:4:7: expected a text, found a map\na.yaml:5:1: 'seed' is not among the keys "
        "of an included file: expected format, "
        "name, description, vars, include, modules, sessions, streams or subscribers\n");
    EXPECT_EQ(
        errors_of(
            "format: 1\ninclude: a.yaml\nsteps: []\nsubscribers: [{role: a}]\n",
            reading({{"a.yaml",
                      "format: 1\nvars: {}\nsteps: []\nsubscribers: [{role: a}, {role: a}]\n"}})),
        "a.yaml:3:1: 'steps' is not among the keys of an included file: expected format, name, "
        "description, vars, include, modules, sessions, streams or subscribers\na.yaml:4:33: there "
        "is a role 'a' already\ns.yaml:4:22: there is a role 'a' already\n");
}

TEST(Include, HasADepth) {
    std::map<std::string, std::string> files;
    for (int i = 0; i < 20; ++i) {
        files[fmt::format("{}.yaml", i)] = fmt::format("format: 1\ninclude: {}.yaml\n", i + 1);
    }
    EXPECT_EQ(errors_of("format: 1\ninclude: 0.yaml\nsteps: []\n", reading(files)),
              "7.yaml:2:10: more than 8 files include one another\n");
}

// ---- a single step ----

TEST(LoadStep, IsCheckedAgainstTheScenario) {
    const auto scenario = load(with_steps("  - await: 1"));
    EXPECT_TRUE(load_step(scenario, "send", "{event: NOTIF_AUDIT, to: auditor}", "request"));
    const auto bad = load_step(scenario, "send", "{event: NOTIF_AUDIT, to: auditr}", "request");
    ASSERT_FALSE(bad);
    EXPECT_EQ(to_string(bad.error().at(0)),
              "request:1:26: there is no role 'auditr', expected all or auditor; did you mean "
              "'auditor'?");
    EXPECT_FALSE(load_step(scenario, "mix", "", "request"));
}

}  // namespace
}  // namespace confd::sim
