// SPDX-License-Identifier: Apache-2.0
// The options of `random`: what is wrong with them is said by their names.
#include "simulator/cli/random_scenario.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace confd::sim::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> errors_of(const Options& options) {
    const auto scenario = random_scenario(options, {});
    return scenario ? std::vector<std::string>() : scenario.error();
}

Options mix(std::string events) {
    Options out;
    out.mix = std::move(events);
    return out;
}

TEST(RandomScenario, TakesNamesAsScenariosDo) {
    EXPECT_THAT(errors_of(mix("audit=6,NOTIF_COMMIT_DIFF=1,Ha_Info=2,1024=1")), IsEmpty());
    auto options = mix("audit=1");
    options.rate = "1000/s";
    options.count = "5";
    options.duration = "1.5s";
    options.acks = "ignore";
    options.subscribers = 3;
    EXPECT_THAT(errors_of(options), IsEmpty());
    EXPECT_THAT(random_scenario(options, {})->steps, SizeIs(2));
}

TEST(RandomScenario, NamesTheOptionThatIsWrong) {
    EXPECT_THAT(errors_of(mix("forward=1")),
                ElementsAre("--mix: expected the name of an event such as NOTIF_AUDIT, found the "
                            "text \"forward\"; did you mean 'NOTIF_FORWARD_INFO'?"));
    EXPECT_THAT(errors_of(mix("audit=nan")),
                ElementsAre("--mix: expected a weight from 1 to 1000000, found the text \"nan\""));
    EXPECT_THAT(errors_of(mix("package_reload=1")),
                ElementsAre("--mix: NCS_NOTIF_PACKAGE_RELOAD is an event of NSO, and this is confd "
                            "7.8.2"));
    EXPECT_THAT(errors_of(mix("audit=1,audit=2")),
                ElementsAre("--mix: the event 'audit' is there twice"));
    auto options = mix("audit=1");
    options.rate = "inf";
    options.count = "-1";
    options.duration = "nan";
    options.acks = "ingore";
    EXPECT_THAT(
        errors_of(options),
        ElementsAre("--rate: expected a rate of at most 1000000/s such as 1000/s, 0.5/s or 30/m, "
                    "found the text \"inf\"",
                    "--count: expected a number from 1 to 1000000000, found the number -1",
                    "--duration: expected a duration of at most 24h such as 250ms, 1.5s or 2m, "
                    "found the text \"nan\"",
                    "--acks: expected await or ignore, found the text \"ingore\"; did you mean "
                    "'ignore'?"));
}

TEST(RandomScenario, AMixIsEventsAndWeights) {
    for (const auto* text : {"", "audit", "=1", ","})
        EXPECT_THAT(errors_of(mix(text)), SizeIs(1)) << text;
    EXPECT_THAT(
        errors_of(mix("audit=1,,")),
        ElementsAre("--mix: expected EVENT=WEIGHT,.. such as audit=6,commit_diff=1, found ''"));
}

/// Values are values, whatever they would mean in a scenario.
TEST(RandomScenario, NothingCanBeWrittenIntoTheScenario) {
    for (const auto* text : {"audit=1}\nname: x", "a: 1=1", "\"=1", "*a=1", "audit=&a 1", "\xff=1"})
        EXPECT_THAT(errors_of(mix(text)), SizeIs(1)) << text;
    for (const auto* text : {"5\nseed: 1", "5 # five", "[5]", "-", "\"5\""}) {
        auto options = mix("audit=1");
        options.count = text;
        EXPECT_THAT(errors_of(options), SizeIs(1)) << text;
    }
}

}  // namespace
}  // namespace confd::sim::cli
