// SPDX-License-Identifier: Apache-2.0
#include "simulator/text/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace confd::sim {

std::string to_string(const Place& place) {
    return fmt::format("{}:{}:{}", place.file ? std::string_view(*place.file) : "?", place.line,
                       place.column);
}

std::string to_string(const Diagnostic& diagnostic) {
    return fmt::format("{}: {}{}", to_string(diagnostic.place),
                       diagnostic.warning ? "warning: " : "", diagnostic.message);
}

void Diagnostics::report(const Place& place, std::string message) {
    ++reported_;
    keep({place, std::move(message)});
}

void Diagnostics::warn(const Place& place, std::string message) {
    keep({place, std::move(message), true});
}

void Diagnostics::warn_left_out(const Place& place, std::string message) {
    keep({place, std::move(message), true, true});
}

void Diagnostics::keep(Diagnostic diagnostic) {
    const auto& place = diagnostic.place;
    if (explained_.contains({place.file.get(), place.line, place.column})) return;
    if (list_.size() < max_diagnostics) list_.push_back(std::move(diagnostic));
}

void Diagnostics::report_root_cause(const Place& place, std::string message) {
    report(place, std::move(message));
    explained_.emplace(place.file.get(), place.line, place.column);
}

std::vector<Diagnostic> Diagnostics::take() {
    std::multimap<std::tuple<std::size_t, int, int>, Diagnostic> sorted;
    std::map<const std::string*, std::size_t> files;
    for (auto& d : list_) {
        const auto file = files.emplace(d.place.file.get(), files.size()).first->second;
        const std::tuple place(file, d.place.line, d.place.column);
        const auto [first, last] = sorted.equal_range(place);
        const bool repeated = std::any_of(
            first, last, [&](const auto& before) { return before.second.message == d.message; });
        if (!repeated) sorted.emplace(place, std::move(d));
    }
    std::vector<Diagnostic> out;
    for (auto& [place, d] : sorted)
        out.push_back(std::move(d));
    list_.clear();
    return out;
}

std::string suggestion(std::string_view name, std::span<const std::string_view> candidates) {
    std::vector<std::string> quoted;
    for (const auto one : likely(name, candidates))
        quoted.push_back(fmt::format("'{}'", one));
    return quoted.empty() ? std::string() : fmt::format("; did you mean {}?", one_of(quoted));
}

namespace {

std::string one_of_all(const auto& names) {
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) out += i + 1 == names.size() ? " or " : ", ";
        out += names[i];
    }
    return out;
}

}  // namespace

std::string one_of(std::span<const std::string_view> names) {
    return one_of_all(names);
}
std::string one_of(std::span<const std::string> names) {
    return one_of_all(names);
}

}  // namespace confd::sim
