// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/model/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace confd::kit {
namespace {

/// What is wrong with cases that are there twice, in files that share a beginning.
std::string twins_among(const std::vector<Case>& sorted) {
    std::string out;
    for (std::size_t i = 1; i < sorted.size(); ++i) {
        if (sorted[i].id != sorted[i - 1].id) continue;
        out += fmt::format("{}:{}: there is a case {} already, {}:{}\n", sorted[i].file,
                           sorted[i].line, sorted[i].id, sorted[i - 1].file, sorted[i - 1].line);
    }
    return out;
}

std::vector<Case> load_all() {
    std::vector<Case> out;
    std::string wrong;
    for (const auto& file : case_files()) {
        auto loaded = load_cases(file.text, std::string(file.path));
        if (loaded) {
            std::ranges::move(*loaded, std::back_inserter(out));
            continue;
        }
        for (const auto& diagnostic : loaded.error())
            wrong += to_string(diagnostic) + "\n";
    }
    std::ranges::sort(out, {}, &Case::id);
    wrong += twins_among(out);
    if (!wrong.empty()) throw std::logic_error(wrong);
    return out;
}

bool any_matches(std::span<const std::string> patterns, std::string_view id) {
    return std::ranges::any_of(patterns,
                               [&](const std::string& pattern) { return matches(pattern, id); });
}

}  // namespace

bool may_hold(std::string_view path, std::string_view id) {
    return path.substr(0, path.find('.')) == id.substr(0, id.rfind('/'));
}

const std::vector<Case>& all_cases() {
    static const auto cases = load_all();
    return cases;
}

const Case* find_case(std::string_view id) {
    const auto& cases = all_cases();
    const auto found = std::ranges::lower_bound(cases, id, {}, &Case::id);
    return found == cases.end() || found->id != id ? nullptr : &*found;
}

bool matches(std::string_view pattern, std::string_view id) {
    // Where to go on when it does not fit: one character more for the last star.
    auto star = std::string_view::npos;
    std::size_t taken = 0;
    std::size_t at = 0;
    std::size_t i = 0;
    while (i < id.size()) {
        if (at < pattern.size() && (pattern[at] == id[i] || pattern[at] == '?')) {
            ++at;
            ++i;
        } else if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            taken = i;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            i = ++taken;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

std::vector<const Case*> select(Part part, std::span<const std::string> filters,
                                std::span<const std::string> exclusions) {
    std::vector<const Case*> out;
    for (const auto& test : all_cases()) {
        const bool wanted = filters.empty() || any_matches(filters, test.id);
        if (test.part == part && wanted && !any_matches(exclusions, test.id)) out.push_back(&test);
    }
    return out;
}

std::optional<Requirement> find_requirement(std::string_view id) {
    const auto page = protocol_page();
    const auto anchor = "<a id=\"" + std::string(id) + "\"></a>";
    const auto begin = page.find(anchor);
    if (begin == std::string_view::npos) return std::nullopt;
    auto line = page.substr(begin + anchor.size());
    line = line.substr(0, line.find('\n'));
    const auto label = "**" + std::string(id) + "** ";
    if (line.starts_with(label)) line.remove_prefix(label.size());
    return Requirement{std::string(id), std::string(line), "docs/protocol.md#" + std::string(id)};
}

}  // namespace confd::kit
