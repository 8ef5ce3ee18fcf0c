// SPDX-License-Identifier: Apache-2.0
// Erlang/OTP reads every event that is written here as the term that is meant, and the events that
// it writes are read here as the same events.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <tuple>
#include <vector>

#include "protocol/tests/bytes_util.hpp"
#include "protocol/tests/differential/erlang.hpp"
#include "protocol/tests/differential/event_samples.hpp"

namespace confd::test {
namespace {

Bytes pairs_of(const std::vector<EventSample>& samples) {
    Bytes pairs;
    for (const auto& sample : samples) {
        const auto tree = read_payload(sample.payload);
        if (!tree) ADD_FAILURE() << sample.name << ": " << to_string(tree.error());
        append_pair(pairs, sample.payload, tree.value_or(Term()));
    }
    return pairs;
}

void expect_same_event(const EventSample& sample, ByteView from_erlang) {
    SCOPED_TRACE(sample.name + " " + hex(from_erlang));
    const auto decoded = decode_sample(ExactBuffer(from_erlang), sample.context);
    ASSERT_TRUE(decoded) << to_string(decoded.error());
    EXPECT_EQ(*decoded, sample.event);
    // A vector may hold a term in another form than either side would choose.
    if (sample.written_here) {
        EXPECT_EQ(hex(from_erlang), hex(sample.payload));
    }
}

TEST(ErlangEvents, CoverEveryTypeInEveryDialectAndProduct) {
    std::set<std::tuple<std::uint32_t, Dialect, Product>> seen;
    for (const auto& sample : generated_samples(1)) {
        seen.emplace(sample.event.type, sample.context.dialect, sample.context.product);
    }
    EXPECT_EQ(seen.size(), event_types().size() * dialect_count * 2);
}

// One run of Erlang: it compares each payload with our notation of it, and writes each term anew.
TEST(ErlangEvents, AreReadAsTheSameTermsAndReadBackAsTheSameEvents) {
    const auto samples = event_samples();
    ASSERT_GT(samples.size(), 5000U);
    const TemporaryFile pairs("event-pairs");
    const TemporaryFile rewritten("events");
    ASSERT_NO_FATAL_FAILURE(pairs.write(pairs_of(samples)));
    ASSERT_NO_FATAL_FAILURE(
        run_erlang(fmt::format("rewrite '{}' '{}'", pairs.path(), rewritten.path())));

    const auto bytes = rewritten.read();
    FrameReader reader;
    const auto records = records_of(bytes, reader);
    ASSERT_EQ(records.size(), samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i)
        expect_same_event(samples[i], records[i]);
}

}  // namespace
}  // namespace confd::test
