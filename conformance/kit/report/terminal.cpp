// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/report/terminal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <string_view>

#include "conformance/kit/report/summary.hpp"
#include "conformance/kit/report/text.hpp"

namespace confd::kit {
namespace {

constexpr std::string_view clear_line = "\r\x1b[K";

struct Look {
    std::string_view word;
    std::string_view colour;  // the number in an escape sequence
};

Look look(Status status) {
    switch (status) {
        case Status::passed:
            return {"passed", "32"};
        case Status::failed:
            return {"FAILED", "31;1"};
        case Status::warned:
            return {"warned", "33"};
        case Status::skipped:
            return {"skipped", "2"};
        case Status::known_failure:
            return {"known failure", "33"};
        case Status::unexpected_pass:
            return {"UNEXPECTED PASS", "31;1"};
        case Status::broken:
            return {"BROKEN", "35;1"};
    }
    return {};
}

std::string painted(Status status, std::string_view text, TerminalStyle style) {
    return style.colour ? fmt::format("\x1b[{}m{}\x1b[0m", look(status).colour, text)
                        : std::string(text);
}

std::string line_of(const Result& result, TerminalStyle style) {
    const auto word = fmt::format("{:<15}", look(result.status).word);
    auto line =
        fmt::format("{} {} ({:.2f} s)", painted(result.status, word, style), result.test->id,
                    std::chrono::duration<double>(result.duration).count());
    if (result.status != Status::passed && !result.reason.empty()) {
        line += ": " + printable(result.reason.substr(0, result.reason.find('\n')));
    }
    return line + "\n";
}

void row(std::string& out, std::string_view name, std::string_view text) {
    if (!text.empty()) out += fmt::format("  {:<12}{}\n", name, indented(printable(text), 14));
}

std::string block_of(const Result& result, TerminalStyle style) {
    const auto& test = *result.test;
    auto out =
        fmt::format("\n{} {}\n", painted(result.status, look(result.status).word, style), test.id);
    row(out, "title", test.title);
    row(out, "checks",
        fmt::format("{} ({}, {})", fmt::join(test.requirements, ", "), to_string(test.strength),
                    to_string(test.source)));
    row(out, "expected", result.expected);
    row(out, "happened", result.reason);
    for (const auto& detail : result.details)
        row(out, "", detail);
    row(out, "note", test.note);
    row(out, "folder", result.folder);
    row(out, "rerun", result.rerun);
    return out;
}

/// Why cases were skipped, each reason once: a missing feature skips many.
std::string skips(const Run& run) {
    std::map<std::string, std::size_t> reasons;
    for (const auto& result : run.results)
        if (result.status == Status::skipped) ++reasons[result.reason];
    std::string out;
    for (const auto& [reason, times] : reasons)
        out += fmt::format("  {} skipped: {}\n", times, indented(printable(reason), 4));
    return out;
}

std::string counts_line(const Counts& counts, TerminalStyle style) {
    std::string out;
    for (const auto status : all_statuses) {
        if (counts[status] == 0) continue;
        const auto text = fmt::format("{} {}", counts[status], look(status).word);
        out += (out.empty() ? "" : ", ") + painted(status, text, style);
    }
    return out.empty() ? "no results" : out;
}

}  // namespace

TerminalStyle terminal_style(int descriptor) {
    const auto set = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string_view(value == nullptr ? "" : value);
    };
    const bool terminal = ::isatty(descriptor) == 1 && set("TERM") != "dumb";
    return {.in_place = terminal, .colour = terminal && set("NO_COLOR").empty()};
}

std::string progress(const Result& result, std::size_t done, std::size_t total,
                     TerminalStyle style) {
    if (!style.in_place) return line_of(result, style);
    std::string out(clear_line);
    if (is_failure(result.status)) out += line_of(result, style);
    if (done < total) out += fmt::format("[{}/{}] {}", done, total, result.test->id);
    return out;
}

std::string summary(const Run& run, TerminalStyle style) {
    const auto counts = count(run);
    std::string out;
    for (const auto& result : run.results)
        if (is_failure(result.status)) out += block_of(result, style);
    for (const auto& result : run.results)
        if (result.status == Status::warned) out += block_of(result, style);
    out += fmt::format("\n{} {}, {}, seed {}\n", to_string(run.part), printable(run.peer),
                       plural(counts.total(), "case"), run.seed);
    out += skips(run);
    if (counts.total() > 0 && counts[Status::skipped] == counts.total())
        out += "nothing was judged: every case was skipped\n";
    return out + counts_line(counts, style) + "\n";
}

}  // namespace confd::kit
