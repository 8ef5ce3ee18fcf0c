// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "program/line_writer.hpp"
#include "simulator/log/message_log.hpp"
#include "simulator/log/record.hpp"

namespace confd::sim {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} +
                        std::chrono::hours(12) + std::chrono::microseconds(250)};

TEST(Record, MembersStandInTheirOrder) {
    const Notification event(NOTIF_AUDIT,
                             AuditNotification{.logno = 115, .user = "admin", .usid = 17});
    const std::vector<Owed> missing{{1, {AckKind::audit_synced, 17}}, {2, {AckKind::ha_synced, 0}}};
    const Bytes bytes{0, 0, 0, 1, 0x83};
    const LogRecord record{.at = std::chrono::microseconds(12000345),
                           .wall = noon,
                           .direction = LogDirection::out,
                           .kind = RecordKind::event,
                           .peer = 1,
                           .role = "auditor",
                           .send = 12,
                           .event = &event,
                           .ack = Ack{AckKind::diff_done, -5},
                           .verdict = AckVerdict::late,
                           .barrier = BarrierChange::expired,
                           .missing = missing,
                           .fault = 3,
                           .text = "why",
                           .bytes = ByteView(bytes)};
    const std::string shown =
        R"({"t":12.000345,"wall":"2026-11-22T12:00:00.000250Z","dir":"out","kind":"event",)"
        R"("peer":1,"role":"auditor","send":12,)"
        R"("event":{"type":1,"name":"NOTIF_AUDIT",)"
        R"("audit":{"logno":115,"logno_name":"WEB_ACTION","user":"admin","usid":17,"msg":""}},)"
        R"("ack":{"call":"diff_notification_done","id":-5},"verdict":"late",)"
        R"("barrier":"expired","missing":[)"
        R"({"peer":1,"ack":{"call":"sync_audit_notification","id":17}},)"
        R"({"peer":2,"ack":{"call":"sync_ha_notification"}}],"fault":3,"text":"why")";
    EXPECT_EQ(to_line(record), shown + R"(,"hex":"0000000183"})");
    EXPECT_EQ(to_line_without_bytes(record), shown + "}");
}

TEST(Record, WhatIsNotThereIsLeftOut) {
    EXPECT_EQ(to_line({.kind = RecordKind::step, .text = "send"}),
              R"({"t":0.000000,"wall":"1970-01-01T00:00:00.000000Z","dir":"none","kind":"step",)"
              R"("text":"send"})");
    EXPECT_THAT(to_line({.kind = RecordKind::raw, .bytes = ByteView()}), HasSubstr(R"("hex":"")"));
}

TEST(Record, AnyTextIsOneLineOfJson) {
    const auto line = to_line({.role = "\xff\"", .text = "a\nb\r\x01\xe2\x82"});
    EXPECT_THAT(line, Not(HasSubstr("\n")));
    EXPECT_EQ(boost::json::parse(line).at("role"), "\xef\xbf\xbd\"");
}

TEST(Record, EveryKindHasAName) {
    for (auto kind = RecordKind::connect; kind <= RecordKind::log;
         kind = static_cast<RecordKind>(static_cast<int>(kind) + 1))
        EXPECT_FALSE(to_string(kind).empty());
    EXPECT_EQ(to_string(RecordKind::subscribe_reply), "subscribe_reply");
    EXPECT_EQ(to_string(RecordKind::log), "log");
}

std::string content(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Log : testing::Test {
    std::string path = testing::TempDir() + "confd-sim-" + std::to_string(::getpid()) + ".jsonl";
    std::vector<std::string> errors;
    MessageLog open(const std::string& at) {
        return *MessageLog::open(at, [this](const std::string& text) { errors.push_back(text); });
    }
    void TearDown() override { std::remove(path.c_str()); }
};

TEST_F(Log, LinesAreInTheFileAfterAFlush) {
    auto log = open(path);
    log.write({.text = "one"});
    log.write({.text = "two"});
    EXPECT_EQ(content(path), "");
    log.flush();
    EXPECT_EQ(content(path), to_line({.text = "one"}) + "\n" + to_line({.text = "two"}) + "\n");
}

TEST_F(Log, ALogThatGoesAwayIsWrittenFirst) {
    open(path).write({.text = "one"});
    EXPECT_THAT(content(path), HasSubstr("one"));
}

TEST_F(Log, MuchIsWrittenWithoutWaiting) {
    auto log = open(path);
    log.write({.text = std::string(log_buffer_size, 'x')});
    EXPECT_GT(content(path).size(), log_buffer_size);
}

TEST_F(Log, OnlyTheOwnerMayReadIt) {
    open(path).flush();
    struct stat file{};
    ASSERT_EQ(::stat(path.c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777U, 0600U);
}

TEST_F(Log, AFullDiskIsSaidOnce) {
    auto log = open("/dev/full");
    for (int i = 0; i < 3; ++i) {
        log.write({.text = "x"});
        log.flush();
    }
    log.close();
    ASSERT_THAT(errors, SizeIs(1));
    EXPECT_EQ(errors[0], "cannot write /dev/full: No space left on device");
}

/// Files of this process can grow no further than so.
class SmallDisk {
  public:
    explicit SmallDisk(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit low{bytes, before_.rlim_max};
        EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &low), 0);
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() {
        std::signal(SIGXFSZ, handler_);
        ::setrlimit(RLIMIT_FSIZE, &before_);
    }

  private:
    rlimit before_{};
    void (*handler_)(int) = SIG_DFL;
};

TEST_F(Log, WhatFoundRoomOnAFullDiskIsWholeLines) {
    const auto line = to_line({.text = "one"}) + "\n";
    for (const auto room : {line.size() * 10, line.size() * 10 + 1, line.size() * 11 - 1}) {
        errors.clear();
        auto log = open(path);
        const SmallDisk disk(room);
        for (int i = 0; i < 20; ++i) {
            log.write({.text = "one"});
            if (i % 3 == 0) log.flush();
        }
        log.flush();
        EXPECT_THAT(errors, SizeIs(1));
        const auto found = content(path);
        EXPECT_EQ(found.size(), line.size() * 10) << room;
        EXPECT_TRUE(found.ends_with(line));
    }
}

TEST_F(Log, AFifoNeedsNoReaderAtFirst) {
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    auto log = open(path);
    log.write({.text = "one"});
    log.flush();
    std::ifstream reader(path);
    std::string line;
    ASSERT_TRUE(std::getline(reader, line));
    EXPECT_EQ(line, to_line({.text = "one"}));
}

TEST_F(Log, AFifoThatIsNotReadHoldsNothingUpAndARecordSaysWhatWasDropped) {
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    auto log = open(path);
    const std::string text(std::size_t{64} << 10, 'x');
    constexpr std::size_t all = 2 * max_unread_log / (std::size_t{64} << 10);
    for (std::size_t i = 0; i < all; ++i) {
        log.write({.at = std::chrono::microseconds(i), .text = text});
        log.flush();
    }
    std::ifstream reader(path);
    std::size_t whole = 0;
    boost::json::value record;
    for (std::string line; std::getline(reader, line); ++whole) {
        record = boost::json::parse(line);
        if (record.at("text").as_string().size() != text.size()) break;
    }
    EXPECT_GT(whole, all / 4);
    EXPECT_EQ(boost::json::value_to<std::string>(record.at("text")),
              program::dropped_text(all - whole));
    EXPECT_EQ(record.at("kind"), "log");
    EXPECT_EQ(record.at("t").as_double(), static_cast<double>(all - 1) / 1e6);
    EXPECT_THAT(errors, SizeIs(0));
}

TEST_F(Log, AFolderIsAnError) {
    const auto log = MessageLog::open(testing::TempDir(), [](const auto&) {});
    ASSERT_FALSE(log);
    EXPECT_EQ(log.error(), "cannot write " + testing::TempDir() + ": Is a directory");
}

TEST_F(Log, AFileThatCannotBeMadeIsAnError) {
    const auto log = MessageLog::open("/nowhere/at/all", [](const auto&) {});
    ASSERT_FALSE(log);
    EXPECT_EQ(log.error(), "cannot write /nowhere/at/all: No such file or directory");
}

}  // namespace
}  // namespace confd::sim
