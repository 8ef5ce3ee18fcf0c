// SPDX-License-Identifier: Apache-2.0
#include "protocol/term/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "protocol/utf8.hpp"

namespace confd {

std::string to_string(const Integer& value) {
    return fmt::format("{}{}", value.negative ? "-" : "", value.magnitude);
}

void AtomView::assign_to(std::string& utf8) const {
    if (latin1 && !is_ascii(bytes)) {
        latin1_to_utf8(bytes, utf8);
    } else {
        utf8.assign(bytes);
    }
}

namespace {

constexpr std::size_t float_text_size = 31;

}  // namespace

bool TermReader::any_integer(Integer& out) {
    if (next_ == end_) return fail_truncated("an integer", 1);
    switch (static_cast<Tag>(*next_)) {
        case Tag::small_integer:
            return fail_truncated("SMALL_INTEGER_EXT", 2);
        case Tag::integer:
            return fail_truncated("INTEGER_EXT", 5);
        case Tag::small_big:
            return big(out, 1);
        case Tag::large_big:
            return big(out, 4);
        default:
            return fail_type("an integer");
    }
}

bool TermReader::big(Integer& out, std::size_t length_size) {
    const std::size_t header = 1 + length_size + 1;
    if (!need(header, "a big integer")) return false;
    const std::uint64_t digits = be(1, length_size);
    const std::uint8_t sign = next_[header - 1];
    if (left() - header < digits) return fail_truncated("a big integer", header + digits);
    std::uint64_t magnitude = 0;
    for (std::uint64_t i = 0; i < digits; ++i) {
        const std::uint64_t digit = next_[header + i];
        if (digit != 0 && i >= 8) {
            return fail(Errc::integer_too_wide, offset(),
                        fmt::format("an integer of {} bytes, at most 64 bits are read", digits));
        }
        if (i < 8) magnitude |= digit << (8 * i);
    }
    out.magnitude = magnitude;
    out.negative = sign != 0 && magnitude != 0;
    next_ += header + digits;
    return true;
}

bool TermReader::floating(double& out) {
    if (next_ == end_) return fail_truncated("a float", 1);
    const auto start = offset();
    double value = 0;
    std::size_t size = 0;
    if (at(Tag::new_float)) {
        size = 9;
        if (!need(size, "NEW_FLOAT_EXT")) return false;
        value = std::bit_cast<double>(std::uint64_t{be(1, 4)} << 32 | be(5, 4));
    } else if (at(Tag::float_text)) {
        size = 1 + float_text_size;
        if (!need(size, "FLOAT_EXT")) return false;
        const auto padded = as_text({next_ + 1, float_text_size});
        auto digits = padded.substr(0, padded.find('\0'));
        digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
        // from_chars() takes a minus but no plus; "+-1" is still not a number.
        if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
        const auto [stop, code] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (code != std::errc{} || stop != digits.data() + digits.size()) {
            return fail(Errc::bad_float, start, "FLOAT_EXT does not hold a decimal number");
        }
    } else {
        return fail_type("a float");
    }
    if (!std::isfinite(value)) {
        return fail(Errc::bad_float, start, "NaN and infinities are not numbers of this protocol");
    }
    out = value;
    next_ += size;
    return true;
}

bool TermReader::any_atom(AtomView& out) {
    if (next_ == end_) return fail_truncated("an atom", 1);
    switch (static_cast<Tag>(*next_)) {
        case Tag::atom:
            return atom_body(out, 2, true);
        case Tag::small_atom:
            return atom_body(out, 1, true);
        case Tag::atom_utf8:
            return atom_body(out, 2, false);
        case Tag::small_atom_utf8:
            return atom_body(out, 1, false);
        default:
            return fail_type("an atom");
    }
}

bool TermReader::atom_body(AtomView& out, std::size_t length_size, bool latin1) {
    const std::size_t header = 1 + length_size;
    if (!need(header, "an atom")) return false;
    const std::size_t size = be(1, length_size);
    if (!need(header + size, "an atom")) return false;
    const auto bytes = as_text({next_ + header, size});
    if (latin1) {
        if (size > max_atom_characters) {
            return fail(Errc::atom_too_long, offset(),
                        fmt::format("an atom of {} characters, at most {} are allowed", size,
                                    max_atom_characters));
        }
    } else if (const auto characters = utf8_length(bytes); !characters) {
        return fail(Errc::bad_atom, offset(), "an atom whose bytes are not UTF-8");
    } else if (*characters > max_atom_characters) {
        return fail(Errc::atom_too_long, offset(),
                    fmt::format("an atom of {} characters, at most {} are allowed", *characters,
                                max_atom_characters));
    }
    out = AtomView{bytes, latin1};
    next_ += header + size;
    return true;
}

bool TermReader::any_binary(ByteView& out) {
    if (next_ == end_) return fail_truncated("a binary", 1);
    if (!at(Tag::binary)) return fail_type("a binary");
    if (!need(5, "BINARY_EXT")) return false;
    const std::size_t size = be(1, 4);
    if (left() - 5 < size) return fail_truncated("BINARY_EXT", std::uint64_t{5} + size);
    out = {next_ + 5, size};
    next_ += 5 + size;
    return true;
}

void TermReader::assign_long(std::string& out, const std::uint8_t* text, std::size_t size) {
    if (size > out.capacity()) {
        out.assign(as_text({text, size}));
        return;
    }
    out.resize_and_overwrite(size, [&](char* to, std::size_t) {
        std::memcpy(to, text, size);
        return size;
    });
}

bool TermReader::any_text(std::string& out) {
    if (peek() == TermKind::atom) {
        AtomView view;
        if (!atom(view)) return false;
        view.assign_to(out);
        return true;
    }
    if (next_ != end_ && !at(Tag::binary)) return fail_type("a text (binary or atom)");
    ByteView bytes;
    if (!binary(bytes)) return false;
    out.assign(as_text(bytes));
    return true;
}

bool TermReader::open(std::size_t header) {
    if (depth_ >= max_depth_) return fail_depth();
    ++depth_;
    next_ += header;
    return true;
}

bool TermReader::any_tuple(std::uint32_t& arity) {
    if (next_ == end_) return fail_truncated("a tuple", 1);
    std::size_t header = 0;
    if (at(Tag::small_tuple)) {
        header = 2;
    } else if (at(Tag::large_tuple)) {
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

bool TermReader::other_tuple(std::uint32_t arity) {
    const auto at = offset();
    std::uint32_t found = 0;
    if (!tuple(found)) return false;
    return found == arity || fail_arity(at, fmt::format("{}", arity), found);
}

bool TermReader::any_list(ListHead& out) {
    if (next_ == end_) return fail_truncated("a list", 1);
    switch (static_cast<Tag>(*next_)) {
        case Tag::nil:
            // Ends nearly every list, so it does not count as a level of its own.
            out = {0, true};
            ++depth_;
            ++next_;
            return true;
        case Tag::string:
            if (!need(3, "STRING_EXT")) return false;
            out = {be(1, 2), true};
            if (!need(3 + std::size_t{out.count}, "STRING_EXT")) return false;
            return open(3);
        case Tag::list:
            if (!need(5, "LIST_EXT")) return false;
            out = {be(1, 4), false};
            // One byte each for the elements, and one for the tail.
            if (left() - 5 < std::uint64_t{out.count} + 1) {
                return fail_truncated("LIST_EXT", std::uint64_t{6} + out.count);
            }
            return open(5);
        default:
            return fail_type("a list");
    }
}

bool TermReader::other_list_end() {
    if (next_ == end_) return fail_truncated("the end of a list", 1);
    if (peek() == TermKind::other) return fail_type("the end of a list");
    return fail(Errc::wrong_type, offset(), "expected the end of a list, found an improper tail");
}

}  // namespace confd
