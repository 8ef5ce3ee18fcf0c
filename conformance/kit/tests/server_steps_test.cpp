// SPDX-License-Identifier: Apache-2.0
// The steps of a server's case as they are written, and what is said of mistakes in them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "conformance/kit/model/registry.hpp"
#include "conformance/kit/server/run.hpp"

namespace confd::kit::server {
namespace {

using testing::HasSubstr;

Case case_of(const std::string& steps) {
    auto cases = load_cases(R"(level: L1
strength: MUST
source: documented
requirements: [REQ-ACK-2]
rationale: because
cases:
  one:
    title: One
    steps:
)" + steps,
                            "server/made.yaml");
    if (cases && !cases->empty()) return std::move(cases->front());
    ADD_FAILURE() << (cases ? "no case" : to_string(cases.error().front()));
    return {};
}

/// What is wrong with steps, which begin on line 10.
std::string fault_of(const std::string& steps) {
    return script_fault(case_of(steps));
}

TEST(ServerSteps, AreMapsOrNamesAlone) {
    EXPECT_EQ(fault_of(R"(
      - hello: {version: 66, piece: 1, pause: 5ms}
      - expect: {reply: [0, 1]}
      - subscribe: {mask: every, without: [NOTIF_AUDIT]}
      - expect: ok
      - open: {on: b, mask: [NOTIF_DAEMON, 0x80000000], count: 3}
      - trigger: NOTIF_DAEMON
      - expect: {event: NOTIF_DAEMON, on: b}
      - expect: {released: NOTIF_DAEMON}
      - ack
      - close: {on: b, how: rst}
      - raw: 00000004deadbeef
      - term: "{hello, [world]}"
      - maapi: {on: m}
      - attach: {on: m, fails: any}
      - iterate: {on: m, answer: continue}
      - alive
)"),
              "");
}

TEST(ServerSteps, HaveTheVariablesOfTheirCase) {
    const auto cases = load_cases(R"(level: L1
strength: MUST
source: documented
requirements: [REQ-ACK-2]
rationale: because
before:
  - open: {mask: [$event]}
cases:
  table:
    title: $event comes
    vars: {other: b}
    steps:
      - open: {on: $other, mask: every, without: [$event]}
      - trigger: $event
    each:
      one: {event: NOTIF_AUDIT}
)",
                                  "server/made.yaml");
    ASSERT_TRUE(cases.has_value());
    EXPECT_EQ(script_fault(cases->front()), "");
    EXPECT_EQ(cases->front().script, R"(- open: {mask: [NOTIF_AUDIT]}
- open: {on: b, mask: every, without: [NOTIF_AUDIT]}
- trigger: NOTIF_AUDIT
)");
}

TEST(ServerSteps, SayWhatIsWrongWithThem) {
    EXPECT_THAT(fault_of("      - opne: {mask: 0}\n"),
                HasSubstr("server/made.yaml:10:9: 'opne' is no step: expected expect, hello, "));
    EXPECT_THAT(fault_of("      - opne: {mask: 0}\n"), HasSubstr("; did you mean 'open'?"));
    EXPECT_THAT(fault_of("      - open: {maks: 0}\n"),
                HasSubstr("10:16: 'maks' is not among the keys of open: "));
    EXPECT_THAT(fault_of("      - expect: {evnt: NOTIF_AUDIT}\n"),
                HasSubstr("10:18: 'evnt' is no expectation: expected challenge, granted, "));
    EXPECT_THAT(fault_of("      - open: {mask: [NOTIF_AUDTI]}\n"),
                HasSubstr("did you mean 'NOTIF_AUDIT'?"));
    EXPECT_THAT(fault_of("      - hello: {version: 65536}\n"), HasSubstr("10:26: expected "));
    EXPECT_THAT(fault_of("      - hello\n      - close: {how: gently}\n"),
                HasSubstr("11:22: expected fin, rst or half"));
    EXPECT_THAT(fault_of("      - hello\n      - ack: {on: b}\n"),
                HasSubstr("11:9: no step before makes a connection 'b'"));
    EXPECT_THAT(fault_of("      - hello\n      - expect: {reply: 0, within: 5s}\n"),
                HasSubstr("'within' is not among the keys of reply"));
    EXPECT_THAT(fault_of("      - hello\n      - raw: {hex: 0}\n"), HasSubstr("made.yaml:11:20: "));
    EXPECT_THAT(fault_of("      - [hello]\n"), HasSubstr("10:9: expected a step: its name, or "));
    EXPECT_THAT(fault_of("      []\n"), HasSubstr("expected a list of steps, found an empty list"));
}

}  // namespace
}  // namespace confd::kit::server
