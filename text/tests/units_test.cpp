// SPDX-License-Identifier: Apache-2.0
#include "text/units.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace confd {
namespace {

using namespace std::chrono_literals;

TEST(Durations, AreNumbersWithAUnit) {
    EXPECT_EQ(parse_timespan("250ms"), 250ms);
    EXPECT_EQ(parse_timespan("1.5s"), 1500ms);
    EXPECT_EQ(parse_timespan("0s"), 0ms);
    EXPECT_EQ(parse_timespan("24h"), max_timespan);
}

TEST(Durations, AreNothingElse) {
    for (const auto* text : {"", "5", "s", "5 s", "-1s", "25h", "1e3s", "5sec", "nans", "infs"})
        EXPECT_FALSE(parse_timespan(text)) << text;
}

TEST(Sizes, AreBytesOrPowersOf1024) {
    EXPECT_EQ(parse_size("1"), 1U);
    EXPECT_EQ(parse_size("64KiB"), 65536U);
    EXPECT_EQ(parse_size("2MiB"), std::size_t{2} << 20);
    EXPECT_EQ(parse_size("4GiB"), max_size);
}

TEST(Sizes, AreNothingElse) {
    for (const auto* text : {"", "0", "0MiB", "-1", "64KB", "1.5MiB", "64 KiB", "4294967297",
                             "5GiB", "18446744073709551615GiB"})
        EXPECT_FALSE(parse_size(text)) << text;
}

TEST(Units, AreTheLargestThatFit) {
    EXPECT_EQ(timespan_text(5s), "5s");
    EXPECT_EQ(timespan_text(1500ms), "1500ms");
    EXPECT_EQ(timespan_text(0ms), "0s");
    EXPECT_EQ(size_text(std::size_t{16} << 20), "16MiB");
    EXPECT_EQ(size_text(100), "100");
}

RC_GTEST_PROP(Units, AreReadBackAsWritten, ()) {
    const std::chrono::milliseconds span(*rc::gen::inRange<std::int64_t>(0, max_timespan.count()));
    RC_ASSERT(parse_timespan(timespan_text(span)) == span);
    const auto size = *rc::gen::inRange<std::size_t>(1, max_size);
    RC_ASSERT(parse_size(size_text(size)) == size);
}

}  // namespace
}  // namespace confd
