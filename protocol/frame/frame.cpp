// SPDX-License-Identifier: Apache-2.0
#include "protocol/frame/frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

namespace confd {
namespace {

/// A buffer that a single large frame has grown beyond this is given back once it is empty.
constexpr std::size_t keep_capacity = std::size_t{1} << 20;

void put_length(std::uint8_t* at, std::size_t length) {
    assert(length > 0 && length <= 0xffffffff);
    for (std::size_t i = 0; i < frame_header_size; ++i) {
        at[i] = static_cast<std::uint8_t>(length >> (8 * (frame_header_size - 1 - i)));
    }
}

}  // namespace

void FrameReader::make_room(std::size_t size) {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        if (buffer_.capacity() > keep_capacity) Bytes().swap(buffer_);
    }
    if (buffer_.size() - end_ >= size) return;
    // Moving no more than has been consumed since the last move keeps the whole linear.
    if (const auto live = buffered(); begin_ >= live) {
        std::copy_n(buffer_.data() + begin_, live, buffer_.data());
        begin_ = 0;
        end_ = live;
    }
    if (buffer_.size() - end_ < size) buffer_.resize(end_ + size);
}

void FrameReader::release() {
    if (begin_ != end_) return;
    Bytes().swap(buffer_);
    begin_ = end_ = 0;
}

std::span<std::uint8_t> FrameReader::prepare(std::size_t size) {
    make_room(size);
    return {buffer_.data() + end_, size};
}

void FrameReader::commit(std::size_t size) {
    if (error_) return;
    assert(size <= buffer_.size() - end_);
    end_ += size;
}

void FrameReader::append(ByteView bytes) {
    if (error_ || bytes.empty()) return;
    std::ranges::copy(bytes, prepare(bytes.size()).begin());
    commit(bytes.size());
}

std::size_t FrameReader::announced() const {
    return load_word(buffer_.data() + begin_);
}

std::unexpected<Error> FrameReader::fail(Errc code, std::string message) {
    error_ = Error{code, offset_, {}, std::move(message)};
    Bytes().swap(buffer_);
    begin_ = end_ = 0;
    return std::unexpected(*error_);
}

Result<std::optional<ByteView>> FrameReader::next() {
    if (error_) return std::unexpected(*error_);
    if (buffered() < frame_header_size) return std::nullopt;
    const auto length = announced();
    if (length == 0) return fail(Errc::empty_frame, "a frame of length 0, which holds no term");
    if (length > limit_) {
        return fail(Errc::frame_too_long,
                    fmt::format("a frame of {} bytes, at most {} are read", length, limit_));
    }
    if (buffered() - frame_header_size < length) return std::nullopt;
    const ByteView payload{buffer_.data() + begin_ + frame_header_size, length};
    begin_ += frame_header_size + length;
    offset_ += frame_header_size + length;
    return payload;
}

std::optional<ByteView> FrameReader::take(std::size_t size) {
    if (error_ || buffered() < size) return std::nullopt;
    const ByteView bytes(buffer_.data() + begin_, size);
    begin_ += size;
    offset_ += size;
    return bytes;
}

bool FrameReader::partial() const {
    if (buffered() < frame_header_size) return buffered() > 0;
    return buffered() - frame_header_size < announced();
}

void append_frame(Bytes& out, ByteView payload) {
    const auto mark = begin_frame(out);
    out.insert(out.end(), payload.begin(), payload.end());
    end_frame(out, mark);
}

std::size_t begin_frame(Bytes& out) {
    const auto mark = out.size();
    out.resize(mark + frame_header_size);
    return mark;
}

void end_frame(Bytes& out, std::size_t mark) {
    assert(mark + frame_header_size <= out.size());
    put_length(out.data() + mark, out.size() - mark - frame_header_size);
}

}  // namespace confd
