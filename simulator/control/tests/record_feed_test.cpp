// SPDX-License-Identifier: Apache-2.0
#include "simulator/control/record_feed.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/control/limits.hpp"

namespace confd::sim::control {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

LogRecord log_line(std::string_view text) {
    return {.kind = RecordKind::log, .text = text};
}

TEST(RecordFeed, ARecordIsOneMessage) {
    RecordFeed feed(7);
    EXPECT_EQ(feed.add(log_line("a\nb")),
              "id: 7-1\n"
              R"(data: {"t":0.000000,"wall":"1970-01-01T00:00:00.000000Z",)"
              R"("dir":"none","kind":"log","text":"a\nb"})"
              "\n\n");
}

TEST(RecordFeed, BytesAreNotShown) {
    RecordFeed feed(7);
    const Bytes bytes{1, 2};
    EXPECT_THAT(std::string(feed.add({.kind = RecordKind::raw, .bytes = ByteView(bytes)})),
                Not(HasSubstr("hex")));
}

TEST(RecordFeed, AReaderGetsWhatItHasNotSeen) {
    RecordFeed feed(7);
    for (const auto* text : {"one", "two", "three"})
        feed.add(log_line(text));
    const auto rest = feed.since("7-2");
    EXPECT_THAT(rest, Not(HasSubstr("two")));
    EXPECT_THAT(rest, HasSubstr("three"));
    EXPECT_EQ(feed.since("7-3"), feed_preamble);
}

TEST(RecordFeed, AnIdOfAnotherRunOrNoneGetsEverything) {
    RecordFeed feed(7);
    feed.add(log_line("one"));
    for (const auto* id : {"", "6-1", "7", "7-", "7-x", "-1", "99999999999999999999-1"})
        EXPECT_THAT(feed.since(id), HasSubstr("one")) << id;
}

TEST(RecordFeed, KeepsTheLastRecordsOnly) {
    RecordFeed feed(7);
    for (std::size_t i = 0; i < max_backlog + 1; ++i)
        feed.add(log_line(fmt::format("number {}.", i)));
    EXPECT_THAT(feed.since({}), Not(HasSubstr("number 0.")));
    EXPECT_THAT(feed.since({}), HasSubstr("number 1."));
}

TEST(RecordFeed, SaysHowManyAReaderHasMissedForGood) {
    RecordFeed feed(7);
    for (std::size_t i = 1; i <= max_backlog + 10; ++i)
        feed.add({.at = std::chrono::microseconds(i), .text = fmt::format("number {}.", i)});
    const auto rest = feed.after(3);
    EXPECT_THAT(
        rest, testing::StartsWith("id: 7-10\n"
                                  R"(data: {"t":0.000011,"wall":"1970-01-01T00:00:00.000000Z",)"
                                  R"("dir":"none","kind":"log","text":)"
                                  R"("7 records were dropped because they were not read in time"})"
                                  "\n\nid: 7-11\n"));
    EXPECT_EQ(feed.since("7-3"), std::string(feed_preamble) + rest);
    EXPECT_THAT(feed.after(10), Not(HasSubstr("dropped")));
    EXPECT_THAT(feed.since({}), Not(HasSubstr("dropped")));
    EXPECT_THAT(feed.after(9), HasSubstr("1 record was dropped because it was not"));
}

TEST(RecordFeed, BacklogHasALimitInBytes) {
    RecordFeed feed(7);
    const std::string large(max_feed_record / 2, 'x');
    for (int i = 0; i < 100; ++i)
        feed.add(log_line(large));
    EXPECT_LE(feed.since({}).size(), max_backlog_bytes + feed_preamble.size());
}

TEST(RecordFeed, AHugeEventIsNamedInsteadOfShown) {
    RecordFeed feed(7);
    AuditNotification audit;
    audit.msg.assign(max_feed_record, 'x');
    const Notification event(NOTIF_AUDIT, audit);
    const auto message = std::string(
        feed.add({.direction = LogDirection::out, .kind = RecordKind::event, .event = &event}));
    EXPECT_LT(message.size(), 300U);
    EXPECT_THAT(message, HasSubstr("NOTIF_AUDIT, too large to be shown"));
}

TEST(RecordFeed, MoreThanSoManyInASecondAreLeftOut) {
    RecordFeed feed(7);
    auto record = log_line("x");
    for (std::size_t i = 0; i < max_feed_rate; ++i)
        EXPECT_THAT(feed.add(record), Not(IsEmpty()));
    EXPECT_THAT(feed.add(record), IsEmpty());
    record.at = std::chrono::seconds(1);
    EXPECT_THAT(feed.add(record), HasSubstr(fmt::format("id: 7-{}\n", max_feed_rate + 1)));
}

}  // namespace
}  // namespace confd::sim::control
