#include "conformance/kit/report/junit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>

#include "conformance/kit/report/summary.hpp"
#include "conformance/kit/report/text.hpp"

namespace confd::kit {
namespace {

/// Of the explanation of one failure.
constexpr std::size_t explanation_limit = std::size_t{16} * 1024;

std::string seconds(std::chrono::milliseconds time) {
    return fmt::format("{:.3f}", std::chrono::duration<double>(time).count());
}

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
    line("folder", result.folder);
    line("rerun", result.rerun);
    return xml_escaped(shortened(text, explanation_limit));
}

/// A failure or an error.
std::string verdict(std::string_view element, std::string_view type, const Result& result) {
    return fmt::format("      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n", element, type,
                       xml_escaped(shortened(result.reason, explanation_limit)),
                       explanation(result));
}

std::string skip(const std::string& why) {
    return fmt::format("      <skipped message=\"{}\"/>\n",
                       xml_escaped(shortened(why, explanation_limit)));
}

std::string verdict_of(const Result& result) {
    switch (result.status) {
        case Status::passed:
        case Status::warned:
            return {};
        case Status::failed:
            return verdict("failure", to_string(result.test->strength), result);
        case Status::unexpected_pass:
            return verdict("failure", to_string(result.status), result);
        case Status::broken:
            return verdict("error", to_string(result.status), result);
        case Status::skipped:
            return skip(result.reason);
        case Status::known_failure:
            return skip("known failure: " + result.reason);
    }
    return {};
}

/// One element: GitLab fails on two. What passed has nothing to say.
std::string output_of(const Result& result) {
    if (result.status == Status::passed || result.status == Status::skipped) return {};
    auto text = xml_escaped(shortened(result.output, junit_output_limit));
    if (result.status == Status::warned) text.insert(0, explanation(result) + "&#10;");
    if (text.empty()) return {};
    return fmt::format("      <system-out>{}</system-out>\n", text);
}

std::string test_case(const Result& result) {
    const auto inside = verdict_of(result) + output_of(result);
    const auto open = fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"{}\"",
                                  xml_escaped(result.test->id), xml_escaped(class_of(*result.test)),
                                  seconds(result.duration));
    return inside.empty() ? open + "/>\n" : open + ">\n" + inside + "    </testcase>\n";
}

std::string properties(const Run& run) {
    const auto property = [](std::string_view name, std::string_view value) {
        return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name,
                           xml_escaped(value));
    };
    return "    <properties>\n" + property("part", to_string(run.part)) +
           property("peer", run.peer) + property("seed", std::to_string(run.seed)) +
           property("version", run.version) + "    </properties>\n";
}

}  // namespace

std::string to_junit(const Run& run) {
    const auto counts = count(run);
    std::chrono::milliseconds time{};
    for (const auto& result : run.results)
        time += result.duration;
    const auto totals =
        fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{}\"", counts.total(),
                    counts[Status::failed] + counts[Status::unexpected_pass],
                    counts[Status::broken], seconds(time));
    const auto timestamp =
        run.started.empty() ? "" : fmt::format(" timestamp=\"{}\"", xml_escaped(run.started));

    auto out = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"confd-conformance\" {}>\n"
        "  <testsuite name=\"{} {}\" {} skipped=\"{}\"{}>\n",
        totals, to_string(run.part), xml_escaped(run.peer), totals,
        counts[Status::skipped] + counts[Status::known_failure], timestamp);
    out += properties(run);
    for (const auto& result : run.results)
        out += test_case(result);
    return out + "  </testsuite>\n</testsuites>\n";
}

}  // namespace confd::kit
