// SPDX-License-Identifier: Apache-2.0
// confd-decode without its command line.
#include "client/decode/decoder.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <sstream>

#include "protocol/frame/frame.hpp"
#include "protocol/tests/bytes_util.hpp"

namespace confd::decode {
namespace {

using test::unhex;

constexpr const char* heartbeat = "83 6801 6200002000";
constexpr const char* audit = "836805610161736d0000000561646d696e61116d000000096c6f6767656420696e";

struct Decoded {
    std::vector<std::string> lines;
    std::size_t bad = 0;
};

Decoded decoded(auto&& run, Format format = Format::json, const DecodeOptions& options = {}) {
    std::ostringstream out;
    Decoder decoder(format, options, {}, out);
    run(decoder);
    Decoded result{{}, decoder.bad_count()};
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);)
        result.lines.push_back(line);
    return result;
}

Decoded from_hex(const std::string& text, Format format = Format::json,
                 const DecodeOptions& options = {}) {
    return decoded(
        [&](Decoder& decoder) {
            HexLines lines(decoder);
            lines.feed(text);
            lines.end();
        },
        format, options);
}

Decoded from_frames(const Bytes& bytes) {
    return decoded([&](Decoder& decoder) {
        Frames frames(decoder, {});
        frames.feed(as_text(bytes));
        frames.end();
    });
}

TEST(DecodeHex, PrintsOneLineForEachPayload) {
    const auto result = from_hex(std::string(audit) + "\n\n# a comment\r\n" + heartbeat + "\r\n");
    ASSERT_EQ(result.lines.size(), 2U);
    EXPECT_EQ(result.lines[0],
              R"({"type":1,"name":"NOTIF_AUDIT","audit":{"logno":115,"logno_name":"WEB_ACTION",)"
              R"("user":"admin","usid":17,)"
              R"("msg":"logged in"}})");
    EXPECT_EQ(result.lines[1], R"({"type":8192,"name":"NOTIF_HEARTBEAT"})");
    EXPECT_EQ(result.bad, 0U);
}

TEST(DecodeHex, OtherFormats) {
    EXPECT_EQ(from_hex(audit, Format::term).lines.at(0),
              R"({1, 115, <<"admin">>, 17, <<"logged in">>})");
    EXPECT_EQ(from_hex(audit, Format::text).lines.at(0),
              R"(NOTIF_AUDIT logno=WEB_ACTION user="admin" usid=17 msg="logged in")");
}

TEST(DecodeHex, GoesOnAfterBadPayloads) {
    const auto result = from_hex("8368\nabc\nxy\n" + std::string(heartbeat));
    ASSERT_EQ(result.lines.size(), 4U);
    EXPECT_EQ(result.bad, 3U);
    const auto error = boost::json::parse(result.lines[0]).at("error");
    EXPECT_EQ(error.at("code").as_string(), "truncated");
    EXPECT_EQ(error.at("offset").as_int64(), 2);
    EXPECT_EQ(error.at("path").as_string(), "");
    EXPECT_FALSE(error.at("message").as_string().empty());
    EXPECT_EQ(boost::json::parse(result.lines[1]).at("error").at("code").as_string(), "bad_value");
    EXPECT_NE(result.lines[2].find("column 1"), std::string::npos);
    EXPECT_EQ(result.lines[3], R"({"type":8192,"name":"NOTIF_HEARTBEAT"})");
}

TEST(DecodeHex, AByteOrderMarkIsNoPartOfTheFirstLine) {
    const std::string mark = "\xef\xbb\xbf";
    EXPECT_EQ(from_hex(mark + heartbeat + "\n").bad, 0U);
    EXPECT_EQ(from_hex(mark + "# a comment\n" + heartbeat).lines.size(), 1U);
    EXPECT_EQ(from_hex(mark).lines.size(), 0U);
    const auto later = from_hex(std::string(heartbeat) + "\n\n" + mark + heartbeat);
    EXPECT_EQ(later.bad, 1U);
    EXPECT_NE(later.lines.at(1).find("line 3, column 1"), std::string::npos);
}

TEST(DecodeHex, ALineIsBounded) {
    const std::string too_long(3 * Limits{}.payload + 1, 'f');
    const auto result = from_hex(too_long + "\n" + heartbeat + "\n");
    EXPECT_EQ(result.bad, 1U);
    EXPECT_NE(result.lines.at(0).find("frame_too_long"), std::string::npos);
    EXPECT_EQ(result.lines.at(1), R"({"type":8192,"name":"NOTIF_HEARTBEAT"})");
}

TEST(DecodeHex, UnknownTypeIsBadOnlyWhenStrict) {
    const std::string unknown = "836803610361056a";
    EXPECT_EQ(from_hex(unknown).lines.at(0), R"({"type":3,"name":"UNKNOWN","term":"{3, 5, []}"})");
    DecodeOptions strict;
    strict.strict = true;
    EXPECT_EQ(from_hex(unknown, Format::json, strict).bad, 1U);
}

TEST(DecodeFrames, ReadsFramesToTheEnd) {
    Bytes bytes;
    for (int i = 0; i < 10'000; ++i)
        append_frame(bytes, unhex(heartbeat));
    const auto result = from_frames(bytes);
    EXPECT_EQ(result.lines.size(), 10'000U);
    EXPECT_EQ(result.bad, 0U);
}

TEST(DecodeFrames, ReportsAnEndInsideAFrame) {
    Bytes bytes;
    append_frame(bytes, unhex(heartbeat));
    const auto whole = bytes.size();
    append_frame(bytes, unhex(heartbeat));
    for (std::size_t size = whole + 1; size < bytes.size(); ++size) {
        const auto result = from_frames({bytes.begin(), bytes.begin() + static_cast<long>(size)});
        ASSERT_EQ(result.lines.size(), 2U);
        EXPECT_EQ(boost::json::parse(result.lines[1]).at("error").at("code").as_string(),
                  "truncated");
    }
}

TEST(DecodeFrames, StopsAtALengthThatNoFrameHas) {
    EXPECT_NE(from_frames(unhex("00000000 00000001")).lines.at(0).find("empty_frame"),
              std::string::npos);
    const auto result = from_frames(unhex("7fffffff 00000001"));
    EXPECT_EQ(result.lines.size(), 1U);
    EXPECT_NE(result.lines.at(0).find("frame_too_long"), std::string::npos);
}

}  // namespace
}  // namespace confd::decode
