// The parts of the limits, in virtual time.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "simulator/limits/pace.hpp"
#include "simulator/limits/peer_limits.hpp"
#include "simulator/limits/repeated_line.hpp"

namespace confd::sim {
namespace {

using namespace std::chrono_literals;

const Instant start = Instant{} + 1h;

/// How many can be taken without waiting.
std::size_t takes(Pace& pace, const PaceLimit& limit, Instant now, std::size_t most) {
    std::size_t count = 0;
    while (count < most && pace.ready(limit) <= now) {
        pace.take(limit, now);
        ++count;
    }
    return count;
}

TEST(Pace, LetsABurstThroughAndThenTheRate) {
    const PaceLimit limit{PeerLimits{}.ack_burst, PeerLimits{}.ack_rate};
    Pace pace;
    EXPECT_EQ(takes(pace, limit, start, 5000), 1000U);
    EXPECT_EQ(pace.ready(limit), start + 10ms);
    EXPECT_EQ(takes(pace, limit, start + 10ms, 5000), 1U);
    EXPECT_EQ(takes(pace, limit, start + 1s, 5000), 99U);
    EXPECT_EQ(takes(pace, limit, start + 11s, 5000), 1000U) << "the bucket is full again";
}

TEST(Pace, IsEndlessWithoutARate) {
    const PaceLimit limit{1, 0};
    Pace pace;
    EXPECT_EQ(takes(pace, limit, start, 5000), 5000U);
}

RC_GTEST_PROP(Pace, NeverGivesMoreThanBurstAndRate, ()) {
    const PaceLimit limit{*rc::gen::inRange<std::size_t>(1, 50),
                          static_cast<double>(*rc::gen::inRange(1, 1000))};
    Pace pace;
    auto now = start;
    std::size_t taken = 0;
    for (const auto step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 100))) {
        now += std::chrono::milliseconds(step);
        taken += takes(pace, limit, now, 100);
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
