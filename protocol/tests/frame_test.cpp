// SPDX-License-Identifier: Apache-2.0
#include "protocol/frame/frame.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocol/term/writer.hpp"
#include "protocol/tests/bytes_util.hpp"

namespace confd {
namespace {

using test::ExactBuffer;
using test::unhex;

Bytes copy(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

/// Everything that next() has to give, as copies; stops at an error.
std::vector<Bytes> drain(FrameReader& reader) {
    std::vector<Bytes> frames;
    while (true) {
        const auto frame = reader.next();
        if (!frame || !*frame) return frames;
        frames.push_back(copy(**frame));
    }
}

Errc error_of(FrameReader& reader) {
    const auto frame = reader.next();
    return frame ? Errc{} : frame.error().code;
}

TEST(FrameReader, ReadsAFrame) {
    FrameReader reader;
    EXPECT_FALSE(reader.partial());
    reader.append(unhex("00 00 00 02 83 6a"));
    EXPECT_FALSE(reader.partial());
    EXPECT_EQ(reader.buffered(), 6U);
    EXPECT_EQ(drain(reader), std::vector<Bytes>{unhex("83 6a")});
    EXPECT_EQ(reader.buffered(), 0U);
    EXPECT_EQ(reader.offset(), 6U);
}

TEST(FrameReader, KnowsThatAFrameHasBeenStarted) {
    FrameReader reader;
    for (const std::uint8_t byte : unhex("00 00 00 02 83")) {
        reader.append({&byte, 1});
        EXPECT_TRUE(reader.partial());
        EXPECT_TRUE(drain(reader).empty());
        EXPECT_TRUE(reader.partial());
    }
    reader.append(unhex("6a 00"));
    EXPECT_FALSE(reader.partial());  // a frame to be read comes first
    EXPECT_EQ(drain(reader).size(), 1U);
    EXPECT_TRUE(reader.partial());
}

TEST(FrameReader, RefusesAnEmptyFrame) {
    FrameReader reader(Limits{}.payload, 9);
    reader.append(unhex("00000001 6a 00000000 00000001 6a"));
    EXPECT_EQ(drain(reader).size(), 1U);
    EXPECT_EQ(error_of(reader), Errc::empty_frame);
    EXPECT_EQ(reader.next().error().offset, 14U);
    EXPECT_FALSE(reader.partial());
}

TEST(FrameReader, RefusesALongFrameByItsHeader) {
    FrameReader reader(10);
    reader.append(unhex("0000000a 00010203040506070809 0000000b"));
    EXPECT_EQ(drain(reader).size(), 1U);
    EXPECT_EQ(error_of(reader), Errc::frame_too_long);
    EXPECT_EQ(reader.next().error().offset, 14U);
    EXPECT_NE(reader.next().error().message.find("11 bytes, at most 10"), std::string::npos);
}

TEST(FrameReader, StaysInItsError) {
    FrameReader reader(10);
    reader.append(unhex("ffffffff"));
    ASSERT_EQ(error_of(reader), Errc::frame_too_long);
    const auto first = reader.next().error();
    reader.append(unhex("00000001 6a"));
    EXPECT_EQ(reader.buffered(), 0U);
    EXPECT_EQ(reader.next().error(), first);
    auto room = reader.prepare(3);
    room[2] = 1;
    reader.commit(3);
    EXPECT_EQ(reader.buffered(), 0U);
    EXPECT_EQ(reader.next().error(), first);
}

TEST(FrameReader, ReservesNothingForAnAnnouncement) {
    FrameReader reader;
    reader.append(unhex("01000000 000102030405"));  // 16 MiB, of which 6 bytes come
    EXPECT_TRUE(drain(reader).empty());
    EXPECT_EQ(reader.buffered(), 10U);
    EXPECT_LE(reader.capacity(), 32U);
}

TEST(FrameReader, GivesBackWhatALargeFrameTook) {
    FrameReader reader;
    Bytes stream;
    append_frame(stream, Bytes(std::size_t{4} << 20, 7));
    reader.append(stream);
    EXPECT_GE(reader.capacity(), stream.size());
    EXPECT_EQ(drain(reader).size(), 1U);
    reader.append(unhex("00000001 6a"));
    EXPECT_LE(reader.capacity(), 1024U);
    EXPECT_EQ(drain(reader).size(), 1U);
}

TEST(FrameReader, ReadsIntoItsOwnBuffer) {
    const auto stream = unhex("00000003 010203 00000001 04");
    FrameReader reader;
    std::vector<Bytes> frames;
    for (std::size_t at = 0; at < stream.size();) {
        const auto room = reader.prepare(64);
        ASSERT_EQ(room.size(), 64U);
        const auto size = std::min<std::size_t>(5, stream.size() - at);
        std::copy_n(stream.begin() + static_cast<std::ptrdiff_t>(at), size, room.begin());
        reader.commit(size);
        at += size;
        for (auto& frame : drain(reader))
            frames.push_back(std::move(frame));
    }
    EXPECT_EQ(frames, (std::vector<Bytes>{unhex("010203"), unhex("04")}));
}

TEST(FrameReader, TakesTheLongestFrameAndGoesOn) {
    const Bytes payload(Limits{}.payload, 7);
    Bytes stream;
    append_frame(stream, payload);
    append_frame(stream, unhex("01"));
    FrameReader reader;
    std::vector<Bytes> frames;
    for (std::size_t at = 0; at < stream.size(); at += 50'000) {
        reader.append(
            ByteView(stream).subspan(at, std::min<std::size_t>(50'000, stream.size() - at)));
        for (auto& frame : drain(reader))
            frames.push_back(std::move(frame));
    }
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_EQ(frames[0], payload);
    EXPECT_EQ(frames[1], unhex("01"));
    EXPECT_EQ(reader.offset(), stream.size());
}

TEST(FrameReader, TakesManyFramesInOneAppend) {
    Bytes stream;
    for (int i = 0; i < 200'000; ++i)
        append_frame(stream, unhex("83 6a"));
    FrameReader reader;
    reader.append(stream);
    EXPECT_EQ(drain(reader).size(), 200'000U);
    EXPECT_EQ(reader.buffered(), 0U);
}

// One frame read for each that arrives, while a backlog waits: the buffer must neither keep what
// has been consumed nor move the backlog each time (which would take minutes here).
TEST(FrameReader, StaysSmallAndLinearBehindABacklog) {
    FrameReader reader;
    Bytes frame;
    append_frame(frame, Bytes(60, 1));
    for (int i = 0; i < 10'000; ++i)
        reader.append(frame);
    for (int i = 0; i < 300'000; ++i) {
        reader.append(frame);
        const auto payload = reader.next();
        ASSERT_TRUE(payload && *payload);
    }
    EXPECT_EQ(reader.buffered(), 10'000 * frame.size());
    EXPECT_LE(reader.capacity(), 5 * reader.buffered());
}

TEST(FrameWriter, FillsInTheLength) {
    Bytes out = unhex("ff");
    const auto first = begin_frame(out);
    TermWriter writer(out);
    writer.version();
    writer.nil();
    end_frame(out, first);
    append_frame(out, Bytes(300, 2));
    EXPECT_EQ(test::hex(ByteView(out).first(11)), "ff00000002836a0000012c");
    EXPECT_EQ(out.size(), 1 + 6 + 304U);
}

RC_GTEST_PROP(FrameReader, GivesTheSameFramesHoweverTheBytesArrive, ()) {
    const auto payloads =
        *rc::gen::container<std::vector<Bytes>>(rc::gen::nonEmpty(rc::gen::arbitrary<Bytes>()));
    Bytes stream;
    for (const auto& payload : payloads)
        append_frame(stream, payload);
    const auto tail = *rc::gen::inRange<std::size_t>(0, 5);
    const auto next = unhex("00000100 07");
    stream.insert(stream.end(), next.begin(), next.begin() + static_cast<std::ptrdiff_t>(tail));

    FrameReader reader;
    std::vector<Bytes> frames;
    for (std::size_t at = 0; at < stream.size();) {
        const auto left = stream.size() - at;
        const auto size = std::min(left, *rc::gen::inRange<std::size_t>(1, 100));
        const ExactBuffer piece(ByteView(stream).subspan(at, size));
        if (*rc::gen::arbitrary<bool>()) {
            reader.append(piece);
        } else {
            std::ranges::copy(piece.view(), reader.prepare(size + 3).begin());
            reader.commit(size);
        }
        at += size;
        if (*rc::gen::inRange(0, 3) > 0) {
            for (auto& frame : drain(reader))
                frames.push_back(std::move(frame));
        }
    }
    for (auto& frame : drain(reader))
        frames.push_back(std::move(frame));
    RC_ASSERT(frames == payloads);
    RC_ASSERT(reader.buffered() == tail);
    RC_ASSERT(reader.partial() == (tail > 0));
    RC_ASSERT(reader.offset() == stream.size() - tail);
}

}  // namespace
}  // namespace confd
