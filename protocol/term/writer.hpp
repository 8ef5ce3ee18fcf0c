// Writes external terms in the one form that ConfD's runtime would choose for each
// (docs/protocol.md, "Terms"): two peers that encode the same event produce the same bytes.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/bytes.hpp"
#include "protocol/term/reader.hpp"
#include "protocol/term/tags.hpp"

namespace confd {

/// Appends to a buffer that the caller owns and may reuse. Counts and sizes above 2^32-1 cannot
/// be written; nothing in this project comes near.
class TermWriter {
  public:
    explicit TermWriter(Bytes& out) : out_(out) {}

    void version() { out_.push_back(term_version); }

    void integer(const Integer& value);
    template <std::integral T>
    void integer(T value) {
        if (value >= T{0} && static_cast<std::uint64_t>(value) <= 255) {
            put(Tag::small_integer, static_cast<std::uint8_t>(value), 1);
        } else {
            integer(Integer(value));
        }
    }
    void floating(double value);
    /// `utf8` must be UTF-8 of at most 255 characters: see fits_atom().
    void atom(std::string_view utf8);
    void binary(ByteView bytes);
    void text(std::string_view utf8) { binary(as_bytes(utf8)); }
    void tuple(std::size_t arity);
    void nil() { put(Tag::nil); }
    /// Announces `count` > 0 elements; the tail, nil() for a proper list, follows them.
    void list(std::size_t count);
    /// A list of integers, in the short form when all of them are bytes.
    template <std::integral T>
    void integers(const T* values, std::size_t count);
    /// The short form of a list of 1..65535 integers that are all bytes; writes the header only.
    void string(std::size_t count);
    void byte(std::uint8_t value) { out_.push_back(value); }
    /// A term that is already encoded.
    void raw(ByteView term) { out_.insert(out_.end(), term.begin(), term.end()); }

  private:
    void put(Tag tag) { out_.push_back(static_cast<std::uint8_t>(tag)); }
    /// A tag and a big-endian number; the buffer grows once for both.
    void put(Tag tag, std::uint64_t value, std::size_t size) {
        std::uint8_t* const at = more(1 + size);
        at[0] = static_cast<std::uint8_t>(tag);
        for (std::size_t i = size; i > 0; --i, value >>= 8)
            at[i] = static_cast<std::uint8_t>(value);
    }
    /// `size` more bytes, to be filled.
    std::uint8_t* more(std::size_t size) {
        const auto used = out_.size();
        out_.resize(used + size);
        return out_.data() + used;
    }

    Bytes& out_;
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
