// SPDX-License-Identifier: Apache-2.0
#include "simulator/scenario/key_tables.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "simulator/faults/fault.hpp"
#include "simulator/scenario/loading.hpp"
#include "simulator/scenario/scenario.hpp"
#include "simulator/scenario/stream_parts.hpp"

namespace confd::sim {
namespace {

std::string table(std::string_view head, const std::vector<std::string>& rows) {
    const auto columns = std::ranges::count(head, '|');
    std::string out = fmt::format("| {} |\n|", head);
    for (auto i = columns; i >= 0; --i)
        out += " --- |";
    out += '\n';
    for (const auto& row : rows)
        out += fmt::format("| {} |\n", row);
    return out;
}

/// A text in a cell of a table.
std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c;
    }
    return out;
}

std::string default_cell(const MapShape& shape, const Key& key) {
    return key.rules.presence == Presence::required ? "required" : default_text(shape, key);
}

std::string choices_of(const Key& key) {
    return key.rules.choices.empty() ? std::string()
                                     : fmt::format(" ({})", fmt::join(key.rules.choices, ", "));
}

std::string keys_table(const MapShape& shape) {
    std::vector<std::string> rows;
    for (const auto& key : shape.keys) {
        rows.push_back(
            fmt::format("`{}` | {} | {}", key.name, cell(key.doc), cell(default_cell(shape, key))));
    }
    return table("key | what | default", rows);
}

/// "**`count`** (1), `within` (10s)": the key that may stand alone is bold.
std::string keys_on_a_line(const MapShape& shape) {
    std::vector<std::string> names;
    for (const auto& key : shape.keys) {
        const auto* bold = key.rules.alone ? "**" : "";
        const auto otherwise = default_text(shape, key);
        names.push_back(fmt::format("{0}`{1}`{0}{2}", bold, key.name,
                                    otherwise.empty() ? "" : fmt::format(" ({})", otherwise)));
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string steps_table() {
    std::vector<std::string> rows;
    for (const auto* kind : step_kinds()) {
        rows.push_back(fmt::format("`{}` | {} | {}", kind->name, cell(keys_on_a_line(kind->shape)),
                                   cell(kind->shape.doc)));
    }
    return table("step | keys: the one in bold may stand alone | what", rows);
}

std::string expectations_table() {
    std::vector<std::string> rows;
    const auto* expect = *std::ranges::find(step_kinds(), "expect", &StepKind::name);
    for (const auto& key : expect->shape.keys) {
        if (key.rules.presence != Presence::one_of) continue;
        const auto keys = key.rules.map == nullptr ? "" : keys_on_a_line(*key.rules.map);
        std::string docs = cell(key.doc);
        if (key.rules.map != nullptr) {
            for (const auto& inner : key.rules.map->keys)
                docs += fmt::format("; `{}`: {}", inner.name, cell(inner.doc));
        }
        rows.push_back(fmt::format("`{}` | {} | {}", key.name, cell(keys), docs));
    }
    return table("what | keys | is met by", rows);
}

// ---- Faults ----

std::string common_faults_table() {
    std::vector<std::string> rows;
    const FaultSpec usual;
    for (const auto& param : common_params()) {
        const bool by_kind = param.member == &member_id<&FaultSpec::stage> ||
                             param.member == &member_id<&FaultSpec::service>;
        const auto otherwise = by_kind ? std::string("by kind") : default_text(param, &usual);
        rows.push_back(fmt::format("`{}` | {} | {}", param.name, cell(param.doc), cell(otherwise)));
    }
    return table("parameter | what | default", rows);
}

template <class E>
std::string names_of(std::span<const E> values) {
    std::vector<std::string_view> names;
    for (const auto value : values)
        names.push_back(name_of(value));
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string faults_table() {
    std::vector<std::string> rows;
    for (const auto& kind : fault_kinds()) {
        const auto usual = make_fault(kind.kind);
        std::string docs = cell(kind.doc);
        for (const auto& param : kind.params) {
            const auto otherwise = default_text(param, &usual);
            docs += fmt::format("; `{}`{}: {}{}", param.name,
                                otherwise.empty() ? "" : fmt::format(" ({})", otherwise),
                                cell(param.doc), choices_of(param));
        }
        rows.push_back(fmt::format("`{}` | {} | {} | {}", kind.name, names_of(kind.directions),
                                   names_of(kind.stages), docs));
    }
    return table("kind | directions | stages | what happens, and its parameters", rows);
}

struct Table {
    std::string_view name;
    std::string (*make)();
};
constexpr Table tables[] = {
    {"scenario", [] { return keys_table(scenario_shape); }},
    {"role", [] { return keys_table(role_shape); }},
    {"stream", [] { return keys_table(stream_shape); }},
    {"steps", steps_table},
    {"expectations", expectations_table},
    {"fault", common_faults_table},
    {"faults", faults_table},
};

}  // namespace

std::string with_tables(std::string_view page) {
    constexpr std::string_view marker = "<!-- table: ";
    std::string out;
    while (true) {
        const auto begin = page.find(marker);
        if (begin == std::string_view::npos) return out.append(page);
        const auto line_end = page.find('\n', begin) + 1;
        const auto line = page.substr(begin, line_end - begin);
        const auto name = line.substr(marker.size(), line.find(" -->") - marker.size());
        const auto* found = std::ranges::find(tables, name, &Table::name);
        if (found == std::end(tables)) {
            throw std::invalid_argument(fmt::format("there is no table '{}'", name));
        }
        out.append(page.substr(0, line_end)).append(found->make());
        const auto end = page.find("\n\n", line_end - 1);
        page.remove_prefix(end == std::string_view::npos ? page.size() : end + 1);
    }
}

}  // namespace confd::sim
