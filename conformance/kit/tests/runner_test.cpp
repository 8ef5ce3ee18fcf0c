// SPDX-License-Identifier: Apache-2.0
// What becomes of a run of cases, with judges that are made for the test.
#include "conformance/kit/run/runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>
#include <fstream>

#include "conformance/kit/client/folder.hpp"
#include "conformance/kit/model/registry.hpp"
#include "conformance/kit/report/json.hpp"
#include "conformance/kit/run/interruption.hpp"

namespace confd::kit {
namespace {

using testing::HasSubstr;

class RunCases : public testing::Test {
  protected:
    RunCases() { options_.out = folder_.path() / "out"; }

    Outcome run(const Judge& judge) {
        auto outcome = run_cases(Part::codec, options_, judge, {});
        EXPECT_TRUE(outcome.has_value()) << outcome.error();
        return outcome ? std::move(*outcome) : Outcome{};
    }
    std::string error_of() {
        const auto outcome = run_cases(Part::codec, options_, pass, {});
        return outcome ? "" : outcome.error();
    }
    void list(std::string_view text) {
        options_.expect_fail = folder_.path() / "known.txt";
        std::ofstream(options_.expect_fail, std::ios::binary) << text;
    }

    static Verdict pass(const Case&) { return {.result = {.status = Status::passed}}; }
    static Verdict fail(const Case&) { return {.result = {.status = Status::failed}}; }

    TemporaryFolder folder_;
    Options options_;
};

TEST_F(RunCases, ASignalLeavesTheRestUnjudged) {
    const Interruption interruption;
    std::size_t judged = 0;
    const auto outcome = run([&](const Case& test) {
        if (++judged == 3) {
            ::raise(SIGTERM);
            wait_for_descriptor(-1, POLLIN, std::chrono::steady_clock::time_point::max());
        }
        return judged == 1 ? fail(test) : pass(test);
    });
    const auto& results = outcome.run.results;
    ASSERT_GT(results.size(), 4U);
    EXPECT_EQ(judged, 3U);
    EXPECT_EQ(outcome.exit, exit_interrupted);
    EXPECT_EQ(outcome.unjudged, results.size() - 2);
    EXPECT_EQ(results[0].status, Status::failed);
    EXPECT_EQ(results[1].status, Status::passed);
    EXPECT_EQ(results[2].status, Status::skipped);
    EXPECT_EQ(results[2].reason, "SIGTERM ended the run during this case");
    for (std::size_t i = 3; i < results.size(); ++i) {
        EXPECT_EQ(results[i].status, Status::skipped);
        EXPECT_EQ(results[i].reason, "SIGTERM ended the run before this case");
    }
    const auto back = read_run(to_json_text(outcome.run));
    ASSERT_TRUE(back.has_value()) << back.error();
    EXPECT_EQ(back->run.results.size(), results.size());
}

TEST_F(RunCases, ASignalAfterTheLastCaseChangesNothing) {
    const Interruption interruption;
    const auto total = select(Part::codec, {}, {}).size();
    std::size_t judged = 0;
    const auto outcome = run([&](const Case& test) {
        if (++judged == total) ::raise(SIGINT);
        return pass(test);
    });
    EXPECT_EQ(outcome.exit, exit_passed);
    EXPECT_EQ(outcome.unjudged, 0U);
}

TEST_F(RunCases, TheListOfKnownFailuresMayBeginWithAByteOrderMark) {
    const auto& id = select(Part::codec, {}, {}).front()->id;
    list("\xef\xbb\xbf" + id + "  # our ticket\r\n\r\n");
    const auto outcome = run(fail);
    EXPECT_EQ(outcome.run.results[0].status, Status::known_failure);
    EXPECT_EQ(outcome.run.results[1].status, Status::failed);
}

TEST_F(RunCases, WhatIsNoListOfKnownFailuresIsSaid) {
    options_.expect_fail = folder_.path();
    EXPECT_EQ(error_of(), "--expect-fail: " + folder_.path().string() + ": Is a directory");
    options_.expect_fail = "/nowhere/at/all";
    EXPECT_EQ(error_of(), "--expect-fail: /nowhere/at/all: No such file or directory");
    auto id = select(Part::codec, {}, {}).front()->id;
    list("# mine\n  x" + id + "\n");
    EXPECT_THAT(error_of(), HasSubstr("known.txt:2:3: there is no case 'x" + id +
                                      "'; did you mean '" + id + "'?"));
    list(std::string("\xff\xfe", 2));
    EXPECT_THAT(error_of(), HasSubstr("known.txt:1:1: there is no case"));
}

}  // namespace
}  // namespace confd::kit
