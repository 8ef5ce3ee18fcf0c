// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/report/junit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "conformance/kit/report/text.hpp"
#include "report/junit.hpp"

namespace confd::kit {
namespace {

using report::JUnitCase;
using report::JUnitVerdict;

/// "client.ack" for client/ack/audit-sync-once: Jenkins makes a package and a class of it.
std::string class_of(const Case& test) {
    auto name = test.id.substr(0, test.id.rfind('/'));
    std::ranges::replace(name, '/', '.');
    return name;
}

/// All that is to be known: GitLab shows the text of a failure, not its attributes.
std::string explanation(const Result& result) {
    const auto& test = *result.test;
    auto text = fmt::format("{}\n{}: {}\n", test.title, to_string(test.strength),
                            fmt::join(test.requirements, ", "));
    const auto line = [&text](std::string_view name, std::string_view what) {
        if (!what.empty()) text += fmt::format("{}: {}\n", name, what);
    };
    line("expected", result.expected);
    line("happened", result.reason);
    for (const auto& detail : result.details)
        line("detail", detail);
    line("note", test.note);
    line("folder", result.folder);
    line("rerun", result.rerun);
    return text;
}

void judge(const Result& result, JUnitCase& out) {
    const auto verdict = [&](JUnitVerdict how, std::string_view type) {
        out.verdict = how;
        out.type = type;
        out.message = result.reason;
        out.text = explanation(result);
    };
    switch (result.status) {
        case Status::passed:
        case Status::warned:
            break;
        case Status::failed:
            return verdict(JUnitVerdict::failed, to_string(result.test->strength));
        case Status::unexpected_pass:
            return verdict(JUnitVerdict::failed, to_string(result.status));
        case Status::broken:
            return verdict(JUnitVerdict::error, to_string(result.status));
        case Status::skipped:
            return verdict(JUnitVerdict::skipped, {});
        case Status::known_failure:
            verdict(JUnitVerdict::skipped, {});
            out.message.insert(0, "known failure: ");
            break;
    }
}

/// What passed has nothing to say.
std::string output_of(const Result& result) {
    if (result.status == Status::passed || result.status == Status::skipped) return {};
    return (result.status == Status::warned ? explanation(result) + "\n" : "") + result.output;
}

JUnitCase case_of(const Result& result) {
    JUnitCase out{.name = result.test->id,
                  .class_name = class_of(*result.test),
                  .time = result.duration,
                  .output = output_of(result)};
    judge(result, out);
    return out;
}

}  // namespace

std::string to_junit(const Run& run) {
    report::JUnitSuite suite{.program = "confd-conformance",
                             .name = fmt::format("{} {}", to_string(run.part), run.peer),
                             .timestamp = run.started,
                             .properties = {{"part", std::string(to_string(run.part))},
                                            {"peer", run.peer},
                                            {"seed", std::to_string(run.seed)},
                                            {"version", run.version}}};
    for (const auto& result : run.results)
        suite.cases.push_back(case_of(result));
    return report::to_junit(suite);
}

}  // namespace confd::kit
