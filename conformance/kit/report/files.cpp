// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/report/files.hpp"

#include <fmt/format.h>

#include "conformance/kit/report/text.hpp"
#include "report/file.hpp"

namespace confd::kit {
namespace {

namespace fs = std::filesystem;
std::string readme(const Result& result) {
    const auto& test = *result.test;
    auto out = fmt::format("{}\n{}\n\nstatus: {}\nchecks: {} ({}, {})\n", test.id, test.title,
                           to_string(result.status), fmt::join(test.requirements, ", "),
                           to_string(test.strength), to_string(test.source));
    out += fmt::format("expected: {}\nhappened: {}\n", result.expected, result.reason);
    for (const auto& detail : result.details)
        out += fmt::format("  {}\n", detail);
    out += fmt::format("\n{}\n", test.rationale);
    if (!test.note.empty()) out += fmt::format("\nnote: {}\n", test.note);
    return out + fmt::format("\nRun it again:\n\n    {}\n", result.rerun);
}

}  // namespace

fs::path failure_folder(const fs::path& dir, const Case& test) {
    auto out = dir;
    for (const auto& part : fs::path(test.id).relative_path())
        if (part != "." && part != "..") out /= part;
    return out;
}

std::expected<fs::path, std::string> write_failure_folder(
    const fs::path& dir, const Result& result, const std::vector<Attachment>& attachments) {
    const auto folder = failure_folder(dir, *result.test);
    std::vector<Attachment> files{{"README.txt", readme(result)},
                                  {"transcript.txt", transcript(result)},
                                  {"output.txt", result.output}};
    files.insert(files.end(), attachments.begin(), attachments.end());
    for (const auto& file : files) {
        const auto written =
            report::write_report(folder / fs::path(file.name).filename(), file.contents);
        if (!written) return std::unexpected(written.error());
    }
    return folder;
}

std::string transcript(const Result& result) {
    std::string out;
    for (const auto& message : result.exchange) {
        out += fmt::format("{:10.6f} {} {}: {}\n", message.at,
                           message.from_peer ? "peer -> kit" : "kit -> peer", message.kind,
                           message.summary);
        const auto line = [&out](std::string_view name, std::string_view text) {
            if (!text.empty()) out += fmt::format("    {} {}\n", name, indented(text, 4));
        };
        line("bytes", message.bytes);
        line("term", message.term);
        line("fields", message.fields);
    }
    return out;
}

}  // namespace confd::kit
