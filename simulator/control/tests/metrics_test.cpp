// SPDX-License-Identifier: Apache-2.0
#include "simulator/control/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

#include "simulator/control/tests/fake_target.hpp"

namespace confd::sim::control {
namespace {

using test::busy_state;
using testing::HasSubstr;

Counters some_counters() {
    static const Notification event(NOTIF_AUDIT, AuditNotification{});
    Counters counters;
    counters.count({.direction = LogDirection::out, .kind = RecordKind::event, .event = &event});
    return counters;
}

TEST(Metrics, SayWhatTheStateSays) {
    auto state = busy_state("x");
    state.filter_ends = 5;
    const auto text = metrics_text(state, some_counters());
    for (const auto* line : {
             "confd_sim_info{scenario=\"audit-sync x\",product=\"confd\",release=\"7.8.2\","
             "seed=\"18446744073709551615\"} 1\n",
             "confd_sim_elapsed_seconds 12.345\n",
             "confd_sim_status{status=\"running\"} 1\n",
             "confd_sim_status{status=\"paused\"} 0\n",
             "confd_sim_subscribers{role=\"auditor\"} 1\n",
             "confd_sim_queued_bytes{role=\"\"} 4096\n",
             "confd_sim_barriers_open 1\n",
             "confd_sim_acks_missing 1\n",
             "confd_sim_fault_hits_total{id=\"3\",kind=\"delay\"} 2\n",
             "confd_sim_filter_ends_total 5\n",
             "confd_sim_events_sent_total{event=\"NOTIF_AUDIT\"} 1\n",
             "confd_sim_acks_total{verdict=\"late\"} 0\n",
             "confd_sim_records_total{kind=\"event\",dir=\"out\"} 1\n",
         })
        EXPECT_THAT(text, HasSubstr(line));
}

TEST(Metrics, LabelsAreEscaped) {
    EXPECT_THAT(metrics_text(busy_state("\"\\\n\xff"), {}),
                HasSubstr("scenario=\"audit-sync \\\"\\\\\\n\xef\xbf\xbd\""));
}

// The format's own rules, line by line.
TEST(Metrics, EverySampleBelongsToADescribedMetric) {
    const std::regex help("# HELP (confd_sim_[a-z_]+) .+");
    const std::regex type("# TYPE (confd_sim_[a-z_]+) (counter|gauge)");
    const std::regex sample(
        R"re((confd_sim_[a-z_]+)(\{([a-z]+="([^"\\]|\\["\\n])*",?)+\})? [0-9.e+]+)re");
    std::istringstream lines(metrics_text(busy_state("\"}\n{a=\"\\"), some_counters()));
    std::set<std::string> seen;
    std::string current;
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (std::regex_match(line, match, help)) {
            current = match[1];
            EXPECT_TRUE(seen.insert(current).second) << line;
        } else if (std::regex_match(line, match, type)) {
            EXPECT_EQ(match[1], current);
            EXPECT_EQ(match[2] == "counter", current.ends_with("_total")) << line;
        } else {
            ASSERT_TRUE(std::regex_match(line, match, sample)) << line;
            EXPECT_EQ(match[1], current);
        }
    }
    EXPECT_GT(seen.size(), 10U);
}

}  // namespace
}  // namespace confd::sim::control
