#include "protocol/term/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#include "protocol/utf8.hpp"

namespace confd {

std::string_view article_name(TermKind kind) {
    switch (kind) {
        case TermKind::integer:
            return "an integer";
        case TermKind::floating:
            return "a float";
        case TermKind::atom:
            return "an atom";
        case TermKind::tuple:
            return "a tuple";
        case TermKind::list:
            return "a list";
        case TermKind::binary:
            return "a binary";
        case TermKind::other:
            break;
    }
    return "no term";
}

std::string_view tag_name(std::uint8_t tag) {
    switch (tag) {
        case 67:
            return "ATOM_CACHE_REF2";
        case 70:
            return "NEW_FLOAT_EXT";
        case 77:
            return "BIT_BINARY_EXT";
        case 80:
            return "a compressed term";
        case 82:
            return "ATOM_CACHE_REF";
        case 88:
            return "NEW_PID_EXT";
        case 89:
            return "NEW_PORT_EXT";
        case 90:
            return "NEWER_REFERENCE_EXT";
        case 97:
            return "SMALL_INTEGER_EXT";
        case 98:
            return "INTEGER_EXT";
        case 99:
            return "FLOAT_EXT";
        case 100:
            return "ATOM_EXT";
        case 101:
            return "REFERENCE_EXT";
        case 102:
            return "PORT_EXT";
        case 103:
            return "PID_EXT";
        case 104:
            return "SMALL_TUPLE_EXT";
        case 105:
            return "LARGE_TUPLE_EXT";
        case 106:
            return "NIL_EXT";
        case 107:
            return "STRING_EXT";
        case 108:
            return "LIST_EXT";
        case 109:
            return "BINARY_EXT";
        case 110:
            return "SMALL_BIG_EXT";
        case 111:
            return "LARGE_BIG_EXT";
        case 112:
            return "NEW_FUN_EXT";
        case 113:
            return "EXPORT_EXT";
        case 114:
            return "NEW_REFERENCE_EXT";
        case 115:
            return "SMALL_ATOM_EXT";
        case 116:
            return "MAP_EXT";
        case 117:
            return "FUN_EXT";
        case 118:
            return "ATOM_UTF8_EXT";
        case 119:
            return "SMALL_ATOM_UTF8_EXT";
        case 120:
            return "V4_PORT_EXT";
        default:
            return {};
    }
}

std::string to_string(const Integer& value) {
    return fmt::format("{}{}", value.negative ? "-" : "", value.magnitude);
}

void AtomView::assign_to(std::string& utf8) const {
    if (latin1) {
        latin1_to_utf8(bytes, utf8);
    } else {
        utf8.assign(bytes);
    }
}

namespace {

constexpr std::size_t float_text_size = 31;

/// The part of a term that is no term itself, and how many terms follow inside (a list's tail is
/// one). Size 0 asks for a closer look: a rarer form, or an error.
struct Head {
    std::size_t size = 0;
    std::uint64_t inside = 0;
};

inline Head plain_head(const std::uint8_t* at, const std::uint8_t* end) {
    constexpr std::uint64_t most_digits = 8;
    const auto left = static_cast<std::size_t>(end - at);
    const auto leaf = [&](std::size_t size) { return Head{size <= left ? size : 0, 0}; };
    const auto number = [&](std::size_t size) {
        std::uint32_t value = 0;
        for (std::size_t i = 1; i <= size; ++i)
            value = value << 8 | at[i];
        return std::size_t{value};
    };
    if (left == 0) return {};
    const auto tag = static_cast<Tag>(*at);
    if (tag == Tag::small_integer) return leaf(2);
    if (tag == Tag::nil) return leaf(1);
    if (left < 5) return {};
    switch (tag) {
        case Tag::integer:
            return leaf(5);
        case Tag::binary:
            return leaf(5 + number(4));
        case Tag::atom:
            // Its length has two bytes, but one says the most characters an atom may have.
            return at[1] == 0 ? leaf(3 + number(2)) : Head{};
        case Tag::small_atom:
            return leaf(2 + number(1));
        case Tag::small_big:
            return number(1) <= most_digits ? leaf(3 + number(1)) : Head{};
        case Tag::small_tuple:
            // An empty one counts as a level, although nothing is inside.
            return number(1) > 0 && number(1) <= left - 2 ? Head{2, number(1)} : Head{};
        case Tag::list:
            return number(4) < left - 5 ? Head{5, number(4) + 1} : Head{};
        default:
            return {};
    }
}

}  // namespace

void TermReader::keep(Error error) {
    if (!ok()) return;
    error_ = std::move(error);
    end_ = next_;
}

bool TermReader::fail_truncated(std::string_view what, std::uint64_t needed) {
    const auto message = left() == 0
                             ? fmt::format("the bytes end where {} should be", what)
                             : fmt::format("{} needs {} bytes, {} remain", what, needed, left());
    return fail(Errc::truncated, base_ + static_cast<std::size_t>(end_ - begin_), message);
}

bool TermReader::fail_range(std::size_t at, const Integer& found, const Integer& low,
                            const Integer& high) {
    return fail(Errc::out_of_range, at,
                fmt::format("expected an integer from {} to {}, found {}", to_string(low),
                            to_string(high), to_string(found)));
}

void TermReader::keep_type(std::string_view expected) {
    if (!ok()) return;
    if (next_ == end_) {
        fail_truncated(expected, 1);
        return;
    }
    const std::uint8_t tag = *next_;
    if (const auto kind = kind_of(tag); kind != TermKind::other) {
        fail(Errc::wrong_type, offset(),
             fmt::format("expected {}, found {}", expected, article_name(kind)));
    } else if (const auto name = tag_name(tag); !name.empty()) {
        fail(Errc::unsupported_tag, offset(),
             fmt::format("expected {}, found {} (tag {}), which this protocol does not use",
                         expected, name, tag));
    } else {
        fail(Errc::unknown_tag, offset(),
             fmt::format("expected {}, found byte {}, which is no tag", expected, tag));
    }
}

void TermReader::keep_arity(std::size_t offset, std::string_view expected, std::uint32_t found) {
    fail(Errc::wrong_arity, offset,
         fmt::format("expected a tuple of {}, found one of {}", expected, found));
}

void TermReader::prepend(std::string_view field) {
    if (field.empty() || ok()) return;
    const bool dot = !error_->path.empty() && error_->path.front() != '[';
    error_->path.insert(0, dot ? std::string(field) + "." : std::string(field));
}

void TermReader::prepend(std::size_t index) {
    if (ok()) return;
    const bool dot = !error_->path.empty() && error_->path.front() != '[';
    error_->path.insert(0, fmt::format("[{}]{}", index, dot ? "." : ""));
}

bool TermReader::other_version() {
    if (!need(1, "the version byte")) return false;
    return fail(Errc::bad_version, offset(),
                fmt::format("expected version byte {}, found {}", term_version, *next_));
}

bool TermReader::other_end() {
    return fail(Errc::trailing_bytes, offset(),
                fmt::format("{} bytes follow the end of the term", left()));
}

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

bool TermReader::atom(AtomView& out) {
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
    out = AtomView{bytes, latin1 && !is_ascii(bytes)};
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

// The library's functions are so small that calling them would take longer than what they do.
[[gnu::flatten]] void TermReader::assign(std::string& out, const std::uint8_t* text,
                                         std::size_t size, std::size_t readable) {
    // Copying a fixed number of bytes, some of them too many, takes no call of memcpy(). Every
    // string has room for that many.
    constexpr std::size_t short_text = 15;
    if (size <= short_text && readable >= short_text) {
        out.resize_and_overwrite(short_text, [&](char* to, std::size_t) {
            std::memcpy(to, text, short_text);
            return size;
        });
    } else if (size <= out.capacity()) {
        out.resize_and_overwrite(size, [&](char* to, std::size_t) {
            std::memcpy(to, text, size);
            return size;
        });
    } else {
        out.assign(as_text({text, size}));
    }
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

bool TermReader::fail_depth() {
    return fail(Errc::too_deep, offset(),
                fmt::format("more than {} tuples and lists inside each other", max_depth_));
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

bool TermReader::skip_leaf() {
    switch (peek()) {
        case TermKind::integer: {
            Integer ignored;
            return integer(ignored);
        }
        case TermKind::floating: {
            double ignored = 0;
            return floating(ignored);
        }
        case TermKind::atom: {
            AtomView ignored;
            return atom(ignored);
        }
        case TermKind::binary: {
            ByteView ignored;
            return binary(ignored);
        }
        default:
            return fail_type("a term");
    }
}

/// Reads what plain_head() leaves: rarer forms, and errors. Depth is as it was before.
bool TermReader::skip_head(std::uint64_t& inside) {
    inside = 0;
    const auto kind = peek();
    if (kind == TermKind::tuple) {
        std::uint32_t arity = 0;
        if (!tuple(arity)) return false;
        inside = arity;
    } else if (kind == TermKind::list) {
        ListHead head;
        if (!list(head)) return false;
        if (head.string) {
            next_ += head.count;
        } else {
            inside = std::uint64_t{head.count} + 1;
        }
    } else {
        return skip_leaf();
    }
    leave();
    return true;
}

bool TermReader::skip() {
    // Terms still to read in each container around the innermost one: no recursion, whatever the
    // peer nests.
    std::array<std::uint64_t, Limits{}.nesting> outer;
    std::size_t levels = 0;
    std::uint64_t wanted = 1;
    const std::size_t depth = depth_;
    const std::uint8_t* next = next_;
    while (true) {
        while (wanted == 0) {
            if (levels == 0) {
                next_ = next;
                depth_ = depth;
                return true;
            }
            wanted = outer[--levels];
        }
        --wanted;
        auto [size, inside] = plain_head(next, end_);
        if (size == 0 || (inside > 0 && depth + levels >= max_depth_)) {
            next_ = next;
            depth_ = depth + levels;
            if (!skip_head(inside)) return false;
            next = next_;
        } else {
            next += size;
        }
        if (inside > 0) {
            outer[levels++] = wanted;
            wanted = inside;
        }
    }
}

bool TermReader::raw(ByteView& out) {
    const std::uint8_t* start = next_;
    if (!skip()) return false;
    out = {start, next_};
    return true;
}

}  // namespace confd
