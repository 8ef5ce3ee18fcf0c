// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/explain.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "conformance/kit/client/rehearsal.hpp"
#include "conformance/kit/model/registry.hpp"
#include "conformance/kit/model/result.hpp"
#include "conformance/kit/report/files.hpp"

namespace confd::kit {
namespace {

constexpr std::size_t line_length = 96;

/// Text in lines of at most line_length, each indented.
std::string wrapped(std::string_view text, std::string_view indent) {
    std::string out;
    std::size_t column = 0;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(" \n"), text.size());
        const auto word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (word.empty()) continue;
        if (column == 0 || column + 1 + word.size() > line_length) {
            out += fmt::format("{}{}", column == 0 ? "" : "\n", indent);
            column = indent.size();
        } else {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
    }
    return out + "\n";
}

std::string exchange_text(const Case& test) {
    if (!test.client) return {};
    auto exchange = rehearse(test);
    if (!exchange) return fmt::format("\nThe scenario is wrong:\n{}", exchange.error());
    Result result;
    result.test = &test;
    result.exchange = std::move(*exchange);
    return fmt::format("\nWhat is exchanged when all is well:\n\n{}", transcript(result));
}

}  // namespace

std::string list_text(std::span<const Case* const> cases) {
    std::size_t width = 0;
    for (const auto* test : cases)
        width = std::max(width, test->id.size());
    std::string out;
    for (const auto* test : cases) {
        out += fmt::format("{:{}}  {} {:6}  {}\n", test->id, width, to_string(test->level),
                           to_string(test->strength), test->title);
    }
    return out;
}

std::string explain_text(const Case& test) {
    auto out = fmt::format("{}\n{}\n\n", test.id, test.title);
    out += fmt::format("level {}, {}, {}; conformance/cases/{}:{}\n", to_string(test.level),
                       to_string(test.strength), to_string(test.source), test.file, test.line);
    if (!test.features.empty()) {
        out += fmt::format("needs the features {}\n", fmt::join(test.features, ", "));
    }
    out += "\n" + wrapped(test.rationale, "");
    if (!test.note.empty()) out += "\n" + wrapped("Note: " + test.note, "");
    for (const auto& id : test.requirements) {
        const auto requirement = find_requirement(id);
        if (!requirement) continue;
        out +=
            fmt::format("\n{} ({})\n{}", id, requirement->link, wrapped(requirement->text, "  > "));
    }
    out += fmt::format("\n{}:\n\n{}", test.client ? "Scenario" : "Script", test.script);
    return out + exchange_text(test);
}

}  // namespace confd::kit
