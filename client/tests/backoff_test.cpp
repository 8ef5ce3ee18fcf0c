// SPDX-License-Identifier: Apache-2.0
// Waits between two attempts to connect.
#include "client/backoff.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace confd::events {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

std::vector<milliseconds> waits(Backoff& backoff, std::size_t count) {
    std::vector<milliseconds> out;
    for (std::size_t i = 0; i < count; ++i)
        out.push_back(backoff.next());
    return out;
}

TEST(Backoff, BoundsDoubleFrom100MillisecondsTo30Seconds) {
    Backoff backoff({}, [] { return 0.99999; });
    EXPECT_THAT(waits(backoff, 11),
                testing::ElementsAre(99ms, 199ms, 399ms, 799ms, 1599ms, 3199ms, 6399ms, 12799ms,
                                     25599ms, 29999ms, 29999ms));
}

TEST(Backoff, StartsAgainAfterASuccess) {
    Backoff backoff({}, [] { return 0.5; });
    EXPECT_THAT(waits(backoff, 3), testing::ElementsAre(50ms, 100ms, 200ms));
    backoff.succeeded();
    EXPECT_EQ(backoff.next(), 50ms);
}

RC_GTEST_PROP(Backoff, WaitIsTheRandomPartOfTheBound, ()) {
    const milliseconds first(*rc::gen::inRange(0, 5'000));
    const milliseconds longest(*rc::gen::inRange(0, 100'000));
    const auto attempts = *rc::gen::inRange<std::size_t>(1, 80);
    const auto random = *rc::gen::inRange(0, 1'000) / 1'000.0;
    Backoff backoff({first, longest}, [&] { return random; });
    const auto found = waits(backoff, attempts).back();
    auto bound = static_cast<double>(first.count());
    for (std::size_t i = 1; i < attempts; ++i)
        bound = std::min(2 * bound, static_cast<double>(longest.count()));
    bound = std::min(bound, static_cast<double>(longest.count()));
    RC_ASSERT(found >= 0ms);
    RC_ASSERT(std::abs(static_cast<double>(found.count()) - bound * random) <= 1.0);
}

TEST(Backoff, SpreadsClientsOverTheWholeTime) {
    Backoff backoff({10s, 10s});
    const auto some = waits(backoff, 1'000);
    for (auto from = 0s; from < 10s; from += 1s) {
        EXPECT_TRUE(std::ranges::any_of(some, [&](const auto wait) {
            return from <= wait && wait < from + 1s;
        })) << from.count();
    }
}

TEST(Backoff, IsForWhatMayPass) {
    using Kind = Error::Kind;
    for (const auto kind : {Kind::connect, Kind::timeout, Kind::closed})
        EXPECT_TRUE(Backoff::worthwhile(Error(kind, "")));
    for (const auto kind : {Kind::usage, Kind::refused, Kind::protocol})
        EXPECT_FALSE(Backoff::worthwhile(Error(kind, "")));
}

}  // namespace
}  // namespace confd::events
