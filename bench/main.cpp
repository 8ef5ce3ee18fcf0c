// SPDX-License-Identifier: Apache-2.0
// Verifies and then runs every benchmark; all options of Google Benchmark apply.
#include <cstdlib>
#include <exception>

#include "bench/report.hpp"
#include "bench/workload.hpp"

int main(int argc, char** argv) {
    using namespace confd::bench;
    try {
        benchmark::Initialize(&argc, argv);
        if (benchmark::ReportUnrecognizedArguments(argc, argv)) return EXIT_FAILURE;
        const auto workloads = read_workloads();
        add_decode_benchmarks(workloads);
        add_encode_benchmarks(workloads);
        add_validate_benchmarks(workloads);
        add_tree_benchmarks(workloads);
        TableReporter tables;
        benchmark::RunSpecifiedBenchmarks(&tables);
        benchmark::Shutdown();
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        die("failed", error.what());
    }
}
