// SPDX-License-Identifier: Apache-2.0
// What the vendor's library crashes on is warned of, and not sent unless the scenario says so.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/scenario/engine.hpp"
#include "simulator/scenario/event_fields.hpp"
#include "simulator/tests/stage.hpp"

namespace confd::sim {
namespace {

using test::Stage;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const LoadOptions with_modules{.module_path = {CONFD_SOURCE_DIR "/scenarios/yang"}};

std::vector<std::string> warnings_of(const std::string& text) {
    const auto scenario = test::load(text, with_modules);
    std::vector<std::string> out;
    for (const auto& warning : scenario.warnings)
        out.push_back(to_string(warning));
    return out;
}

std::string scenario_of(std::string_view parts, std::string_view send) {
    return fmt::format("format: 1\n{}steps:\n  - send: {}\n", parts, send);
}

/// Steps start on line 5.
constexpr std::string_view modules = "modules: example-if\nproduct: nso\n";
constexpr std::string_view link_down =
    "{event: stream_event, fields: {values: ["
    "{ns: 1265344724, tag: 2099440003, v: {type: xmlbegin}}, "
    "{ns: 1265344724, tag: 1751455506, v: {type: uint16, value: 9000}}, "
    "{ns: 1265344724, tag: 2099440003, v: {type: xmlend}}]}}";

TEST(Hazards, TagsWithoutNames) {
    EXPECT_THAT(warnings_of(scenario_of(modules, link_down)), IsEmpty());
    EXPECT_THAT(
        warnings_of(scenario_of("", link_down)),
        ElementsAre(
            "s.yaml:3:51: warning: tag 1265344724:2099440003 is of no module that clients "
            "can load, and the vendor's library crashes without its name; the event is left "
            "out, 'unsafe: true' in the step sends it"));
}

TEST(Hazards, TagsInTheWrongPlace) {
    const auto warnings =
        warnings_of(scenario_of(modules,
                                "{event: stream_event, fields: {values: ["
                                "{ns: 1265344724, tag: 2099440003, v: {type: xmlbegin}}, "
                                "{ns: 1265344724, tag: 17, v: {type: uint16, value: 9000}}, "
                                "{ns: 1265344724, tag: 2099440003, v: {type: xmlend}}]}}"));
    ASSERT_THAT(warnings, SizeIs(1));
    EXPECT_THAT(warnings[0], HasSubstr("tag 1265344724:17 is of no module"));
    // A leaf of the data is not one of the notification's.
    EXPECT_THAT(
        warnings_of(scenario_of(modules,
                                "{event: stream_event, fields: {values: [{ns: 1265344724, tag: "
                                "1751455506, v: {type: uint16, value: 1}}]}}")),
        SizeIs(1));
}

TEST(Hazards, EndsOfStreamsHaveNoTags) {
    EXPECT_THAT(warnings_of(scenario_of("",
                                        "{event: stream_event, fields: {type: "
                                        "STREAM_NOTIFICATION_COMPLETE}}")),
                IsEmpty());
}

TEST(Hazards, DevicesWithoutNames) {
    for (const auto* fields :
         {"{type: CALL_HOME_DEVICE_CONNECTED}", "{type: CALL_HOME_DEVICE_CONNECTED, device: ''}"}) {
        const auto warnings = warnings_of(
            scenario_of(modules, fmt::format("{{event: call_home_info, fields: {}}}", fields)));
        ASSERT_THAT(warnings, SizeIs(1)) << fields;
        EXPECT_THAT(warnings[0], HasSubstr("warning: without a device CALL_HOME_DEVICE_CONNECTED "
                                           "crashes the vendor's library: 'ce0' is sent"));
    }
    EXPECT_THAT(warnings_of(scenario_of(modules,
                                        "{event: call_home_info, fields: {type: "
                                        "CALL_HOME_DEVICE_CONNECTED, device: ce1}}")),
                IsEmpty());
    EXPECT_THAT(warnings_of(scenario_of(modules,
                                        "{event: call_home_info, fields: {type: "
                                        "CALL_HOME_UNKNOWN_DEVICE}}")),
                IsEmpty());
    EXPECT_THAT(warnings_of(scenario_of(modules, "{event: call_home_info}")), IsEmpty());
}

TEST(Hazards, AreNamedInTheSend) {
    Stage stage("  - send: {event: call_home_info, fields: {device: ''}}\n",
                "format: 1\nproduct: nso\nsteps:\n");
    auto config = test::client_config(NCS_NOTIF_CALL_HOME_INFO);
    config.product = Product::nso;
    test::HubClient client(stage.hub_, stage.now, config);
    EXPECT_EQ(stage.run(), StepStatus::done);
    const auto events = client.exchange(stage.now);
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_EQ(events[0].get<CallHomeNotification>()->device, "ce0");
}

TEST(Hazards, TimesThatAreGarbage) {
    EXPECT_THAT(warnings_of(scenario_of("", "{event: progress, fields: {timestamp: 2147483647}}")),
                ElementsAre("s.yaml:3:49: warning: microseconds since 1970 below 2^31 are garbage "
                            "to the vendor's library"));
    EXPECT_THAT(warnings_of(scenario_of("", "{event: progress, fields: {timestamp: 2147483648}}")),
                IsEmpty());
    EXPECT_THAT(warnings_of(scenario_of("", "{event: progress}")), IsEmpty());
}

TEST(Hazards, TextsThatAreCut) {
    EXPECT_THAT(warnings_of(scenario_of("", "{event: audit, fields: {msg: \"a\\0b\"}}")),
                ElementsAre(HasSubstr(":40: warning: the text ends at its NUL")));
    EXPECT_THAT(warnings_of(scenario_of(
                    "", "{event: audit, fields: {msg: " + std::string(8192, 'x') + "}}")),
                ElementsAre(HasSubstr("a text of 8192 bytes")));
    EXPECT_THAT(warnings_of(scenario_of(
                    "", "{event: audit, fields: {msg: " + std::string(8191, 'x') + "}}")),
                IsEmpty());
}

/// A path of so many steps, with one entry of so many keys.
std::string diff_of(std::size_t steps, std::size_t keys) {
    std::string path;
    for (std::size_t i = 0; i + 1 < steps; ++i)
        path += fmt::format("{{ns: 1, tag: {}}}, ", i + 1);
    std::string texts;
    for (std::size_t i = 0; i < keys; ++i)
        texts += fmt::format("{}{{type: uint8, value: 1}}", i == 0 ? "" : ", ");
    return fmt::format(
        "{{event: commit_diff, diff: [{{path: [{{keys: [{}]}}, {}], op: created}}]}}", texts,
        path.substr(0, path.size() - 2));
}

std::string first_warning(std::string_view product, std::size_t steps, std::size_t keys) {
    const auto warnings =
        warnings_of(scenario_of(fmt::format("product: {}\n", product), diff_of(steps, keys)));
    return warnings.empty() ? "" : warnings.front();
}

TEST(Hazards, PathsThatAreTooLong) {
    EXPECT_THAT(first_warning("confd", 20, 1), HasSubstr("a path of 20 steps"));
    EXPECT_THAT(first_warning("confd", 19, 8), HasSubstr("no module that clients can load"));
    EXPECT_THAT(first_warning("confd", 19, 9), HasSubstr("an entry with 9 keys"));
    EXPECT_THAT(first_warning("nso", 59, 17), HasSubstr("no module that clients can load"));
    EXPECT_THAT(first_warning("nso", 60, 1), HasSubstr("a path of 60 steps"));
    EXPECT_THAT(first_warning("nso", 4, 18), HasSubstr("an entry with 18 keys"));
}

TEST(Hazards, PathsWithoutNodes) {
    const auto set = [](std::string_view parts, std::string_view path) {
        return warnings_of(scenario_of(
            parts, fmt::format("{{event: commit_diff, diff: [{{path: {}, op: value_set, value: "
                               "{{type: uint16, value: 9000}}}}]}}",
                               path)));
    };
    EXPECT_THAT(set(modules, "'/interfaces/interface{eth1}/mtu'"), IsEmpty());
    const auto steps =
        "[{ns: 1265344724, tag: 1751455506}, {keys: [{type: buf, value: eth1}]}, "
        "{tag: 221572658}, {ns: 1265344724, tag: 321503962}]";
    EXPECT_THAT(set(modules, steps), IsEmpty()) << "by hashes of a module";
    EXPECT_THAT(set("", steps),
                ElementsAre(HasSubstr("s.yaml:3:46: warning: no module that clients can load has a "
                                      "node /1265344724:321503962/")));
}

TEST(Hazards, AreSilencedBySayingSo) {
    EXPECT_THAT(warnings_of(scenario_of("allow: unsafe\n", link_down)), IsEmpty());
    EXPECT_THAT(warnings_of(scenario_of("", std::string(link_down.substr(0, link_down.size() - 1)) +
                                                ", unsafe: true}")),
                IsEmpty());
    EXPECT_THAT(warnings_of("format: 1\nsteps:\n  - term: '{33554432, 1, {192,0,2,1}, 4334, "
                            "<<\"k\">>, <<\"a\">>}'\n  - raw: {hex: 00 00 00 02 83 6a}\n"),
                IsEmpty());
}

std::size_t events_of(std::string_view steps, std::string_view head,
                      std::vector<std::string>* log) {
    Stage stage(steps, head);
    auto client = stage.client(NOTIF_STREAM_EVENT);
    EXPECT_EQ(stage.run(), StepStatus::done) << stage.failure();
    if (log != nullptr) *log = stage.log;
    return client.exchange(stage.now).size();
}

TEST(Hazards, AreNotSent) {
    const auto step = fmt::format("  - send: {}\n", link_down);
    std::vector<std::string> log;
    EXPECT_EQ(events_of(step, "format: 1\nsteps:\n", &log), 0U);
    EXPECT_THAT(log, ElementsAre(HasSubstr("s.yaml:3:5: send leaves out NOTIF_STREAM_EVENT: tag")));
    EXPECT_EQ(events_of(step, "format: 1\nallow: unsafe\nsteps:\n", nullptr), 1U);
}

TEST(Hazards, AreNotReplayed) {
    const auto log = [](std::string_view allow) {
        return test::load(fmt::format(
            "format: 1\n{}streams: [{{name: a, log: [{{fields: {{event_time: "
            "2026-11-22T09:00:00Z, values: [{{ns: 1, tag: 2, v: {{type: xmltag}}}}]}}}}]}}]\n"
            "steps: []\n",
            allow));
    };
    EXPECT_THAT(log("").streams[0].log, IsEmpty());
    EXPECT_THAT(log("").warnings, SizeIs(1));
    EXPECT_THAT(log("allow: unsafe\n").streams[0].log, SizeIs(1));
    EXPECT_THAT(log("allow: unsafe\n").warnings, IsEmpty());
}

TEST(Hazards, AreRefusedByTheControlInterface) {
    const auto scenario = test::load("format: 1\nsteps: []\n");
    const auto refused = load_step(scenario, "send", link_down, "control");
    ASSERT_FALSE(refused);
    EXPECT_THAT(to_string(refused.error().front()),
                HasSubstr("control:1:41: tag 1265344724:2099440003 is of no module"));
    const auto body = std::string(link_down.substr(0, link_down.size() - 1)) + ", unsafe: true}";
    EXPECT_TRUE(load_step(scenario, "send", body, "control"));
}

TEST(Hazards, ThatAreSentOrMendedAreTakenByTheControlInterface) {
    const auto scenario = test::load("format: 1\nproduct: nso\nsteps: []\n");
    EXPECT_TRUE(load_step(scenario, "send", "{event: NCS_NOTIF_CALL_HOME_INFO}", "control"));
    EXPECT_TRUE(load_step(scenario, "send",
                          "{event: call_home_info, fields: {type: CALL_HOME_DEVICE_CONNECTED}}",
                          "control"));
    EXPECT_TRUE(load_step(scenario, "send",
                          "{event: NOTIF_AUDIT, fields: {msg: " + std::string(9000, 'x') + "}}",
                          "control"));
}

TEST(Hazards, OfARoundAreNotSent) {
    std::vector<std::string> log;
    events_of(
        "  - repeat:\n"
        "      times: 2\n"
        "      steps:\n"
        "        - send: {event: stream_event, fields: {values: [{ns: 1, tag: $i, v: {type: "
        "xmltag}}]}}\n",
        "format: 1\nsteps:\n", &log);
    EXPECT_THAT(log, ElementsAre(HasSubstr("tag 1:1 is of no"), HasSubstr("tag 1:2 is of no")));
}

}  // namespace
}  // namespace confd::sim
