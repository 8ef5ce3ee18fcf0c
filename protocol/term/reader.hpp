// A bounds-checked pull reader for external terms, exactly the tags of docs/protocol.md, "Terms".
//
// Errors are sticky: the first one is kept with its byte offset, every later call returns false,
// so a caller may read a whole structure and look once. Nothing is allocated until an error
// occurs or the caller's own containers grow; strings and binaries come as views of the input.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "protocol/bytes.hpp"
#include "protocol/error.hpp"
#include "protocol/limits.hpp"
#include "protocol/term/tags.hpp"

namespace confd {

/// Any integer the format may carry here: up to 64 bits of magnitude, and a sign.
struct Integer {
    std::uint64_t magnitude = 0;
    bool negative = false;  ///< never set for zero

    Integer() = default;
    template <std::integral T>
    Integer(T value)  // implicit: integers are integers
        : magnitude(value < T{} ? std::uint64_t{0} - static_cast<std::uint64_t>(value)
                                : static_cast<std::uint64_t>(value)),
          negative(value < T{}) {}

    /// The value as a T, if T holds it.
    template <std::integral T>
    bool fits(T& out) const {
        using Wide = std::numeric_limits<T>;
        if (!negative) {
            if (magnitude > static_cast<std::uint64_t>(Wide::max())) return false;
            out = static_cast<T>(magnitude);
            return true;
        }
        if constexpr (std::signed_integral<T>) {
            const auto most = static_cast<std::uint64_t>(Wide::max()) + 1;
            if (magnitude > most) return false;
            out = static_cast<T>(std::uint64_t{0} - magnitude);
            return true;
        }
        return false;
    }

    bool operator==(const Integer&) const = default;
};

std::string to_string(const Integer& value);

/// An atom as it stands in the input. Almost every atom is ASCII, where the encodings agree.
struct AtomView {
    std::string_view bytes;
    bool latin1 = false;  ///< bytes above 127 are Latin-1 characters, not UTF-8

    bool operator==(std::string_view ascii) const { return bytes == ascii; }
    void assign_to(std::string& utf8) const;
};

/// What a list header announced. For a string the elements are plain bytes, not terms.
struct ListHead {
    std::uint32_t count = 0;
    bool string = false;
};

class TermReader {
  public:
    explicit TermReader(ByteView bytes, const Limits& limits = {}, std::size_t base_offset = 0)
        : begin_(bytes.data()),
          next_(bytes.data()),
          end_(bytes.data() + bytes.size()),
          base_(base_offset),
          max_depth_(std::min(limits.nesting, Limits{}.nesting)) {}

    bool ok() const { return !failed_; }
    /// The first error; meaningful only when !ok().
    const Error& error() const { return error_; }
    Error take_error() { return std::move(error_); }

    /// Offset of the next byte to read.
    std::size_t offset() const { return base_ + static_cast<std::size_t>(next_ - begin_); }

    /// The version byte that starts a payload.
    bool version();
    /// Fails with trailing_bytes unless everything has been read.
    bool finish();

    /// Kind of the next term; never fails.
    TermKind peek() const;
    /// Arity of the tuple that comes next; 0 when none, an empty one or a cut one does.
    std::uint32_t peek_arity() const;

    bool integer(Integer& out);
    template <std::integral T>
    bool integer(T& out) {
        // Two tags make up nearly all integers; the rest takes the general way.
        if (next_ != end_ && *next_ == static_cast<std::uint8_t>(Tag::small_integer) &&
            end_ - next_ >= 2 && !failed_) {
            const std::uint8_t byte = next_[1];
            if constexpr (sizeof(T) > 1 || std::unsigned_integral<T>) {
                out = static_cast<T>(byte);
                next_ += 2;
                return true;
            }
        }
        const auto at = offset();
        Integer wide;
        if (!integer(wide)) return false;
        return wide.fits(out) || fail_range(at, wide, Integer(std::numeric_limits<T>::min()),
                                            Integer(std::numeric_limits<T>::max()));
    }
    bool floating(double& out);
    bool atom(AtomView& out);
    bool binary(ByteView& out);
    /// A binary, or an atom in its place, as UTF-8.
    bool text(std::string& out);

    /// Enters a tuple; `leave()` after its last element.
    bool tuple(std::uint32_t& arity);
    /// Enters a tuple that must have this arity.
    bool tuple_of(std::uint32_t arity);
    /// Enters a list of any of the three tags. After `count` elements (bytes, for a string) call
    /// `end_list()`, or read the tail of an improper list as a term and call `leave()`.
    bool list(ListHead& out);
    bool string_byte(std::uint8_t& out);
    /// Whether the tail of the list just read is the empty list, as it is for a proper one.
    bool at_proper_end(const ListHead& head) const;
    bool end_list(const ListHead& head);
    void leave() { --depth_; }

    /// Reads a proper list, calling `element(reader)` once for each element. Elements of a
    /// STRING_EXT are handed over as the integers they stand for.
    template <class Element>
    bool each(Element&& element);

    /// Reads over one term of any kind, checking it as a reader of it would.
    bool skip();
    /// skip(), and the bytes of the term.
    bool raw(ByteView& out);

    bool fail(Errc code, std::size_t offset, std::string message);
    bool fail_type(std::string_view expected);
    bool fail_arity(std::size_t offset, std::string_view expected, std::uint32_t found);
    /// Prepends a field or an index to the path of the error, on the way out of nested readers.
    bool within(std::string_view field);
    bool within(std::size_t index);

  private:
    std::size_t left() const { return static_cast<std::size_t>(end_ - next_); }
    bool fail_range(std::size_t at, const Integer& found, const Integer& low, const Integer& high);
    bool fail_truncated(std::string_view what, std::uint64_t needed);
    bool fail_depth();
    bool need(std::size_t bytes, std::string_view what);
    bool open(std::size_t header);
    std::uint32_t be(std::size_t at, std::size_t size) const;
    bool big(Integer& out, std::size_t length_size);
    bool atom_body(AtomView& out, std::size_t length_size, bool latin1);
    bool skip_leaf();

    const std::uint8_t* begin_;
    const std::uint8_t* next_;
    const std::uint8_t* end_;
    std::size_t base_;
    std::size_t max_depth_;
    std::size_t depth_ = 0;
    bool failed_ = false;
    Error error_;
};

// What every event needs many times is here, so that the compiler can see through it.

inline bool TermReader::need(std::size_t bytes, std::string_view what) {
    return left() >= bytes || fail_truncated(what, bytes);
}

inline std::uint32_t TermReader::be(std::size_t at, std::size_t size) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8 | next_[at + i];
    return value;
}

inline TermKind TermReader::peek() const {
    return next_ == end_ ? TermKind::other : kind_of(*next_);
}

inline std::uint32_t TermReader::peek_arity() const {
    constexpr std::size_t small = 2;
    constexpr std::size_t large = 5;
    if (left() >= small && *next_ == static_cast<std::uint8_t>(Tag::small_tuple)) return next_[1];
    if (left() >= large && *next_ == static_cast<std::uint8_t>(Tag::large_tuple)) return be(1, 4);
    return 0;
}

inline bool TermReader::open(std::size_t header) {
    if (depth_ >= max_depth_) return fail_depth();
    ++depth_;
    next_ += header;
    return true;
}

inline bool TermReader::tuple(std::uint32_t& arity) {
    if (failed_) return false;
    if (next_ == end_) return fail_truncated("a tuple", 1);
    std::size_t header = 0;
    if (*next_ == static_cast<std::uint8_t>(Tag::small_tuple)) {
        header = 2;
    } else if (*next_ == static_cast<std::uint8_t>(Tag::large_tuple)) {
        header = 5;
    } else {
        return fail_type("a tuple");
    }
    if (!need(header, "a tuple")) return false;
    arity = be(1, header - 1);
    // Every element takes a byte at least, so a larger count can never be satisfied.
    if (left() - header < arity) return fail_truncated("a tuple", std::uint64_t{header} + arity);
    return open(header);
}

inline bool TermReader::binary(ByteView& out) {
    if (failed_) return false;
    if (next_ == end_) return fail_truncated("a binary", 1);
    if (*next_ != static_cast<std::uint8_t>(Tag::binary)) return fail_type("a binary");
    if (!need(5, "BINARY_EXT")) return false;
    const std::size_t size = be(1, 4);
    if (left() - 5 < size) return fail_truncated("BINARY_EXT", std::uint64_t{5} + size);
    out = {next_ + 5, size};
    next_ += 5 + size;
    return true;
}

inline bool TermReader::integer(Integer& out) {
    if (failed_) return false;
    if (next_ == end_) return fail_truncated("an integer", 1);
    switch (static_cast<Tag>(*next_)) {
        case Tag::small_integer:
            if (!need(2, "SMALL_INTEGER_EXT")) return false;
            out = Integer(next_[1]);
            next_ += 2;
            return true;
        case Tag::integer:
            if (!need(5, "INTEGER_EXT")) return false;
            out = Integer(static_cast<std::int32_t>(be(1, 4)));
            next_ += 5;
            return true;
        case Tag::small_big:
            return big(out, 1);
        case Tag::large_big:
            return big(out, 4);
        default:
            return fail_type("an integer");
    }
}

template <class Element>
bool TermReader::each(Element&& element) {
    ListHead head;
    if (!list(head)) return false;
    for (std::uint32_t i = 0; i < head.count; ++i) {
        if (head.string) {
            const auto at = offset();
            std::uint8_t term[2] = {static_cast<std::uint8_t>(Tag::small_integer), 0};
            if (!string_byte(term[1])) return within(i);
            TermReader one(term, {}, at);
            if (!element(one)) {
                failed_ = true;
                error_ = one.take_error();
                return within(i);
            }
        } else if (!element(*this)) {
            return within(i);
        }
    }
    return end_list(head);
}

}  // namespace confd
