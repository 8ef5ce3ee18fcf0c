// SPDX-License-Identifier: Apache-2.0
#include "protocol/tests/differential/event_samples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string_view>

#include "conformance/tests/vectors.hpp"
#include "generate/events.hpp"

namespace confd::test {
namespace {

constexpr WireContext contexts[] = {
    {Dialect::v6x, Product::confd}, {Dialect::v6x, Product::nso},   {Dialect::v7x, Product::confd},
    {Dialect::v7x, Product::nso},   {Dialect::v8x, Product::confd}, {Dialect::v8x, Product::nso},
};

/// More than an event uses; where one needs more, the rest is as simple as can be.
constexpr std::size_t choices_for_one = 200;

EventSample written(std::string name, const WireContext& context, Notification event) {
    EventSample sample{std::move(name), context, std::move(event), {}};
    if (auto done = encode_notification(sample.event, sample.payload, context); !done) {
        throw std::runtime_error(sample.name + ": " + to_string(done.error()));
    }
    return sample;
}

void append_golden(const EventVectors& vectors, std::vector<EventSample>& out) {
    for (const auto& vector : read_vectors(vectors.file)) {
        const auto name =
            fmt::format("{} {}", vectors.file, std::string_view(vector.at("event").as_string()));
        for (const auto& payload : payloads_of(vector)) {
            const auto event = decode_sample(payload, vectors.context);
            if (!event) throw std::runtime_error(name + ": " + to_string(event.error()));
            out.push_back({name, vectors.context, *event, payload, false});
            out.push_back(written(name, vectors.context, *event));
        }
    }
}

}  // namespace

Result<Notification> decode_sample(ByteView payload, const WireContext& context) {
    DecodeOptions options;
    options.context = context;
    options.strict = true;
    return decode_notification(payload, options);
}

std::vector<EventSample> generated_samples(std::size_t count) {
    std::mt19937 random(4565);
    std::vector<std::uint32_t> numbers(choices_for_one);
    std::vector<EventSample> out;
    for (const auto& context : contexts) {
        for (const auto type : event_types()) {
            for (std::size_t i = 0; i < count; ++i) {
                std::ranges::generate(numbers,
                                      [&] { return static_cast<std::uint32_t>(random()); });
                ListedChoices choices(numbers);
                out.push_back(written(
                    fmt::format("generated {} {} type {} number {}", to_string(context.product),
                                to_string(context.dialect), type, i),
                    context, generate_notification(choices, type, context)));
            }
        }
    }
    return out;
}

std::vector<EventSample> golden_samples() {
    std::vector<EventSample> out;
    for (const auto& vectors : event_vectors)
        append_golden(vectors, out);
    return out;
}

std::vector<EventSample> event_samples() {
    auto out = generated_samples(40);
    std::ranges::move(golden_samples(), std::back_inserter(out));
    return out;
}

}  // namespace confd::test
