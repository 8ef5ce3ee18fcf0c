// SPDX-License-Identifier: Apache-2.0
#include "conformance/selftest/mutants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "conformance/kit/model/registry.hpp"
#include "simulator/text/diagnostics.hpp"

namespace confd::kit::test {
namespace {

bool names(const std::vector<std::string>& list, std::string_view mutant) {
    return std::ranges::find(list, mutant) != list.end();
}

std::vector<const Case*> cases_of(Part part) {
    return select(part, {}, {});
}

std::string place_of(const Case& test) {
    return fmt::format("{}:{}: ", test.file, test.line);
}

std::set<std::string> files_of(std::span<const Case* const> cases) {
    std::set<std::string> out;
    for (const auto* test : cases)
        out.insert(test->file);
    return out;
}

}  // namespace

void note(Judged& into, const Case& test, const Result& result) {
    if (result.status == Status::skipped) return;
    auto& why = into[find_case(test.id)];
    if (result.status != Status::passed) why = result.expected + "; " + result.reason;
}

std::string failures_among(const Judged& judged) {
    std::string out;
    for (const auto& [test, why] : judged)
        if (!why.empty()) out += fmt::format("{}: expected {}\n", test->id, why);
    return out;
}

std::string test_name(std::string mutant) {
    std::ranges::replace(mutant, '-', '_');
    return mutant;
}

std::vector<const Case*> cases_for(Part part, std::string_view mutant) {
    auto out = cases_of(part);
    std::erase_if(out, [&](const Case* test) { return !names(test->catches, mutant); });
    return out;
}

std::vector<std::string> files_about(Part part, std::string_view mutant) {
    auto cases = cases_of(part);
    std::erase_if(cases, [&](const Case* test) {
        return !names(test->catches, mutant) && !names(test->may_catch, mutant);
    });
    const auto files = files_of(cases);
    return {files.begin(), files.end()};
}

std::string wrong_names(Part part, std::span<const std::string_view> known) {
    std::string out;
    std::set<std::string_view> caught;
    for (const auto* test : cases_of(part)) {
        for (const auto* list : {&test->catches, &test->may_catch}) {
            for (const auto& name : *list) {
                if (std::ranges::find(known, name) != known.end()) continue;
                out += fmt::format("{}{}: there is no mutant '{}'{}\n", place_of(*test), test->id,
                                   name, sim::suggestion(name, known));
            }
        }
        caught.insert(test->catches.begin(), test->catches.end());
    }
    for (const auto name : known)
        if (!caught.contains(name)) out += fmt::format("no case catches '{}'\n", name);
    return out;
}

std::string wrong_failures(Part part, std::string_view mutant, const Judged& judged) {
    std::string out;
    const auto home = files_of(cases_for(part, mutant));
    for (const auto& [test, why] : judged) {
        if (why.empty() && names(test->catches, mutant)) {
            out += fmt::format("{}{} does not catch {}\n", place_of(*test), test->id, mutant);
        }
        if (!why.empty() && !home.contains(test->file) && !names(test->may_catch, mutant)) {
            out += fmt::format("{}{} fails {}, which is about other cases: expected {}\n",
                               place_of(*test), test->id, mutant, why);
        }
    }
    return out;
}

std::string idle_permissions(Part part, std::string_view mutant, const Judged& judged) {
    const auto home = files_of(cases_for(part, mutant));
    std::set<std::string> used;
    std::set<std::string> allowed;
    for (const auto* test : cases_of(part)) {
        if (!names(test->may_catch, mutant)) continue;
        allowed.insert(test->file);
        const auto found = judged.find(test);
        const bool failed = found != judged.end() && !found->second.empty();
        if (failed && !home.contains(test->file)) used.insert(test->file);
    }
    std::string out;
    for (const auto& file : allowed)
        if (!used.contains(file))
            out += fmt::format("{}: may_catch need not name {}\n", file, mutant);
    return out;
}

}  // namespace confd::kit::test
