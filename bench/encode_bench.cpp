// SPDX-License-Identifier: Apache-2.0
// Structs to payloads in a reused buffer, beside libei writing the same terms.
//
//   here      encode_notification() into one Bytes
//   ei_x      ei_x_encode_* for each element into one ei_x_buff
#include "bench/allocations.hpp"
#include "bench/workload.hpp"

namespace confd::bench {
namespace {

void verify(const Workload& workload) {
    Bytes out;
    EiBuffer buffer;
    for (const auto& sample : workload.samples) {
        out.clear();
        check(encode_notification(sample.event, out, workload.context).has_value(), workload,
              "an event is not encoded");
        check(out == sample.written, workload, "an event encodes to other bytes");
        check(buffer.write(sample.write_steps), workload, "libei cannot write");
        const auto read = decode_notification(buffer.bytes(), workload.options());
        check(read && *read == sample.event, workload, "libei writes another event");
    }
}

void encode(benchmark::State& state, const Workload& workload) {
    Bytes out;
    const auto one = [&](const Sample& sample) {
        out.clear();
        const auto done = encode_notification(sample.event, out, workload.context);
        if (!done) die(workload.name, "an event is not encoded");
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    };
    const auto all = [&] {
        for (const auto& sample : workload.samples)
            one(sample);
    };
    all();  // the buffer has its capacity from here on
    const auto allocated = static_cast<double>(allocations_in(all));
    run(state, workload, &Sample::written, one);
    state.counters["allocs"] = allocated / static_cast<double>(workload.samples.size());
}

void ei_x_encode(benchmark::State& state, const Workload& workload) {
    EiBuffer buffer;
    run(state, workload, &Sample::written, [&](const Sample& sample) {
        if (!buffer.write(sample.write_steps)) die(workload.name, "libei fails");
        benchmark::DoNotOptimize(buffer.bytes().data());
        benchmark::ClobberMemory();
    });
}

}  // namespace

void add_encode_benchmarks(const std::vector<Workload>& workloads) {
    for (const auto& workload : workloads) {
        verify(workload);
        benchmark::RegisterBenchmark(name_of("encode", workload, "here").c_str(), encode,
                                     std::cref(workload));
        benchmark::RegisterBenchmark(name_of("encode", workload, "ei_x").c_str(), ei_x_encode,
                                     std::cref(workload));
    }
}

}  // namespace confd::bench
