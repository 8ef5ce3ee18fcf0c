// SPDX-License-Identifier: Apache-2.0
// Payloads checked and passed over, beside libei, which passes over them without checking bounds.
//
//   here      TermReader: the version byte, skip(), finish()
//   ei_skip   ei_skip_term
#include "bench/workload.hpp"
#include "protocol/term/reader.hpp"

namespace confd::bench {
namespace {

bool valid(ByteView payload) {
    TermReader reader(payload);
    return reader.version() && reader.skip() && reader.finish();
}

void verify(const Workload& workload) {
    for (const auto& sample : workload.samples) {
        const ByteView payload = sample.payload;
        check(valid(payload), workload, "a payload is refused");
        check(!valid(payload.first(payload.size() - 1)), workload, "a cut payload is accepted");
        check(ei_skip(payload) == static_cast<int>(payload.size()), workload,
              "libei skips to another end");
    }
}

void validate(benchmark::State& state, const Workload& workload) {
    run(state, workload, &Sample::payload,
        [](const Sample& sample) { benchmark::DoNotOptimize(valid(sample.payload)); });
}

void ei_skipped(benchmark::State& state, const Workload& workload) {
    run(state, workload, &Sample::payload,
        [](const Sample& sample) { benchmark::DoNotOptimize(ei_skip(sample.payload)); });
}

}  // namespace

void add_validate_benchmarks(const std::vector<Workload>& workloads) {
    for (const auto& workload : workloads) {
        verify(workload);
        benchmark::RegisterBenchmark(name_of("validate", workload, "here").c_str(), validate,
                                     std::cref(workload));
        benchmark::RegisterBenchmark(name_of("validate", workload, "ei_skip").c_str(), ei_skipped,
                                     std::cref(workload));
    }
}

}  // namespace confd::bench
