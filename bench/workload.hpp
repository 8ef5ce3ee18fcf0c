// SPDX-License-Identifier: Apache-2.0
// What the benchmarks work on, and what they have in common.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/ei_steps.hpp"
#include "protocol/bytes.hpp"
#include "protocol/notification/notification.hpp"
#include "protocol/release.hpp"

namespace confd::bench {

struct Sample {
    Bytes payload;  ///< as an Erlang server sends it
    Notification event;
    Bytes written;                    ///< what encode_notification() makes of the event
    std::vector<EiStep> read_steps;   ///< libei's calls to read `payload`
    std::vector<EiStep> write_steps;  ///< libei's calls to write the term of `written`
};

struct Workload {
    std::string name;  ///< an event's, such as "audit", or "mix of .."
    WireContext context;
    std::vector<Sample> samples;

    DecodeOptions options() const;
};

/// One for each event type of NSO, then a mix of all vectors for each product, shuffled, so that
/// hardly any event follows one of its own type.
std::vector<Workload> read_workloads();

/// Ends the program: a benchmark of wrong results is worth nothing.
[[noreturn]] void die(std::string_view workload, std::string_view what);
void check(bool ok, const Workload& workload, std::string_view what);

/// "decode/audit/here": a table, a row, a column. See report.hpp.
std::string name_of(std::string_view table, const Workload& workload, std::string_view column);

std::size_t total_bytes(const Workload& workload, Bytes Sample::* bytes);

/// Runs `work(sample)` for each sample in turn until the time is up. An iteration is one event.
template <class Work>
void run(benchmark::State& state, const Workload& workload, Bytes Sample::* bytes, Work&& work) {
    const auto count = static_cast<benchmark::IterationCount>(workload.samples.size());
    while (state.KeepRunningBatch(count)) {
        for (const auto& sample : workload.samples)
            work(sample);
    }
    const auto rounds = state.iterations() / count;
    const auto size = static_cast<std::int64_t>(total_bytes(workload, bytes));
    state.SetItemsProcessed(rounds * count);
    state.SetBytesProcessed(rounds * size);
    state.counters["bytes"] = static_cast<double>(size) / static_cast<double>(count);
}

// Each of these verifies what it is about to time, for each workload, and then registers it. The
// workloads must live until the benchmarks have run.
void add_decode_benchmarks(const std::vector<Workload>& workloads);
void add_encode_benchmarks(const std::vector<Workload>& workloads);
void add_tree_benchmarks(const std::vector<Workload>& workloads);
void add_validate_benchmarks(const std::vector<Workload>& workloads);

}  // namespace confd::bench
