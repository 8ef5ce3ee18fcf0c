// SPDX-License-Identifier: Apache-2.0
// Reading over a term of any kind, which is how a payload is validated.
#include <array>

#include "protocol/term/reader.hpp"

namespace confd {
namespace {

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
