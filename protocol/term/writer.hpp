// SPDX-License-Identifier: Apache-2.0
// Writes external terms in the one form that ConfD's runtime would choose for each
// (docs/protocol.md, "Terms"): two peers that encode the same event produce the same bytes.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "protocol/bytes.hpp"
#include "protocol/term/reader.hpp"
#include "protocol/term/tags.hpp"

namespace confd {

/// Appends to a buffer that the caller owns and may reuse. Counts and sizes above 2^32-1 cannot
/// be written; nothing in this project comes near.
class TermWriter {
  public:
    explicit TermWriter(Bytes& out) : out_(out) {}
    /// Collects what is written in `scratch` first: the buffer has all of it after flush(). Writing
    /// a term of many small parts is faster that way.
    TermWriter(Bytes& out, std::span<std::uint8_t> scratch)
        : out_(out), begin_(scratch.data()), at_(begin_), end_(begin_ + scratch.size()) {}
    void flush();

    void version() { byte(term_version); }

    void integer(const Integer& value);
    template <std::integral T>
    void integer(T value) {
        if constexpr (std::same_as<T, bool>) {
            integer(int{value});
        } else if (std::in_range<std::uint8_t>(value)) {
            put<1>(Tag::small_integer, static_cast<std::uint8_t>(value));
        } else if (std::in_range<std::int32_t>(value)) {
            put<4>(Tag::integer, static_cast<std::uint64_t>(static_cast<std::uint32_t>(value)));
        } else {
            integer(Integer(value));
        }
    }
    void floating(double value);
    /// `utf8` must be UTF-8 of at most 255 characters: see fits_atom().
    void atom(std::string_view utf8);
    /// An atom if it fits, a binary otherwise.
    void atom_or_text(std::string_view utf8);
    /// The atom `undefined`.
    void undefined() { append<12>("d\0\x09undefined"); }
    void binary(ByteView bytes) {
        put<4>(Tag::binary, bytes.size());
        raw(bytes);
    }
    void text(std::string_view utf8) { binary(as_bytes(utf8)); }
    void tuple(std::size_t arity) {
        if (arity <= 255) {
            put<1>(Tag::small_tuple, arity);
        } else {
            put<4>(Tag::large_tuple, arity);
        }
    }
    void nil() { byte(static_cast<std::uint8_t>(Tag::nil)); }
    /// Announces `count` > 0 elements; the tail, nil() for a proper list, follows them.
    void list(std::size_t count) { put<4>(Tag::list, count); }
    /// A list of integers, in the short form when all of them are bytes.
    template <std::integral T>
    void integers(const T* values, std::size_t count);
    /// The short form of a list of 1..65535 integers that are all bytes; writes the header only.
    void string(std::size_t count) { put<2>(Tag::string, count); }
    void byte(std::uint8_t value) {
        if (at_ == end_) return append_to_buffer({&value, 1});
        *at_++ = value;
    }
    /// A term that is already encoded.
    void raw(ByteView term) {
        if (room() < term.size()) return append_to_buffer(term);
        copy(term);
    }
    /// The same for a term of constant size, which is faster.
    template <std::size_t Size>
    void raw(const std::array<std::uint8_t, Size>& term) {
        append<Size>(term.data());
    }

  private:
    /// Copies to scratch, where there is room. Most texts are short: two moves, which may overlap,
    /// take less than a call of memcpy().
    void copy(ByteView bytes) {
        const std::size_t size = bytes.size();
        const auto both_ends = [&]<class Word>(Word first, Word last) {
            std::memcpy(&first, bytes.data(), sizeof first);
            std::memcpy(&last, bytes.data() + size - sizeof last, sizeof last);
            std::memcpy(at_, &first, sizeof first);
            std::memcpy(at_ + size - sizeof last, &last, sizeof last);
        };
        if (size > 16) {
            std::memcpy(at_, bytes.data(), size);
        } else if (size >= 8) {
            both_ends(std::uint64_t{}, std::uint64_t{});
        } else if (size >= 4) {
            both_ends(std::uint32_t{}, std::uint32_t{});
        } else {
            for (std::size_t i = 0; i < size; ++i)
                at_[i] = bytes[i];
        }
        at_ += size;
    }

    std::size_t room() const { return static_cast<std::size_t>(end_ - at_); }

    template <std::size_t Size>
    void append(const void* bytes) {
        if (room() < Size) return append_to_buffer({static_cast<const std::uint8_t*>(bytes), Size});
        std::memcpy(at_, bytes, Size);
        at_ += Size;
    }
    /// A tag and a big-endian number, stored at once: the bytes behind them are overwritten later.
    template <std::size_t Size>
        requires(Size < sizeof(std::uint64_t))
    void put(Tag tag, std::uint64_t value) {
        constexpr std::size_t bits = 8;
        const std::uint64_t word = std::uint64_t{static_cast<std::uint8_t>(tag)} << (7 * bits) |
                                   value << ((7 - Size) * bits);
        store(word, 1 + Size);
    }
    [[gnu::always_inline]] void store(std::uint64_t big_endian, std::size_t used) {
        if constexpr (std::endian::native == std::endian::little) {
            big_endian = std::byteswap(big_endian);
        }
        if (room() < sizeof big_endian) return append_word(big_endian, used);
        std::memcpy(at_, &big_endian, sizeof big_endian);
        at_ += used;
    }
    void append_to_buffer(ByteView bytes);
    /// The first `used` bytes of the word as it lies in memory.
    void append_word(std::uint64_t word, std::size_t used);

    Bytes& out_;
    std::uint8_t* begin_ = nullptr;  // scratch: what is written, and the room behind it
    std::uint8_t* at_ = nullptr;
    std::uint8_t* end_ = nullptr;
};

/// The largest list that STRING_EXT can hold.
inline constexpr std::size_t max_string_length = 65535;

/// Whether this text can be written as an atom.
bool fits_atom(std::string_view utf8);

template <std::integral T>
void TermWriter::integers(const T* values, std::size_t count) {
    if (count == 0) return nil();
    bool bytes = count <= max_string_length;
    for (std::size_t i = 0; bytes && i < count; ++i) {
        bytes = values[i] >= T{0} && static_cast<std::uint64_t>(values[i]) <= 255;
    }
    if (bytes) {
        string(count);
        for (std::size_t i = 0; i < count; ++i)
            byte(static_cast<std::uint8_t>(values[i]));
        return;
    }
    list(count);
    for (std::size_t i = 0; i < count; ++i)
        integer(values[i]);
    nil();
}

}  // namespace confd
