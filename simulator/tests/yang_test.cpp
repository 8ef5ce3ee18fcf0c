// SPDX-License-Identifier: Apache-2.0
// Scenarios with YANG modules that once were refused, misread, or ended the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "protocol/render/render.hpp"
#include "protocol/value/hash.hpp"
#include "simulator/tests/stage.hpp"

namespace confd::sim::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

const std::string folder = std::string(CONFD_SOURCE_DIR) + "/simulator/tests/data/yang/";

/// What is wrong with a scenario of the folder, without the paths of places.
std::string wrong_with(const std::string& file) {
    const auto scenario = load_scenario_file(folder + file);
    std::string out;
    if (scenario) return out;
    for (const auto& diagnostic : scenario.error()) {
        const auto text = to_string(diagnostic);
        out += text.substr(text.rfind('/', text.find(".yaml")) + 1) + "\n";
    }
    return out;
}

class GoodYang : public testing::TestWithParam<const char*> {};

TEST_P(GoodYang, Loads) {
    EXPECT_EQ(wrong_with(GetParam()), "");
}

INSTANTIATE_TEST_SUITE_P(Files, GoodYang,
                         testing::Values("submodules/submodules.yaml",
                                         "yang1-strings/old-strings.yaml", "newer-types.yaml",
                                         "feat-imported.yaml", "identity-imported.yaml",
                                         "identity-default.yaml", "union-empty.yaml",
                                         "mix-impossible.yaml"));

TEST(BadYang, AMistakeBehindTenImportsHasItsLine) {
    EXPECT_EQ(wrong_with("no-reason.yaml"),
              "no-reason.yaml:3:11: no-reason.yang:12: Referenced type \"i0:nosuch\" not found\n");
}

/// Lines that a dry run of these steps prints.
std::vector<std::string> played(const std::string& modules, const std::string& steps,
                                std::vector<std::string>* log = nullptr) {
    LoadOptions options;
    options.module_path = {folder};
    Stage stage(steps, "format: 1\nmodules: [" + modules + "]\nsteps:\n", options, true);
    EXPECT_EQ(stage.run(), StepStatus::done) << stage.failure();
    if (log != nullptr) *log = stage.log;
    return stage.traced;
}

TEST(MixOverAStream, SendsAsManyAsItSaysAndNamesWhatCannotBe) {
    std::vector<std::string> log;
    const auto lines =
        played("mix-impossible", "  - mix: {stream: s, count: 40, rate: 1000/s}\n", &log);
    const auto sends = std::ranges::count_if(
        lines, [](const std::string& line) { return line.contains("STREAM_NOTIFICATION_EVENT"); });
    EXPECT_EQ(sends, 40);
    EXPECT_THAT(log,
                ElementsAre("s.yaml:4:5: mix leaves out mix-impossible:fault: its leaf kind "
                            "can have no value, expected an identity derived from fault-kind"));
    EXPECT_THAT(lines, testing::Contains(HasSubstr("mix leaves out mix-impossible:fault")));
}

ClientConfig stream_client(std::int64_t use_ikp) {
    auto config = client_config(NOTIF_STREAM_EVENT);
    config.subscription.stream->use_ikp = use_ikp;
    return config;
}

TEST(TagsByName, AreThoseOfTheModules) {
    const BuiltInModule built_in[] = {
        {"t",
         "module t { yang-version 1.1; namespace \"urn:t\"; prefix t; notification changed {"
         "  container inside { leaf size { type int8; } leaf where { type instance-identifier {"
         "  require-instance false; } } } } container top { leaf size { type int8; } } }"}};
    LoadOptions options;
    options.built_in_modules = built_in;
    const auto scenario = load(
        "format: 1\nmodules: t\nsteps:\n  - await: 2\n  - send: {stream: NETCONF, notification: "
        "{changed: {inside: {size: 5, where: /t:top/size}}}}\n",
        options);
    Hub hub(scenario.hub_config());
    Engine engine(scenario, hub, {});
    const Instant now{};
    HubClient by_hash(hub, now, stream_client(0));
    HubClient by_name(hub, now, stream_client(1));
    EXPECT_EQ(engine.poll(now, hub.poll(now)), StepStatus::done);

    const auto hashed = by_hash.exchange(now);
    const auto named = by_name.exchange(now);
    ASSERT_THAT(hashed, SizeIs(1));
    ASSERT_THAT(named, SizeIs(1));
    EXPECT_EQ(to_json(named[0]), to_json(hashed[0]));
    for (const auto* name : {"urn:t", "changed", "inside", "size", "where", "top"}) {
        const auto hash = name_hash(name);
        EXPECT_EQ(by_name.names().name_of(0, hash), name);
        EXPECT_EQ(by_hash.names().name_of(0, hash), std::nullopt);
    }
}

/// What is wrong with a mix over a stream of one module that is this text.
std::string wrong_mix(const std::string& body) {
    const std::string text =
        "module t { yang-version 1.1; namespace \"urn:t\"; prefix t;\n" + body + "\n}";
    const BuiltInModule built_in[] = {{"t", text.c_str()}};
    LoadOptions options;
    options.built_in_modules = built_in;
    return errors_of("format: 1\nmodules: t\nsteps:\n  - mix: {stream: s, count: 1}\n", options);
}

TEST(MixOverAStream, WithNothingPossibleIsAMistake) {
    EXPECT_EQ(
        wrong_mix("identity k; notification a { leaf x { type identityref { base k; } "
                  "mandatory true; } }\n"
                  "notification b { leaf x { type int8; must 'false()'; mandatory true; } }"),
        "s.yaml:4:19: no notification of the modules has a valid instance: t:a: its leaf x can "
        "have no value, expected an identity derived from k; t:b: none of 16 instances drawn "
        "is valid: Must condition \"false()\" not satisfied\n");
}

TEST(MixOverAStream, SaysWhenAllNotificationsAreNestedInData) {
    EXPECT_EQ(
        wrong_mix("container c { list l { key k; leaf k { type string; } notification n; } }"),
        "s.yaml:4:19: no random notifications: all of them are nested in data, as /t:c/l/n is: "
        "only those at the top of a module can be sent\n");
    EXPECT_EQ(wrong_mix("container c;"),
              "s.yaml:4:19: no random notifications: no module has any\n");
}

TEST(BadYang, IsReportedOnceAndNotAgainByWhatNeedsIt) {
    EXPECT_EQ(errors_of("format: 1\nmodules: nothing-of-that-name\nsteps:\n"
                        "  - mix: {stream: s, count: 1}\n"
                        "  - send: {stream: s, notification: {n: {}}}\n"
                        "streams: [{name: s, access: [{notifications: [n]}]}]\n"),
              "s.yaml:2:10: no YANG module 'nothing-of-that-name' in ., yang\n");
}

}  // namespace
}  // namespace confd::sim::test
