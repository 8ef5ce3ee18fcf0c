// SPDX-License-Identifier: Apache-2.0
// Frames from bytes that arrive in pieces of any size are those from the bytes in one piece.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "fuzz/input.hpp"
#include "fuzz/oracle.hpp"
#include "protocol/frame/frame.hpp"

using namespace confd;

namespace {

constexpr std::size_t limit = 4096;
/// Where the frames begin in the stream: behind a handshake.
constexpr std::size_t base = 9;

struct Outcome {
    std::vector<Bytes> frames;
    std::optional<Error> error;

    bool operator==(const Outcome&) const = default;
};

void drain(FrameReader& reader, Outcome& out) {
    while (!out.error) {
        const auto frame = reader.next();
        if (!frame) {
            out.error = frame.error();
        } else if (*frame) {
            out.frames.emplace_back((*frame)->begin(), (*frame)->end());
        } else {
            return;
        }
    }
}

void write(FrameReader& reader, ByteView piece, bool into_room) {
    if (!into_room) return reader.append(piece);
    const auto room = reader.prepare(piece.size() + 3);
    FUZZ_REQUIRE(room.size() == piece.size() + 3);
    std::memcpy(room.data(), piece.data(), piece.size());
    reader.commit(piece.size());
}

Outcome in_pieces(ByteView stream, std::uint8_t seed) {
    Outcome out;
    FrameReader reader(limit, base);
    fuzz::Pieces pieces(seed);
    for (ByteView rest = stream; !rest.empty();) {
        write(reader, pieces.next(rest), seed % 2 == 1);
        drain(reader, out);
        // Memory follows what arrived, not what was announced.
        FUZZ_REQUIRE(reader.capacity() <= 8 * (stream.size() + 64));
        FUZZ_REQUIRE(reader.offset() + reader.buffered() <= base + stream.size());
    }
    return out;
}

/// The frames, written again, are the bytes that they came from.
void check_bytes(ByteView stream, const Outcome& outcome, std::size_t left) {
    Bytes again;
    for (const auto& frame : outcome.frames) {
        FUZZ_REQUIRE(!frame.empty() && frame.size() <= limit);
        append_frame(again, frame);
    }
    FUZZ_REQUIRE(again.size() <= stream.size());
    FUZZ_REQUIRE(std::equal(again.begin(), again.end(), stream.begin()));
    if (!outcome.error) FUZZ_REQUIRE(again.size() + left == stream.size());
    if (!outcome.error) return;
    FUZZ_REQUIRE(outcome.error->offset == base + again.size());
    FUZZ_REQUIRE(outcome.error->code == Errc::empty_frame ||
                 outcome.error->code == Errc::frame_too_long);
}

/// Bytes taken as they are come before the frames, however they arrive.
void check_take(ByteView stream, std::uint8_t seed) {
    const std::size_t size = seed % 24;
    FrameReader reader(limit);
    fuzz::Pieces pieces(seed);
    for (ByteView rest = stream; !rest.empty();) {
        reader.append(pieces.next(rest));
        const auto taken = reader.take(size);
        FUZZ_REQUIRE(taken.has_value() == (stream.size() - rest.size() >= size));
        if (!taken) continue;
        FUZZ_REQUIRE(std::equal(taken->begin(), taken->end(), stream.begin()));
        return;
    }
}

}  // namespace

/// The first byte is the seed of the sizes of the pieces, the rest the stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const ByteView stream(data + 1, size - 1);
    Outcome whole;
    FrameReader at_once(limit, base);
    at_once.append(stream);
    drain(at_once, whole);
    FUZZ_REQUIRE(at_once.partial() == (at_once.buffered() > 0));
    check_bytes(stream, whole, at_once.buffered());
    FUZZ_REQUIRE(in_pieces(stream, data[0]) == whole);
    check_take(stream, data[0]);
    return 0;
}
