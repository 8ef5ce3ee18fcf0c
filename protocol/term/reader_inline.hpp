// SPDX-License-Identifier: Apache-2.0
// The part of TermReader that every event needs many times, here so that the compiler can see
// through it. Included by reader.hpp.
#pragma once

#include <bit>
#include <cstring>
#include <utility>

#include "protocol/term/reader.hpp"

namespace confd {

inline bool TermReader::need(std::size_t bytes, std::string_view what) {
    return left() >= bytes || fail_truncated(what, bytes);
}

inline std::uint32_t TermReader::be(std::size_t at, std::size_t size) const {
    std::uint32_t value = 0;
    if (size == sizeof value) return load_word(next_ + at);
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
    if (left() >= small && at(Tag::small_tuple)) return next_[1];
    if (left() >= large && at(Tag::large_tuple)) return be(1, 4);
    return 0;
}

inline bool TermReader::version() {
    if (left() == 0 || *next_ != term_version) return other_version();
    ++next_;
    return true;
}

inline bool TermReader::finish() {
    return (next_ == end_ && ok()) || other_end();
}

template <std::integral T>
[[gnu::always_inline]] inline bool TermReader::integer(T& out) {
    if (left() >= 2 && at(Tag::small_integer)) {
        if (const std::uint8_t value = next_[1]; std::in_range<T>(value)) {
            out = static_cast<T>(value);
            next_ += 2;
            return true;
        }
    } else if (left() >= 5 && at(Tag::integer)) {
        if (const auto value = static_cast<std::int32_t>(be(1, 4)); std::in_range<T>(value)) {
            out = static_cast<T>(value);
            next_ += 5;
            return true;
        }
    }
    return any_integer(out);
}

template <std::integral T>
bool TermReader::any_integer(T& out) {
    const auto at = offset();
    Integer wide;
    if (!integer(wide)) return false;
    return wide.fits(out) || fail_range(at, wide, Integer(std::numeric_limits<T>::min()),
                                        Integer(std::numeric_limits<T>::max()));
}

[[gnu::always_inline]] inline bool TermReader::tuple(std::uint32_t& arity) {
    if (left() >= 2 && at(Tag::small_tuple) && left() - 2 >= next_[1] && depth_ < max_depth_) {
        arity = next_[1];
        next_ += 2;
        ++depth_;
        return true;
    }
    return any_tuple(arity);
}

[[gnu::always_inline]] inline bool TermReader::tuple_of(std::uint32_t arity) {
    if (left() >= 2 && at(Tag::small_tuple) && next_[1] == arity && left() - 2 >= arity &&
        depth_ < max_depth_) {
        next_ += 2;
        ++depth_;
        return true;
    }
    return other_tuple(arity);
}

[[gnu::always_inline]] inline bool TermReader::binary(ByteView& out) {
    if (left() >= 5 && at(Tag::binary)) {
        if (const std::size_t size = be(1, 4); left() - 5 >= size) {
            out = {next_ + 5, size};
            next_ += 5 + size;
            return true;
        }
    }
    return any_binary(out);
}

[[gnu::always_inline]] inline bool TermReader::integer(Integer& out) {
    if (left() >= 2 && at(Tag::small_integer)) {
        out = Integer(next_[1]);
        next_ += 2;
        return true;
    }
    if (left() >= 5 && at(Tag::integer)) {
        out = Integer(static_cast<std::int32_t>(be(1, 4)));
        next_ += 5;
        return true;
    }
    return any_integer(out);
}

[[gnu::always_inline]] inline bool TermReader::atom(AtomView& out) {
    if (left() >= 3 && at(Tag::atom) && next_[1] == 0) {
        if (const std::size_t size = next_[2]; left() - 3 >= size) {
            out = {as_text({next_ + 3, size}), true};
            next_ += 3 + size;
            return true;
        }
    }
    return any_atom(out);
}

// The library's functions are so small that calling them would take longer than what they do.
[[gnu::always_inline, gnu::flatten]] inline void TermReader::assign(std::string& out,
                                                                    const std::uint8_t* text,
                                                                    std::size_t size,
                                                                    std::size_t readable) {
    // Copying a fixed number of bytes, some of them too many, takes no call of memcpy(). Every
    // string has room for that many.
    constexpr std::size_t short_text = 15;
    if (size > short_text || readable < short_text) return assign_long(out, text, size);
    out.resize_and_overwrite(short_text, [&](char* to, std::size_t) {
        std::memcpy(to, text, short_text);
        return size;
    });
}

[[gnu::always_inline]] inline bool TermReader::text(std::string& out) {
    if (left() >= 5 && at(Tag::binary)) {
        if (const std::size_t size = be(1, 4); left() - 5 >= size) {
            assign(out, next_ + 5, size, left() - 5);
            next_ += 5 + size;
            return true;
        }
    }
    return any_text(out);
}

[[gnu::always_inline]] inline bool TermReader::take_undefined() {
    // The two forms that servers send.
    constexpr std::string_view long_form("d\0\x09undefined", 12);
    constexpr std::string_view short_form("w\x09undefined", 11);
    if (left() >= long_form.size() && std::memcmp(next_, long_form.data(), long_form.size()) == 0) {
        next_ += long_form.size();
        return true;
    }
    if (left() >= short_form.size() &&
        std::memcmp(next_, short_form.data(), short_form.size()) == 0) {
        next_ += short_form.size();
        return true;
    }
    return false;
}

[[gnu::always_inline]] inline bool TermReader::list(ListHead& out) {
    if (left() >= 5 && at(Tag::list) && depth_ < max_depth_) {
        // One byte each for the elements, and one for the tail.
        if (const auto count = be(1, 4); count < left() - 5) {
            out = {count, false};
            next_ += 5;
            ++depth_;
            return true;
        }
    }
    return any_list(out);
}

inline bool TermReader::string_byte(std::uint8_t& out) {
    if (!need(1, "STRING_EXT")) return false;
    out = *next_++;
    return true;
}

inline bool TermReader::at_proper_end(const ListHead& head) const {
    return head.string || (next_ != end_ && at(Tag::nil));
}

inline bool TermReader::end_list(const ListHead& head) {
    if (!ok() || !at_proper_end(head)) return other_list_end();
    if (!head.string) ++next_;
    leave();
    return true;
}

template <class Element>
bool TermReader::each_of(const ListHead& head, Element&& element) {
    for (std::uint32_t i = 0; i < head.count; ++i) {
        if (head.string) {
            const auto at = offset();
            std::uint8_t term[2] = {static_cast<std::uint8_t>(Tag::small_integer), 0};
            if (!string_byte(term[1])) return within(i);
            TermReader one(term, {}, at);
            if (!element(one)) {
                keep_error(one.take_error());
                return within(i);
            }
        } else if (!element(*this)) {
            return within(i);
        }
    }
    return end_list(head);
}

}  // namespace confd
