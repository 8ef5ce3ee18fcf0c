// Frames from bytes that arrive in pieces of any size are those from the bytes in one piece.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fuzz/oracle.hpp"
#include "protocol/frame/frame.hpp"

using namespace confd;

namespace {

constexpr std::size_t limit = 4096;

struct Outcome {
    std::vector<Bytes> frames;
    std::optional<Error> error;
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

}  // namespace

/// The first byte is the seed of the sizes of the pieces, the rest the stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const ByteView stream(data + 1, size - 1);
    Outcome whole;
    FrameReader at_once(limit);
    at_once.append(stream);
    drain(at_once, whole);

    Outcome pieces;
    FrameReader reader(limit);
    std::uint32_t state = data[0] + 1U;
    for (ByteView rest = stream; !rest.empty();) {
        state = state * 1664525U + 1013904223U;
        const auto piece = std::min<std::size_t>(rest.size(), 1 + (state >> 24) % 19);
        reader.append(rest.first(piece));
        rest = rest.subspan(piece);
        drain(reader, pieces);
        FUZZ_REQUIRE(reader.capacity() <= 8 * (size + 64));
    }
    FUZZ_REQUIRE(pieces.frames == whole.frames);
    FUZZ_REQUIRE(pieces.error == whole.error);
    return 0;
}
