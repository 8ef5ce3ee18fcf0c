// SPDX-License-Identifier: Apache-2.0
// Frames: a 32-bit big-endian length, then that many bytes (docs/protocol.md, "Frames").
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "protocol/bytes.hpp"
#include "protocol/error.hpp"
#include "protocol/limits.hpp"

namespace confd {

inline constexpr std::size_t frame_header_size = 4;

/// Cuts a stream of bytes into frames, however the bytes arrive.
///
///     reader.append(bytes);
///     while (true) {
///         const auto frame = reader.next();
///         if (!frame) return fail(frame.error());
///         if (!*frame) break;  // more bytes are needed
///         handle(**frame);
///     }
///
/// Memory follows the bytes that arrived, never the length that was announced. Errors are sticky:
/// after one, bytes are dropped and next() repeats it.
class FrameReader {
  public:
    /// `limit` bounds the payload of a frame. `base_offset` is where in the stream the first byte
    /// given to this reader stands: the handshake comes before it.
    explicit FrameReader(std::size_t limit = Limits{}.payload, std::size_t base_offset = 0)
        : limit_(limit), offset_(base_offset) {}

    void append(ByteView bytes);

    /// Room for `size` bytes, for a socket to read into; then commit() as many as arrived.
    std::span<std::uint8_t> prepare(std::size_t size);
    void commit(std::size_t size);

    /// The payload of the next frame, valid until the next append() or prepare(); nothing when
    /// more bytes are needed; empty_frame or frame_too_long, at the frame's offset in the stream.
    Result<std::optional<ByteView>> next();

    /// The next `size` bytes as they are, for the handshake that comes before the frames; nothing
    /// until all of them have arrived. Valid as long as what next() returns.
    std::optional<ByteView> take(std::size_t size);

    /// Whether a frame has been started whose end has not arrived.
    bool partial() const;
    /// Bytes received and not yet handed out.
    std::size_t buffered() const { return end_ - begin_; }
    /// Gives the memory back if nothing is in it: for a reader that may be idle for long.
    void release();
    /// Bytes of memory held for them.
    std::size_t capacity() const { return buffer_.capacity(); }
    /// Offset in the stream of the frame that next() will look at.
    std::size_t offset() const { return offset_; }

  private:
    std::size_t announced() const;
    void make_room(std::size_t size);
    std::unexpected<Error> fail(Errc code, std::string message);

    // buffer_[begin_, end_) has arrived and is not consumed; what lies behind end_ is room that has
    // been used before, kept so that it is not cleared for every read.
    Bytes buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t limit_;
    std::size_t offset_;
    std::optional<Error> error_;
};

/// Appends a frame with this payload, which must hold something: peers refuse empty frames.
void append_frame(Bytes& out, ByteView payload);

/// Starts a frame whose payload the caller then appends to the same buffer. Pass what it returns
/// to end_frame() to fill in the length.
std::size_t begin_frame(Bytes& out);
void end_frame(Bytes& out, std::size_t mark);

}  // namespace confd
