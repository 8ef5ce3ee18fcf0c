// SPDX-License-Identifier: Apache-2.0
#include "bench/report.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <utility>

namespace confd::bench {
namespace {

double counter(const benchmark::BenchmarkReporter::Run& run, const char* name) {
    const auto found = run.counters.find(name);
    return found == run.counters.end() ? 0 : double{found->second};
}

/// The entry of this name, added at the end when there is none.
template <class Entry>
Entry& find_or_add(std::vector<Entry>& entries, const std::string& name, std::string Entry::* key) {
    const auto found = std::ranges::find(entries, name, key);
    if (found != entries.end()) return *found;
    Entry& added = entries.emplace_back();
    added.*key = name;
    return added;
}

}  // namespace

bool TableReporter::ReportContext(const Context& context) {
    PrintBasicContext(&GetErrorStream(), context);
    return true;
}

void TableReporter::ReportRuns(const std::vector<Run>& runs) {
    for (const auto& run : runs) {
        if (run.error_occurred) {
            fmt::print(GetErrorStream(), "{}: {}\n", run.benchmark_name(), run.error_message);
            continue;
        }
        const bool repeated = run.repetitions > 1;
        if (repeated && run.aggregate_name != "median") continue;
        // The processor's time: neighbours on the machine take from the clock's.
        add(run.run_name.function_name, {.ns = run.GetAdjustedCPUTime(),
                                         .bytes_per_second = counter(run, "bytes_per_second"),
                                         .bytes = counter(run, "bytes"),
                                         .allocations = counter(run, "allocs")});
    }
}

void TableReporter::add(const std::string& name, const Cell& cell) {
    const auto first = name.find('/');
    const auto last = name.rfind('/');
    const auto column = name.substr(last + 1);
    auto& table = find_or_add(tables_, name.substr(0, first), &Table::name);
    auto& row = find_or_add(table.rows, name.substr(first + 1, last - first - 1),
                            &std::pair<std::string, Row>::first);
    row.second[column] = cell;
    const bool known = std::ranges::find(table.baselines, column) != table.baselines.end();
    if (column != "here" && !known) table.baselines.push_back(column);
}

void TableReporter::print(const Table& table) {
    auto& out = GetOutputStream();
    fmt::print(out, "\n{}\n{:<18}{:>7}{:>9}{:>8}{:>8}", table.name, "event", "bytes", "ns", "MB/s",
               "allocs");
    for (const auto& baseline : table.baselines)
        fmt::print(out, "{:>12}{:>7}", baseline, "times");
    fmt::print(out, "\n");
    for (const auto& [name, row] : table.rows) {
        const auto here = row.find("here");
        if (here == row.end()) continue;
        fmt::print(out, "{:<18}{:>7.0f}{:>9.1f}{:>8.0f}{:>8.2f}", name, here->second.bytes,
                   here->second.ns, here->second.bytes_per_second / 1e6, here->second.allocations);
        for (const auto& baseline : table.baselines) {
            const auto cell = row.find(baseline);
            const double ns = cell == row.end() ? 0 : cell->second.ns;
            fmt::print(out, "{:>12.1f}{:>7.2f}", ns, ns / here->second.ns);
        }
        fmt::print(out, "\n");
    }
}

void TableReporter::Finalize() {
    for (const auto& table : tables_)
        print(table);
}

}  // namespace confd::bench
