// SPDX-License-Identifier: Apache-2.0
// The parts of the limits, in virtual time.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "simulator/limits/peer_limits.hpp"
#include "simulator/limits/rate_limiter.hpp"
#include "simulator/limits/repeated_line.hpp"

namespace confd::sim {
namespace {

using namespace std::chrono_literals;

const Instant start = Instant{} + 1h;

/// How many can be taken without waiting.
std::size_t takes(RateLimiter& limiter, const RateLimit& limit, Instant now, std::size_t most) {
    std::size_t count = 0;
    while (count < most && limiter.ready(limit) <= now) {
        limiter.take(limit, now);
        ++count;
    }
    return count;
}

TEST(RateLimiter, LetsABurstThroughAndThenTheRate) {
    const RateLimit limit{PeerLimits{}.ack_burst, PeerLimits{}.ack_rate};
    RateLimiter limiter;
    EXPECT_EQ(takes(limiter, limit, start, 5000), 1000U);
    EXPECT_EQ(limiter.ready(limit), start + 10ms);
    EXPECT_EQ(takes(limiter, limit, start + 10ms, 5000), 1U);
    EXPECT_EQ(takes(limiter, limit, start + 1s, 5000), 99U);
    EXPECT_EQ(takes(limiter, limit, start + 11s, 5000), 1000U) << "the bucket is full again";
}

TEST(RateLimiter, IsEndlessWithoutARate) {
    const RateLimit limit{1, 0};
    RateLimiter limiter;
    EXPECT_EQ(takes(limiter, limit, start, 5000), 5000U);
}

RC_GTEST_PROP(RateLimiter, NeverGivesMoreThanBurstAndRate, ()) {
    const RateLimit limit{*rc::gen::inRange<std::size_t>(1, 50),
                          static_cast<double>(*rc::gen::inRange(1, 1000))};
    RateLimiter limiter;
    auto now = start;
    std::size_t taken = 0;
    for (const auto step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 100))) {
        now += std::chrono::milliseconds(step);
        taken += takes(limiter, limit, now, 100);
        const auto seconds = std::chrono::duration<double>(now - start).count();
        RC_ASSERT(static_cast<double>(taken) <=
                  static_cast<double>(limit.burst) + seconds * limit.per_second + 1e-6);
    }
}

TEST(RepeatedLine, ComesOnceASecondWithTheNumber) {
    RepeatedLine line;
    EXPECT_FALSE(line.deadline());
    EXPECT_EQ(line.happened(start), 1U);
    EXPECT_FALSE(line.deadline());
    for (int i = 0; i < 500; ++i)
        EXPECT_FALSE(line.happened(start + 2ms * i));
    EXPECT_EQ(line.deadline(), start + 1s);
    EXPECT_FALSE(line.due(start + 999ms));
    EXPECT_EQ(line.due(start + 1s), 500U);
    EXPECT_FALSE(line.deadline());
    EXPECT_EQ(line.happened(start + 10s), 1U);
}

}  // namespace
}  // namespace confd::sim
