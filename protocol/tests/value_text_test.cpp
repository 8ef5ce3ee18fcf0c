// SPDX-License-Identifier: Apache-2.0
// Values as people write them.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "generate/events.hpp"
#include "protocol/tests/gen_event.hpp"
#include "protocol/value/text.hpp"

namespace confd::test {
namespace {

TEST(ValueText, DatetimesAreRfc3339) {
    Datetime time{2026, 11, 22, 10, 0, 0, 0, {}};
    EXPECT_EQ(to_text(time), "2026-11-22T10:00:00");
    time.zone.timezone = std::int8_t{0};
    EXPECT_EQ(to_text(time), "2026-11-22T10:00:00Z");
    time.micro = 1;
    time.zone = {std::int8_t{5}, 30};
    EXPECT_EQ(to_text(time), "2026-11-22T10:00:00.000001+05:30");
    time.zone = {std::int8_t{-3}, -30};
    EXPECT_EQ(to_text(time), "2026-11-22T10:00:00.000001-03:30");
    time.zone = {std::int8_t{0}, -30};
    EXPECT_EQ(to_text(time), "2026-11-22T10:00:00.000001-00:30");
    time.zone = {std::int8_t{-8}, 0};
    EXPECT_EQ(to_text(time), "2026-11-22T10:00:00.000001-08:00");
}

TEST(ValueText, WrongTimesAreRefused) {
    for (const auto* text :
         {"", "2026-11-22", "2026-11-22T10:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
          "2026-11-22T24:00:00Z", "2026-11-22T10:60:00Z", "2026-11-22T10:00:00.Z",
          "2026-11-22T10:00:00+0530", "2026-11-22T10:00:00+15:00", "2026-11-22T10:00:00Zx",
          "2026-11-22 10:00:00Z", "26-11-22T10:00:00Z"}) {
        EXPECT_FALSE(parse_datetime(text)) << text;
    }
}

TEST(ValueText, FractionsHaveUpToSixDigits) {
    EXPECT_EQ(parse_datetime("2026-11-22T10:00:00.5Z")->micro, 500000U);
    EXPECT_EQ(parse_datetime("2026-11-22T10:00:00.000001Z")->micro, 1U);
    EXPECT_FALSE(parse_datetime("2026-11-22T10:00:00.0000001Z"));
}

TEST(ValueText, Durations) {
    EXPECT_EQ(to_text(Duration{}), "PT0S");
    EXPECT_EQ(to_text(Duration{1, 2, 3, 4, 5, 6, 7}), "P1Y2M3DT4H5M6.000007S");
    EXPECT_EQ(to_text(Duration{.mins = 2}), "PT2M");
    EXPECT_EQ(to_text(Duration{.months = 2}), "P2M");
    EXPECT_EQ(parse_duration("P2M"), Duration{.months = 2});
    EXPECT_EQ(parse_duration("PT2M"), Duration{.mins = 2});
    for (const auto* text : {"", "P", "PT", "P1", "1Y", "P1H", "PT1Y", "P1M1Y", "PT1.5M", "P1YT"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
}

TEST(ValueText, AddressesAndPrefixes) {
    EXPECT_EQ(to_text(*parse_ip6("2001:DB8:0:0::1")), "2001:db8::1");
    EXPECT_EQ(to_text(*parse_ip4_prefix("10.0.0.0/8")), "10.0.0.0/8");
    for (const auto* text : {"10.0.0.0/33", "10.0.0.0", "10.0.0.0/", "10.0.0/8", "10.0.0.0/8x"}) {
        EXPECT_FALSE(parse_ip4_prefix(text)) << text;
    }
    EXPECT_FALSE(parse_ip6_prefix("::/129"));
    EXPECT_FALSE(parse_ip4("256.0.0.1"));
}

TEST(ValueText, Hex) {
    EXPECT_EQ(parse_hex("0aFF 00"), (Bytes{0x0a, 0xff, 0x00}));
    EXPECT_EQ(to_hex(Bytes{0x0a, 0xff}), "0aff");
    for (const auto* text : {"0", "0g", "0 a", "zz"})
        EXPECT_FALSE(parse_hex(text)) << text;
}

RC_GTEST_PROP(ValueTextProperty, ParsesBackWhatItPrints, ()) {
    const auto numbers = any_choices();
    ListedChoices choices(numbers);
    const auto value = generate_value(choices);
    std::visit(
        []<class T>(const T& payload) {
            if constexpr (std::same_as<T, Datetime>) {
                RC_ASSERT(parse_datetime(to_text(payload)) == payload);
            } else if constexpr (std::same_as<T, Date>) {
                RC_ASSERT(parse_date(to_text(payload)) == payload);
            } else if constexpr (std::same_as<T, Time>) {
                RC_ASSERT(parse_time(to_text(payload)) == payload);
            } else if constexpr (std::same_as<T, Ip4>) {
                RC_ASSERT(parse_ip4(to_text(payload)) == payload);
            } else if constexpr (std::same_as<T, Ip6>) {
                RC_ASSERT(parse_ip6(to_text(payload)) == payload);
            } else if constexpr (std::same_as<T, Ip4Prefix>) {
                RC_ASSERT(parse_ip4_prefix(to_text(payload)) == payload);
            } else if constexpr (std::same_as<T, Ip6Prefix>) {
                RC_ASSERT(parse_ip6_prefix(to_text(payload)) == payload);
            } else if constexpr (std::same_as<T, Bytes>) {
                RC_ASSERT(parse_hex(to_hex(payload)) == payload);
            }
        },
        value.payload);
}

}  // namespace
}  // namespace confd::test
