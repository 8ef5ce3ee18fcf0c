// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/pattern.hpp"

#include <bitset>
#include <charconv>
#include <optional>
#include <vector>

namespace confd::sim::yang {
namespace {

/// Characters by their codes.
using Set = std::bitset<128>;

Set range(char first, char last) {
    Set out;
    for (int c = first; c <= last; ++c)
        out.set(static_cast<std::size_t>(c));
    return out;
}
Set one(char c) {
    return range(c, c);
}

const Set printable = range(' ', '~');
const Set digits = range('0', '9');
const Set letters = range('a', 'z') | range('A', 'Z');

/// More repetitions than the least are of no use: texts stay short.
constexpr std::uint64_t extra_repeats = 3;
constexpr int max_depth = 32;

struct Repeat {
    std::uint64_t least = 1;
    std::uint64_t most = 1;
};

class Sampler {
  public:
    explicit Sampler(Choices& choices) : choices_(choices) {}

    void alternatives(std::string_view pattern, int depth) {
        const auto branches = split(pattern);
        if (depth < max_depth) branch(branches[choices_.below(branches.size())], depth);
    }

    std::string take() { return std::move(out_); }

  private:
    /// The length of the atom that the pattern begins with: a group, a class, an escape, a letter.
    static std::size_t atom_length(std::string_view pattern) {
        if (pattern.front() == '\\') return escape_length(pattern);
        if (pattern.front() != '(' && pattern.front() != '[') return 1;
        int groups = 0;
        int classes = 0;
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            const char c = pattern[i];
            if (c == '\\') ++i;
            if (c == '[') ++classes;
            if (c == ']' && classes > 0) --classes;
            if (c == '(' && classes == 0) ++groups;
            if (c == ')' && classes == 0) --groups;
            if (c != '\\' && groups == 0 && classes == 0) return i + 1;
        }
        return pattern.size();
    }

    /// \d, or \p{Lu} with what is in its braces.
    static std::size_t escape_length(std::string_view pattern) {
        const bool braces = pattern.size() > 2 && (pattern[1] == 'p' || pattern[1] == 'P');
        const auto end = braces ? pattern.find('}') : std::string_view::npos;
        return end == std::string_view::npos ? std::min<std::size_t>(2, pattern.size()) : end + 1;
    }

    static std::vector<std::string_view> split(std::string_view pattern) {
        std::vector<std::string_view> out;
        std::size_t start = 0;
        for (std::size_t at = 0; at < pattern.size();) {
            if (pattern[at] == '|') {
                out.push_back(pattern.substr(start, at - start));
                start = at + 1;
            }
            at += atom_length(pattern.substr(at));
        }
        out.push_back(pattern.substr(start));
        return out;
    }

    void branch(std::string_view rest, int depth) {
        while (!rest.empty()) {
            const auto atom = rest.substr(0, atom_length(rest));
            rest.remove_prefix(atom.size());
            const auto repeat = take_repeat(rest);
            const auto most = std::min(repeat.most, repeat.least + extra_repeats);
            auto count = repeat.least + choices_.below(most - repeat.least + 1);
            for (; count > 0 && out_.size() < max_sample; --count)
                sample(atom, depth);
        }
    }

    static Repeat take_repeat(std::string_view& rest) {
        if (rest.empty()) return {};
        const char c = rest.front();
        const auto close = rest.find('}');
        if (c == '{' && close != std::string_view::npos) {
            const auto inside = rest.substr(1, close - 1);
            rest.remove_prefix(close + 1);
            return parse_repeat(inside);
        }
        if (c != '?' && c != '*' && c != '+') return {};
        rest.remove_prefix(1);
        if (c == '?') return {0, 1};
        return {c == '*' ? 0U : 1U, max_sample};
    }

    /// "3", "3,", "3,5".
    static Repeat parse_repeat(std::string_view text) {
        Repeat out;
        const auto* end = text.data() + text.size();
        const auto first = std::from_chars(text.data(), end, out.least);
        out.least = std::min<std::uint64_t>(out.least, max_sample);
        out.most = out.least;
        if (first.ptr == end) return out;
        out.most = max_sample;
        std::from_chars(first.ptr + 1, end, out.most);
        out.most = std::max(out.most, out.least);
        return out;
    }

    void sample(std::string_view atom, int depth) {
        const char c = atom.front();
        if (c == '(') return alternatives(atom.substr(1, atom.size() - 2), depth + 1);
        if (c == '[') return pick(char_class(atom));
        if (c == '\\') return pick(escape(atom));
        if (c == '.') return pick(printable);
        if (c != '^' && c != '$' && c != '|') out_.push_back(c);
    }

    void pick(const Set& set) {
        if (set.none()) return;
        auto nth = choices_.below(set.count());
        for (std::size_t c = 0; c < set.size(); ++c) {
            if (set.test(c) && nth-- == 0) return out_.push_back(static_cast<char>(c));
        }
    }

    static Set escape(std::string_view atom) {
        const char c = atom.size() > 1 ? atom[1] : '\\';
        const auto category = atom.size() > 3 ? atom[3] : ' ';
        switch (c) {
            case 'd':
                return digits;
            case 'D':
                return printable & ~digits;
            case 'w':
                return digits | letters;
            case 's':
                return one(' ');
            case 'S':
                return printable & ~one(' ');
            case 'i':
                return letters | one('_');
            case 'c':
                return letters | digits | one('_') | one('-') | one('.');
            case 'p':
                return category == 'N' ? digits : letters;
            case 'P':
                return printable & ~(category == 'N' ? digits : letters);
            case 'n':
            case 'r':
            case 't':
                return one(c == 'n' ? '\n' : c == 'r' ? '\r' : '\t');
            default:
                return one(c);
        }
    }

    /// With its brackets: [a-z0-9_], [^"], [a-z-[aeiou]].
    static Set char_class(std::string_view atom) {
        auto rest = atom.substr(1, atom.size() - 2);
        const bool negative = rest.starts_with('^');
        if (negative) rest.remove_prefix(1);
        Set out;
        Set without;
        while (!rest.empty()) {
            if (rest.starts_with("-[")) {
                without = char_class(rest.substr(1));
                break;
            }
            out |= take_item(rest);
        }
        return (negative ? printable & ~out : out) & ~without;
    }

    static Set take_item(std::string_view& rest) {
        const auto length = rest.front() == '\\' ? escape_length(rest) : 1;
        const auto item = rest.substr(0, length);
        rest.remove_prefix(length);
        if (item.size() > 1) return escape(item);
        const char first = item.front();
        if (static_cast<unsigned char>(first) >= 0x80) return {};
        const bool is_range = rest.size() > 1 && rest[0] == '-' && rest[1] != '[';
        if (!is_range) return one(first);
        const char last = rest[1];
        rest.remove_prefix(2);
        return static_cast<unsigned char>(last) >= 0x80 ? printable : range(first, last);
    }

    Choices& choices_;
    std::string out_;
};

}  // namespace

std::string sample_pattern(std::string_view pattern, Choices& choices) {
    Sampler sampler(choices);
    sampler.alternatives(pattern, 0);
    return sampler.take();
}

}  // namespace confd::sim::yang
