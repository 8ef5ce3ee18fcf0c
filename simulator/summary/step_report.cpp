// SPDX-License-Identifier: Apache-2.0
#include "simulator/summary/step_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "report/junit.hpp"

namespace confd::sim {
namespace {

using report::JUnitCase;
using report::JUnitVerdict;

std::string type_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::nobody_connected:
            return "nobody connected";
        case Outcome::timed_out:
            return "timed out";
        case Outcome::fulfilled:
        case Outcome::expectation_failed:
            break;
    }
    return "expectation failed";
}

void fail(JUnitCase& test, const Failure& failure) {
    test.verdict = JUnitVerdict::failed;
    test.type = type_of(failure.outcome);
    test.message = failure.message;
    test.text = to_string(failure);
}

void skip(JUnitCase& test, std::string why) {
    test.verdict = JUnitVerdict::skipped;
    test.message = std::move(why);
}

/// A step that failed and is not the failure of the run was allowed to: in `optional`, as another
/// branch of `any_of`, or around the step that failed.
void judge(JUnitCase& test, const StepResult& result) {
    if (result.done > 0) return;
    if (result.failed > 0) return skip(test, "not fulfilled; another step tells what that means");
    skip(test, result.begun > 0 ? "not over when the scenario ended" : "not reached");
}

bool stands_at(const ListedStep& listed, const Place& place) {
    const auto& own = listed.step->place();
    return own.line == place.line && own.column == place.column;
}

}  // namespace

std::string steps_to_junit(const Scenario& scenario, const StepResults& results,
                           const std::optional<Failure>& failure, bool stopped) {
    const auto name = scenario.name.empty() ? "scenario" : scenario.name;
    report::JUnitSuite suite{.program = "confd-sim",
                             .name = name,
                             .properties = {{"product", std::string(to_string(scenario.product))},
                                            {"release", to_string(scenario.release)},
                                            {"seed", std::to_string(scenario.seed)}}};
    bool found = false;
    for (const auto& listed : scenario.listed) {
        const auto result = results.of(*listed.step);
        const auto& place = listed.step->place();
        JUnitCase test{.name = fmt::format("{}:{} {}", place.line, place.column, listed.kind),
                       .class_name = name,
                       .time = std::chrono::duration_cast<std::chrono::milliseconds>(result.took)};
        if (failure && !failure->at_end && !found && stands_at(listed, failure->place)) {
            found = true;
            fail(test, *failure);
        } else {
            judge(test, result);
        }
        suite.cases.push_back(std::move(test));
    }
    JUnitCase end{.name = "end", .class_name = name};
    if (failure && !found) {
        fail(end, *failure);
    } else if (stopped) {
        skip(end, "stopped before the scenario's end");
    }
    suite.cases.push_back(std::move(end));
    return report::to_junit(suite);
}

}  // namespace confd::sim
