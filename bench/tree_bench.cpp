// SPDX-License-Identifier: Apache-2.0
// Payloads to trees of any shape, beside a tree that C code builds with libei. Building a tree and
// freeing it are timed together.
//
//   here      read_payload()
//   ei_tree   ei_get_type and the ei_decode_* that it asks for; children, atoms and texts in memory
//             of their own
#include "bench/allocations.hpp"
#include "bench/ei_tree.hpp"
#include "bench/workload.hpp"
#include "protocol/term/tree.hpp"

namespace confd::bench {
namespace {

void verify(const Workload& workload) {
    for (const auto& sample : workload.samples) {
        const auto tree = read_payload(sample.payload);
        check(tree.has_value(), workload, "a payload is refused");
        const auto other = ei_tree(sample.payload);
        check(other && same(*other, *tree), workload, "libei builds another tree");
    }
}

void build(benchmark::State& state, const Workload& workload) {
    const auto one = [&](const Sample& sample) {
        const auto tree = read_payload(sample.payload);
        if (!tree) die(workload.name, "a payload is refused");
        benchmark::DoNotOptimize(&*tree);
        benchmark::ClobberMemory();
    };
    const auto allocated = static_cast<double>(allocations_in([&] {
        for (const auto& sample : workload.samples)
            one(sample);
    }));
    run(state, workload, &Sample::payload, one);
    state.counters["allocs"] = allocated / static_cast<double>(workload.samples.size());
}

void ei_build(benchmark::State& state, const Workload& workload) {
    run(state, workload, &Sample::payload, [&](const Sample& sample) {
        const auto tree = ei_tree(sample.payload);
        if (!tree) die(workload.name, "libei fails");
        benchmark::DoNotOptimize(tree.get());
        benchmark::ClobberMemory();
    });
}

}  // namespace

void add_tree_benchmarks(const std::vector<Workload>& workloads) {
    for (const auto& workload : workloads) {
        verify(workload);
        benchmark::RegisterBenchmark(name_of("tree", workload, "here").c_str(), build,
                                     std::cref(workload));
        benchmark::RegisterBenchmark(name_of("tree", workload, "ei_tree").c_str(), ei_build,
                                     std::cref(workload));
    }
}

}  // namespace confd::bench
