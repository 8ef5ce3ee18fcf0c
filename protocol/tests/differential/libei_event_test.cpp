// SPDX-License-Identifier: Apache-2.0
// The C library of Erlang reads every event that is written here to its very end, and the events
// that a C program writes are read here as the same events.
#include <gtest/gtest.h>

#include "protocol/tests/bytes_util.hpp"
#include "protocol/tests/differential/ei_terms.hpp"
#include "protocol/tests/differential/event_samples.hpp"

namespace confd::test {
namespace {

/// Calls `f(sample, tree)` for each sample that the checked reader here accepts: libei checks no
/// bounds, so nothing else may reach it.
void each_sample(auto&& f) {
    const auto samples = event_samples();
    ASSERT_GT(samples.size(), 5000U);
    for (const auto& sample : samples) {
        SCOPED_TRACE(sample.name + " " + hex(sample.payload));
        const auto tree = read_payload(sample.payload);
        ASSERT_TRUE(tree) << to_string(tree.error());
        f(sample, *tree);
    }
}

TEST(LibeiEvents, AreReadToTheirEnd) {
    each_sample([](const EventSample& sample, const Term& tree) {
        const ExactBuffer payload(sample.payload);
        const auto size = static_cast<int>(sample.payload.size());
        EXPECT_EQ(end_by_skipping(payload), size);
        EiReader reader(payload);
        EXPECT_EQ(reader.term(), tree);
        EXPECT_EQ(reader.offset(), size);
    });
}

TEST(LibeiEvents, AreReadFromWhateverFormItWrites) {
    each_sample([](const EventSample& sample, const Term& tree) {
        for (const bool second_form_first : {false, true}) {
            const ExactBuffer payload(written_by_ei(tree, second_form_first));
            const auto decoded = decode_sample(payload, sample.context);
            ASSERT_TRUE(decoded) << hex(payload) << ": " << to_string(decoded.error());
            EXPECT_EQ(*decoded, sample.event) << hex(payload);
        }
    });
}

}  // namespace
}  // namespace confd::test
