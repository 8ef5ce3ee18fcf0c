// SPDX-License-Identifier: Apache-2.0
#include "protocol/value/calendar.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <string_view>

#include "protocol/value/text.hpp"

namespace confd {
namespace {

using namespace std::chrono_literals;

std::optional<TimePoint> at(std::string_view text) {
    return to_time_point(parse_datetime(text).value());
}

std::optional<TimePoint> with(void (*change)(Datetime&)) {
    Datetime value;
    change(value);
    return to_time_point(value);
}

TEST(Calendar, CountsFrom1970) {
    EXPECT_EQ(at("1970-01-01T00:00:00Z"), TimePoint());
    EXPECT_EQ(at("2026-11-22T10:00:00.000001Z"), TimePoint(1'795'341'600s + 1us));
    EXPECT_EQ(at("1969-12-31T23:59:59.999999Z"), TimePoint(-1us));
}

TEST(Calendar, TakesNoZoneAsUtc) {
    EXPECT_EQ(at("2026-11-22T10:00:00"), at("2026-11-22T10:00:00Z"));
    EXPECT_EQ(with([](Datetime& v) { v.zone.timezone_minutes = 30; }), TimePoint())
        << "minutes without hours are no zone";
}

TEST(Calendar, AppliesTheZone) {
    EXPECT_EQ(at("2026-11-22T10:00:00+05:30"), at("2026-11-22T04:30:00Z"));
    EXPECT_EQ(at("2026-12-31T20:00:00-05:15"), at("2027-01-01T01:15:00Z"));
    EXPECT_EQ(at("2026-11-22T10:00:00-00:30"), at("2026-11-22T10:30:00Z"));
}

TEST(Calendar, TakesALeapSecondAsTheNextMinute) {
    EXPECT_EQ(at("2016-12-31T23:59:60.500000Z"), at("2017-01-01T00:00:00.500000Z"));
}

TEST(Calendar, KnowsLeapYears) {
    EXPECT_EQ(*at("2024-03-01T00:00:00Z") - *at("2024-02-28T00:00:00Z"), 48h);
    EXPECT_EQ(with([](Datetime& v) { v.year = 2100, v.month = 2, v.day = 29; }), std::nullopt);
    EXPECT_TRUE(with([](Datetime& v) { v.year = 2000, v.month = 2, v.day = 29; }));
}

TEST(Calendar, RejectsWhatNoCalendarOrClockShows) {
    EXPECT_FALSE(with([](Datetime& v) { v.month = 0; }));
    EXPECT_FALSE(with([](Datetime& v) { v.month = 13; }));
    EXPECT_FALSE(with([](Datetime& v) { v.day = 0; }));
    EXPECT_FALSE(with([](Datetime& v) { v.day = 255; }));
    EXPECT_FALSE(with([](Datetime& v) { v.hour = 24; }));
    EXPECT_FALSE(with([](Datetime& v) { v.min = 60; }));
    EXPECT_FALSE(with([](Datetime& v) { v.sec = 61; }));
    EXPECT_FALSE(with([](Datetime& v) { v.micro = 1'000'000; }));
    EXPECT_FALSE(with([](Datetime& v) { v.zone = {std::int8_t{15}, 0}; }));
    EXPECT_FALSE(with([](Datetime& v) { v.zone = {std::int8_t{0}, 60}; }));
    EXPECT_FALSE(with([](Datetime& v) { v.zone = {std::int8_t{5}, -30}; }));
}

TEST(Calendar, EndsWithTheYearsThatAnEventHolds) {
    EXPECT_EQ(to_time_point(to_datetime(earliest_datetime)), earliest_datetime);
    EXPECT_EQ(to_time_point(to_datetime(latest_datetime)), latest_datetime);
    EXPECT_EQ(to_datetime(TimePoint::max()), to_datetime(latest_datetime));
    EXPECT_EQ(to_datetime(TimePoint::min()), to_datetime(earliest_datetime));
    EXPECT_FALSE(with([](Datetime& v) { v.year = -32768; }));
    auto last = to_datetime(latest_datetime);
    last.zone.timezone = std::int8_t{-1};
    EXPECT_FALSE(to_time_point(last)) << "an hour later in UTC";
}

RC_GTEST_PROP(Calendar, EveryTimeComesBack, ()) {
    const auto first = earliest_datetime.time_since_epoch().count();
    const auto last = latest_datetime.time_since_epoch().count();
    const TimePoint time(std::chrono::microseconds(*rc::gen::inRange(first, last)));
    const auto written = to_datetime(time);
    RC_ASSERT(to_time_point(written) == time);
}

RC_GTEST_PROP(Calendar, AnswersForEveryDatetime, ()) {
    Datetime any;
    any.year = *rc::gen::arbitrary<std::int16_t>();
    any.month = *rc::gen::inRange<std::uint8_t>(0, 15);
    any.day = *rc::gen::inRange<std::uint8_t>(0, 34);
    any.hour = *rc::gen::inRange<std::uint8_t>(0, 26);
    any.min = *rc::gen::inRange<std::uint8_t>(0, 62);
    any.sec = *rc::gen::inRange<std::uint8_t>(0, 63);
    any.micro = *rc::gen::inRange<std::uint32_t>(0, 1'100'000);
    any.zone.timezone = *rc::gen::inRange<std::int8_t>(-17, 17);
    any.zone.timezone_minutes = *rc::gen::inRange<std::int8_t>(-63, 63);
    if (const auto time = to_time_point(any)) RC_ASSERT(to_time_point(to_datetime(*time)) == time);
}

}  // namespace
}  // namespace confd
