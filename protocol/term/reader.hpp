// SPDX-License-Identifier: Apache-2.0
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
#include <cstring>
#include <limits>
#include <optional>
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
    bool latin1 = false;  ///< bytes above 127, if there are any, are Latin-1 and not UTF-8

    /// Beside a constant, comparing takes no call.
    bool operator==(std::string_view ascii) const {
        return bytes.size() == ascii.size() &&
               std::memcmp(bytes.data(), ascii.data(), ascii.size()) == 0;
    }
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
          max_depth_(std::min(limits.nesting, Limits{}.nesting)),
          elements_left_(limits.elements) {}

    bool ok() const { return !error_.has_value(); }
    /// The first error; only when !ok().
    const Error& error() const { return *error_; }
    Error take_error() { return std::move(*error_); }

    /// Offset of the next byte to read.
    std::size_t offset() const { return base_ + static_cast<std::size_t>(next_ - begin_); }

    /// The version byte that starts a payload.
    bool version();
    /// Fails with trailing_bytes unless everything has been read.
    bool finish();

    /// Kind of the next term; never fails.
    TermKind peek() const;
    /// The next `size` bytes, for callers that know the usual bytes of a tuple or list of numbers
    /// and then take() them at once. Null when fewer remain or no tuple may be entered here.
    const std::uint8_t* flat(std::size_t size) const {
        return left() >= size && depth_ < max_depth_ ? next_ : nullptr;
    }
    void take(std::size_t size) { next_ += size; }
    /// Arity of the tuple that comes next; 0 when none, an empty one or a cut one does.
    std::uint32_t peek_arity() const;

    bool integer(Integer& out);
    template <std::integral T>
    bool integer(T& out);
    bool floating(double& out);
    bool atom(AtomView& out);
    /// Reads the atom `undefined` if it comes next; never fails.
    bool take_undefined();
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
    bool each(Element&& element) {
        ListHead head;
        return list(head) && each_of(head, element);
    }
    /// The same for elements that stay in memory: keep(), then each().
    template <class Element>
    bool keep_each(Element&& element) {
        const auto at = offset();
        ListHead head;
        return list(head) && keep(at, head.count) && each_of(head, element);
    }
    /// To be asked before `count` elements of the list or tuple at this offset are kept: fails with
    /// too_many_elements when that makes more than Limits::elements.
    bool keep(std::size_t offset, std::size_t count) {
        if (count > elements_left_) return fail_elements(offset);
        elements_left_ -= count;
        return true;
    }

    /// What of Limits::elements may still be kept.
    std::size_t elements_left() const { return elements_left_; }

    /// Reads over one term of any kind, checking it as a reader of it would.
    bool skip();
    /// skip(), and the bytes of the term.
    bool raw(ByteView& out);

    // All of these return false, and here, so that the compiler knows it.
    bool fail(Errc code, std::size_t offset, std::string message) {
        keep_error(Error{code, offset, {}, std::move(message)});
        return false;
    }
    bool fail_type(std::string_view expected) {
        keep_type(expected);
        return false;
    }
    bool fail_arity(std::size_t offset, std::string_view expected, std::uint32_t found) {
        keep_arity(offset, expected, found);
        return false;
    }
    /// Prepends a field or an index to the path of the error, on the way out of nested readers.
    bool within(std::string_view field) {
        prepend(field);
        return false;
    }
    bool within(std::size_t index) {
        prepend(index);
        return false;
    }

  private:
    // What nearly every event consists of is read in the header. Whatever is not that, a rarer form
    // or an error, goes to one of these, which looks at it from the start.
    bool any_integer(Integer& out);
    template <std::integral T>
    [[gnu::noinline]] bool any_integer(T& out);
    bool any_text(std::string& out);
    bool any_atom(AtomView& out);
    bool any_binary(ByteView& out);
    bool any_tuple(std::uint32_t& arity);
    bool other_tuple(std::uint32_t arity);
    bool any_list(ListHead& out);
    bool other_version();
    bool other_end();
    bool other_list_end();

    /// Of `readable` bytes, the first `size` are the text.
    static void assign(std::string& out, const std::uint8_t* text, std::size_t size,
                       std::size_t readable);
    static void assign_long(std::string& out, const std::uint8_t* text, std::size_t size);
    std::size_t left() const { return static_cast<std::size_t>(end_ - next_); }
    bool at(Tag tag) const { return *next_ == static_cast<std::uint8_t>(tag); }
    std::uint32_t be(std::size_t at, std::size_t size) const;
    [[gnu::cold]] void keep_error(Error error);
    [[gnu::cold]] void keep_type(std::string_view expected);
    [[gnu::cold]] void keep_arity(std::size_t offset, std::string_view expected,
                                  std::uint32_t found);
    [[gnu::cold]] void prepend(std::string_view field);
    [[gnu::cold]] void prepend(std::size_t index);
    bool fail_range(std::size_t at, const Integer& found, const Integer& low, const Integer& high);
    bool fail_truncated(std::string_view what, std::uint64_t needed);
    bool fail_depth();
    bool fail_elements(std::size_t at);
    template <class Element>
    bool each_of(const ListHead& head, Element&& element);
    bool need(std::size_t bytes, std::string_view what);
    bool open(std::size_t header);
    bool big(Integer& out, std::size_t length_size);
    bool atom_body(AtomView& out, std::size_t length_size, bool latin1);
    bool skip_head(std::uint64_t& inside);
    bool skip_leaf();

    const std::uint8_t* begin_;
    const std::uint8_t* next_;
    /// After an error the place of the error: with nothing left to read, whatever is tried fails.
    const std::uint8_t* end_;
    std::size_t base_;
    std::size_t max_depth_;
    std::size_t elements_left_;
    std::size_t depth_ = 0;
    std::optional<Error> error_;
};

}  // namespace confd

#include "protocol/term/reader_inline.hpp"
