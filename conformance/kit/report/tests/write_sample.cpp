// SPDX-License-Identifier: Apache-2.0
// write_sample DIR: the sample runs as files, for the tests of their formats and of the page.
#include <fmt/format.h>

#include <cstdio>
#include <vector>

#include "conformance/kit/report/html.hpp"
#include "conformance/kit/report/json.hpp"
#include "conformance/kit/report/junit.hpp"
#include "conformance/kit/report/tests/sample.hpp"
#include "report/file.hpp"

namespace {

bool write(const std::filesystem::path& file, const std::string& text) {
    const auto written = confd::report::write_report(file, text);
    if (!written) fmt::print(stderr, "{}\n", written.error());
    return written.has_value();
}

}  // namespace

int main(int argc, char** argv) {
    using namespace confd::kit;
    if (argc != 2) return 2;
    const std::filesystem::path dir = argv[1];
    const auto sample = test::sample();
    std::vector<std::filesystem::path> reports;
    bool written = true;
    for (std::size_t i = 0; i < sample.runs.size(); ++i) {
        reports.push_back(dir / fmt::format("run{}.json", i));
        written = write(reports.back(), to_json_text(sample.runs[i])) && written;
        written = write(dir / fmt::format("run{}.xml", i), to_junit(sample.runs[i])) && written;
    }
    const auto page = html_of_reports(reports);
    if (!page) fmt::print(stderr, "{}\n", page.error());
    return written && page && write(dir / "report.html", *page) ? 0 : 1;
}
