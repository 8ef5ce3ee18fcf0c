// SPDX-License-Identifier: Apache-2.0
// The quick readers (protocol/term/quick.hpp) read as the same, or leave to the thorough one, what
// it reads or refuses: in every form, whole and with mistakes.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <utility>

#include "protocol/tests/bytes_util.hpp"
#include "protocol/tests/differential/ei_terms.hpp"
#include "protocol/tests/differential/event_samples.hpp"

namespace confd::test {
namespace {

constexpr int mistakes_per_payload = 10;

/// With a lower limit on the depth than the usual one, no quick reader is asked.
void expect_same(ByteView bytes, const WireContext& context) {
    const ExactBuffer payload(bytes);
    const DecodeOptions usual{.context = context, .strict = true};
    DecodeOptions thorough = usual;
    --thorough.limits.nesting;
    const auto expected = decode_notification(payload, thorough);
    EXPECT_EQ(decode_notification(payload, usual), expected) << hex(bytes);

    // What the event before it has left does not show.
    static std::map<std::pair<Dialect, Product>, NotificationDecoder> decoders;
    auto& decoder = decoders.try_emplace({context.dialect, context.product}, usual).first->second;
    const auto reused = decoder.decode(payload);
    ASSERT_EQ(reused.has_value(), expected.has_value()) << hex(bytes);
    if (reused) {
        EXPECT_EQ(**reused, *expected) << hex(bytes);
    } else {
        // The sentence may name the arity that the fields of an earlier event would have had.
        EXPECT_EQ(reused.error().code, expected.error().code) << hex(bytes);
        EXPECT_EQ(reused.error().offset, expected.error().offset) << hex(bytes);
        EXPECT_EQ(reused.error().path, expected.error().path) << hex(bytes);
    }
}

void each_payload(auto&& f) {
    for (const auto& sample : event_samples()) {
        const auto tree = read_payload(sample.payload);
        ASSERT_TRUE(tree) << sample.name;
        f(sample.payload, sample.context);
        for (const bool second_form_first : {false, true})
            f(written_by_ei(*tree, second_form_first), sample.context);
    }
}

TEST(QuickReaders, ReadEveryFormAsTheThoroughOne) {
    each_payload(
        [](ByteView payload, const WireContext& context) { expect_same(payload, context); });
}

TEST(QuickReaders, RefuseEveryMistakeAsTheThoroughOne) {
    std::mt19937 random(1);
    const auto below = [&](std::size_t end) { return random() % end; };
    each_payload([&](ByteView payload, const WireContext& context) {
        for (int i = 0; i < mistakes_per_payload; ++i) {
            Bytes bytes(payload.begin(), payload.end());
            const auto at = below(bytes.size());
            // Mistakes that are nearly right: another tag or a number that is off by one.
            switch (below(4)) {
                case 0:
                    bytes[at] = static_cast<std::uint8_t>(random());
                    break;
                case 1:
                    bytes[at] = payload[below(payload.size())];
                    break;
                case 2:
                    bytes[at] = static_cast<std::uint8_t>(bytes[at] + 1);
                    break;
                default:
                    bytes.resize(at);
                    break;
            }
            expect_same(bytes, context);
        }
    });
}

}  // namespace
}  // namespace confd::test
