// SPDX-License-Identifier: Apache-2.0
// The results as tables: one for each workload, a line for each kind of event, each baseline beside
// what this project does, and how many times as long it takes.
#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

namespace confd::bench {

/// Takes benchmarks named "table/row/column". The column "here" is this project's; all others are
/// baselines. Where there are repetitions it shows their medians.
class TableReporter : public benchmark::BenchmarkReporter {
  public:
    bool ReportContext(const Context& context) override;
    void ReportRuns(const std::vector<Run>& runs) override;
    void Finalize() override;

  private:
    struct Cell {
        double ns = 0;
        double bytes_per_second = 0;
        double bytes = 0;
        double allocations = 0;
    };
    using Row = std::map<std::string, Cell>;
    struct Table {
        std::string name;
        std::vector<std::string> baselines;
        std::vector<std::pair<std::string, Row>> rows;
    };

    void add(const std::string& name, const Cell& cell);
    void print(const Table& table);

    std::vector<Table> tables_;
};

}  // namespace confd::bench
