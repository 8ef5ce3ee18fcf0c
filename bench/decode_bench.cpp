// Payloads to structs, beside libei reading the same bytes.
//
//   here      decode_notification() into one Notification, used for every event
//   ei_typed  ei_decode_* for each element, texts copied into arrays of fixed size
//   ei_skip   ei_skip_term: libei's walk without any result
#include <functional>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "bench/allocations.hpp"
#include "bench/workload.hpp"

namespace confd::bench {
namespace {

void verify(const Workload& workload) {
    Notification reused;
    EiFields fields;
    for (const auto& sample : workload.samples) {
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

/// `into(sample)` says which Notification an event goes to.
void decode(benchmark::State& state, const Workload& workload, auto&& into) {
    const auto options = workload.options();
    const auto one = [&](const Sample& sample) {
        auto& event = into(sample);
        const auto done = decode_notification(sample.payload, event, options);
        if (!done) die(workload.name, "a payload is not decoded");
        benchmark::DoNotOptimize(&event);
        benchmark::ClobberMemory();
    };
    const auto all = [&] {
        for (const auto& sample : workload.samples)
            one(sample);
    };
    all();  // texts and lists have their capacity from here on
    const auto allocated = static_cast<double>(allocations_in(all));
    run(state, workload, &Sample::payload, one);
    state.counters["allocs"] = allocated / static_cast<double>(workload.samples.size());
}

void decode_into_one(benchmark::State& state, const Workload& workload) {
    Notification event;
    decode(state, workload, [&](const Sample&) -> Notification& { return event; });
}

void decode_by_type(benchmark::State& state, const Workload& workload) {
    std::vector<Notification> events(std::variant_size_v<NotificationBody>);
    decode(state, workload, [&](const Sample& sample) -> Notification& {
        return events[sample.event.body.index()];
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
        add(workload, "decode", decode_into_one);
    }
    for (const auto& workload : workloads) {
        if (workload.name.starts_with("mix")) {
            add(workload, "decode, a Notification for each type", decode_by_type);
        }
    }
}

}  // namespace confd::bench
