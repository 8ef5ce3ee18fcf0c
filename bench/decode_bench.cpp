// SPDX-License-Identifier: Apache-2.0
// Payloads to structs, beside libei reading the same bytes.
//
//   here      a NotificationDecoder
//   ei_typed  ei_decode_* for each element, texts copied into arrays of fixed size
//   ei_skip   ei_skip_term: libei's walk without any result
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "bench/allocations.hpp"
#include "bench/workload.hpp"

namespace confd::bench {
namespace {

void verify(const Workload& workload) {
    NotificationDecoder decoder(workload.options());
    Notification reused;
    EiFields fields;
    for (const auto& sample : workload.samples) {
        const auto event = decoder.decode(sample.payload);
        check(event && **event == sample.event, workload, "a payload decodes to another event");
        check(decode_notification(sample.payload, reused, workload.options()).has_value(), workload,
              "a payload is not decoded");
        check(reused == sample.event, workload, "a payload decodes to another event");
        const auto again = decode_notification(sample.written, workload.options());
        check(again && *again == sample.event, workload, "an event does not survive");
        check(ei_read(sample.read_steps, sample.payload, fields), workload, "libei cannot read");
        check(holds(fields, sample.read_steps), workload, "libei reads other fields");
        check(ei_skip(sample.payload) == static_cast<int>(sample.payload.size()), workload,
              "libei skips to another end");
    }
}

/// `decode_one(sample)` is what a decoder said.
void decode(benchmark::State& state, const Workload& workload, auto&& decode_one) {
    const auto one = [&](const Sample& sample) {
        const auto done = decode_one(sample);
        if (!done) die(workload.name, "a payload is not decoded");
        benchmark::DoNotOptimize(&done);
        benchmark::ClobberMemory();
    };
    const auto all = [&] {
        for (const auto& sample : workload.samples)
            one(sample);
    };
    // Texts and lists have their capacity then: a spare text may still have to grow in the first
    // few rounds.
    for (int round = 0; round < 8; ++round)
        all();
    const auto allocated = static_cast<double>(allocations_in(all));
    run(state, workload, &Sample::payload, one);
    state.counters["allocs"] = allocated / static_cast<double>(workload.samples.size());
}

void decode_stream(benchmark::State& state, const Workload& workload) {
    NotificationDecoder decoder(workload.options());
    decode(state, workload, [&](const Sample& sample) { return decoder.decode(sample.payload); });
}

void decode_into_one(benchmark::State& state, const Workload& workload) {
    const auto options = workload.options();
    Notification event;
    decode(state, workload, [&](const Sample& sample) {
        return decode_notification(sample.payload, event, options);
    });
}

void ei_typed(benchmark::State& state, const Workload& workload) {
    const auto fields = std::make_unique<EiFields>();
    run(state, workload, &Sample::payload, [&](const Sample& sample) {
        if (!ei_read(sample.read_steps, sample.payload, *fields)) die(workload.name, "libei fails");
        benchmark::DoNotOptimize(fields.get());
        benchmark::ClobberMemory();
    });
}

void ei_skipped(benchmark::State& state, const Workload& workload) {
    run(state, workload, &Sample::payload,
        [](const Sample& sample) { benchmark::DoNotOptimize(ei_skip(sample.payload)); });
}

void add(const Workload& workload, std::string_view table, auto decode_here) {
    benchmark::RegisterBenchmark(name_of(table, workload, "here").c_str(), decode_here,
                                 std::cref(workload));
    benchmark::RegisterBenchmark(name_of(table, workload, "ei_typed").c_str(), ei_typed,
                                 std::cref(workload));
    benchmark::RegisterBenchmark(name_of(table, workload, "ei_skip").c_str(), ei_skipped,
                                 std::cref(workload));
}

}  // namespace

void add_decode_benchmarks(const std::vector<Workload>& workloads) {
    for (const auto& workload : workloads) {
        verify(workload);
        add(workload, "decode", decode_stream);
    }
    for (const auto& workload : workloads) {
        if (workload.name.starts_with("mix")) {
            add(workload, "decode, into one Notification", decode_into_one);
        }
    }
}

}  // namespace confd::bench
