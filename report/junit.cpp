// SPDX-License-Identifier: Apache-2.0
#include "report/junit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "report/xml.hpp"

namespace confd::report {
namespace {

/// Of the explanation of one failure.
constexpr std::size_t text_limit = std::size_t{16} << 10;

std::string cut(std::string_view text, std::size_t limit) {
    return xml_escaped(shortened(text, limit));
}

std::string seconds(std::chrono::milliseconds time) {
    return fmt::format("{:.3f}", std::chrono::duration<double>(time).count());
}

std::string verdict_of(const JUnitCase& test) {
    const auto message = cut(test.message, text_limit);
    switch (test.verdict) {
        case JUnitVerdict::passed:
            return {};
        case JUnitVerdict::skipped:
            return fmt::format("      <skipped message=\"{}\"/>\n", message);
        case JUnitVerdict::failed:
        case JUnitVerdict::error:
            break;
    }
    return fmt::format("      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n",
                       test.verdict == JUnitVerdict::error ? "error" : "failure",
                       xml_escaped(test.type), message, cut(test.text, text_limit));
}

std::string test_case(const JUnitCase& test) {
    auto inside = verdict_of(test);
    // One element: GitLab fails on two.
    if (const auto output = cut(test.output, junit_output_limit); !output.empty())
        inside += fmt::format("      <system-out>{}</system-out>\n", output);
    const auto open =
        fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"{}\"",
                    xml_escaped(test.name), xml_escaped(test.class_name), seconds(test.time));
    return inside.empty() ? open + "/>\n" : open + ">\n" + inside + "    </testcase>\n";
}

auto count(const JUnitSuite& suite, JUnitVerdict verdict) {
    return std::ranges::count(suite.cases, verdict, &JUnitCase::verdict);
}

}  // namespace

std::string to_junit(const JUnitSuite& suite) {
    std::chrono::milliseconds time{};
    for (const auto& test : suite.cases)
        time += test.time;
    const auto totals = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{}\"",
                                    suite.cases.size(), count(suite, JUnitVerdict::failed),
                                    count(suite, JUnitVerdict::error), seconds(time));
    const auto timestamp = suite.timestamp.empty()
                               ? ""
                               : fmt::format(" timestamp=\"{}\"", xml_escaped(suite.timestamp));
    auto out = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"{}\" {}>\n"
        "  <testsuite name=\"{}\" {} skipped=\"{}\"{}>\n"
        "    <properties>\n",
        xml_escaped(suite.program), totals, xml_escaped(suite.name), totals,
        count(suite, JUnitVerdict::skipped), timestamp);
    for (const auto& [name, value] : suite.properties) {
        out += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", xml_escaped(name),
                           xml_escaped(value));
    }
    out += "    </properties>\n";
    for (const auto& test : suite.cases)
        out += test_case(test);
    return out + "  </testsuite>\n</testsuites>\n";
}

}  // namespace confd::report
