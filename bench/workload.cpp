// SPDX-License-Identifier: Apache-2.0
#include "bench/workload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <ranges>

#include "generate/events.hpp"
#include "protocol/constants.hpp"
#include "protocol/term/tree.hpp"

namespace confd::bench {
namespace {

// Every run works on the same events in the same order.
constexpr unsigned seed = 4565;
constexpr std::size_t generated_per_type = 6;

std::vector<EiStep> steps_in(ByteView payload, std::string_view workload) {
    const auto tree = read_payload(payload);
    if (!tree) die(workload, to_string(tree.error()));
    return steps_of(*tree);
}

Sample sample_of(Bytes payload, const WireContext& context, std::string_view workload) {
    Sample sample;
    const auto event = decode_notification(payload, {.context = context, .strict = true});
    if (!event) die(workload, to_string(event.error()));
    sample.event = *event;
    sample.payload = std::move(payload);
    if (!encode_notification(sample.event, sample.written, context)) die(workload, "not encoded");
    sample.read_steps = steps_in(sample.payload, workload);
    sample.write_steps = steps_in(sample.written, workload);
    return sample;
}

Bytes unhex(std::string_view digits) {
    Bytes out(digits.size() / 2);
    for (std::size_t i = 0; i < out.size(); ++i)
        std::from_chars(&digits[2 * i], &digits[2 * i] + 2, out[i], 16);
    return out;
}

Workload& named(std::vector<Workload>& all, std::string_view name, const WireContext& context) {
    const auto found = std::ranges::find(all, name, &Workload::name);
    return found != all.end() ? *found : all.emplace_back(std::string(name), context);
}

/// The golden vectors of a product by event type.
std::vector<Workload> read_vectors(std::string_view file, const WireContext& context) {
    std::ifstream in(fmt::format("{}/conformance/vectors/{}", CONFD_SOURCE_DIR, file));
    std::vector<Workload> out;
    for (std::string line; std::getline(in, line);) {
        const auto vector = boost::json::parse(line).as_object();
        // Where a vector has two forms, the last is an Erlang server's.
        const auto& payload = vector.at("payloads").as_array().back().as_string();
        auto& workload = named(out, std::string_view(vector.at("event").as_string()), context);
        workload.samples.push_back(sample_of(unhex(payload), context, workload.name));
    }
    if (out.empty()) die(file, "cannot be read");
    return out;
}

/// Types that the vectors lack, because the measured release did not have them yet.
void add_generated(std::vector<Workload>& workloads, const WireContext& context) {
    std::mt19937 random(seed);
    for (const auto type : event_types()) {
        const bool known = std::ranges::any_of(workloads, [&](const Workload& workload) {
            return workload.samples.front().event.type == type;
        });
        if (known) continue;
        auto& workload =
            workloads.emplace_back(std::string(notif_name(type).value_or("unknown")), context);
        for (std::size_t i = 0; i < generated_per_type; ++i) {
            std::vector<std::uint32_t> numbers(100);
            std::ranges::generate(numbers, [&] { return static_cast<std::uint32_t>(random()); });
            ListedChoices choices(numbers);
            Bytes payload;
            const auto event = generate_notification(choices, type, context);
            if (!encode_notification(event, payload, context)) die(workload.name, "not encoded");
            workload.samples.push_back(sample_of(std::move(payload), context, workload.name));
        }
    }
}

Workload mix_of(std::string name, const std::vector<Workload>& types) {
    Workload mix{std::move(name), types.front().context, {}};
    for (const auto& type : types)
        mix.samples.insert(mix.samples.end(), type.samples.begin(), type.samples.end());
    std::ranges::shuffle(mix.samples, std::mt19937(seed));
    return mix;
}

}  // namespace

DecodeOptions Workload::options() const {
    DecodeOptions out;
    out.context = context;
    return out;
}

std::vector<Workload> read_workloads() {
    const auto confd = read_vectors("events_confd_78.jsonl", {Dialect::v7x, Product::confd});
    auto out = read_vectors("events_nso_78.jsonl", {Dialect::v7x, Product::nso});
    auto mix_of_nso = mix_of("mix of NSO", out);
    add_generated(out, out.front().context);
    out.push_back(mix_of("mix of ConfD", confd));
    out.push_back(std::move(mix_of_nso));
    return out;
}

void die(std::string_view workload, std::string_view what) {
    fmt::print(stderr, "confd-bench: {}: {}\n", workload, what);
    std::exit(EXIT_FAILURE);
}

void check(bool ok, const Workload& workload, std::string_view what) {
    if (!ok) die(workload.name, what);
}

std::string name_of(std::string_view table, const Workload& workload, std::string_view column) {
    return fmt::format("{}/{}/{}", table, workload.name, column);
}

std::size_t total_bytes(const Workload& workload, Bytes Sample::* bytes) {
    std::size_t total = 0;
    for (const auto& sample : workload.samples)
        total += (sample.*bytes).size();
    return total;
}

}  // namespace confd::bench
