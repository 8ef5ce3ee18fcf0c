// SPDX-License-Identifier: Apache-2.0
#include "protocol/term/notation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "protocol/term/notation_characters.hpp"
#include "protocol/utf8.hpp"

namespace confd {

using namespace notation;

namespace {

using Characters = std::u32string;

/// One pass over UTF-8 text. Every function reads one construct at the cursor; the first error is
/// kept, and empty or false results lead out.
class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) {}

    std::expected<Term, NotationError> whole() {
        Term out;
        if (!check_utf8() || !term(out) || !end()) return std::unexpected(std::move(error_));
        return out;
    }

  private:
    static constexpr char32_t none = 0xffffffff;

    bool at_end() const { return at_ == text_.size(); }
    char32_t peek() const { return at_end() ? none : character_at(text_, at_).code; }
    char32_t peek_second() const {
        if (at_end()) return none;
        const auto next = at_ + character_at(text_, at_).size;
        return next == text_.size() ? none : character_at(text_, next).code;
    }
    char32_t take() {
        const auto [code, size] = character_at(text_, at_);
        at_ += size;
        return code;
    }
    bool take_if(std::string_view token) {
        if (!text_.substr(at_).starts_with(token)) return false;
        at_ += token.size();
        return true;
    }
    /// The same after white space and comments.
    bool accept(std::string_view token) {
        space();
        return take_if(token);
    }

    void space() {
        while (!at_end()) {
            const auto c = peek();
            if (c == '%') {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (c <= ' ' || (c >= 0x80 && c <= 0xa0)) {  // what Erlang's scanner skips
                take();
            } else {
                return;
            }
        }
    }

    bool fail(std::size_t at, std::string found, std::string expected) {
        const auto before = text_.substr(0, at);
        const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
        error_.line = 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
        error_.column = 1 + utf8_length(before.substr(line_start)).value_or(0);
        error_.found = std::move(found);
        error_.expected = std::move(expected);
        return false;
    }

    /// The character or word at the cursor was not what the grammar has there.
    bool unexpected(std::string expected) { return fail(at_, describe(), std::move(expected)); }

    std::string describe() const {
        const auto c = peek();
        if (c == none) return "the end of the text";
        if (c == '\n') return "the end of the line";
        if (c == '"') return "a string";
        if (c == '\'') return "a quoted atom";
        if (starts_variable(c)) return fmt::format("the variable {}", name_here());
        if (starts_atom(c)) {
            const auto name = name_here();
            return fmt::format("the {} {}",
                               contains(reserved_words, name) ? "reserved word" : "atom", name);
        }
        if (is_control(c) || is_invisible(c)) return fmt::format("character {}", std::uint32_t{c});
        return fmt::format("'{}'", text_.substr(at_, character_at(text_, at_).size));
    }

    std::string_view name_here() const {
        auto end = at_;
        while (end < text_.size()) {
            const auto [code, size] = character_at(text_, end);
            if (!continues_name(code)) break;
            end += size;
        }
        return text_.substr(at_, end - at_);
    }

    bool check_utf8() {
        const auto good = utf8_prefix(text_);
        if (good == text_.size()) return true;
        return fail(good, fmt::format("byte {}", static_cast<std::uint8_t>(text_[good])), "UTF-8");
    }

    bool end() {
        accept(".");
        space();
        return at_end() || unexpected("the end of the term");
    }

    bool term(Term& out) {
        space();
        const auto c = peek();
        if (c == '{') return tuple(out);
        if (c == '[') return list(out);
        if (c == '"') return string(out);
        if (c == '\'') return quoted_atom(out);
        if (c == '<' && peek_second() == '<') return binary(out);
        if (c == '-' || c == '+' || c == '$' || is_digit(c)) return number(out);
        if (c != none && starts_atom(c)) return bare_atom(out);
        return unexpected("a term");
    }

    // Containers.

    bool enter() {
        if (depth_ >= Limits{}.nesting) {
            return fail(
                at_, "one more",
                fmt::format("at most {} tuples and lists inside each other", Limits{}.nesting));
        }
        ++depth_;
        take();
        return true;
    }

    bool elements(Term::Elements& out) {
        do {
            Term element;
            if (!term(element)) return false;
            out.push_back(std::move(element));
        } while (accept(","));
        return true;
    }

    bool tuple(Term& out) {
        Term::Elements parts;
        if (!enter()) return false;
        if (!accept("}")) {
            if (!elements(parts)) return false;
            if (!accept("}")) return unexpected("',' or '}'");
        }
        --depth_;
        out = Term::tuple(std::move(parts));
        return true;
    }

    bool list(Term& out) {
        if (empty_list()) {  // no level of its own, as on the wire
            out = Term();
            return true;
        }
        Term::Elements parts;
        Term tail;
        if (!enter() || !elements(parts)) return false;
        const bool improper = accept("|");
        if (improper && !term(tail)) return false;
        if (!accept("]")) return unexpected(improper ? "']'" : "',', '|' or ']'");
        --depth_;
        out = Term::list(std::move(parts), std::move(tail));
        return true;
    }

    bool empty_list() {
        const auto start = at_;
        take();
        if (accept("]")) return true;
        at_ = start;
        return false;
    }

    // Numbers.

    bool number(Term& out) {
        const auto start = at_;
        const bool negative = peek() == '-';
        if (negative || peek() == '+') {
            take();
            space();
        }
        std::uint64_t magnitude = 0;
        if (peek() == '$') {
            char32_t code = 0;
            if (!dollar(code)) return false;
            magnitude = code;
        } else if (is_digit(peek())) {
            if (const auto size = float_size()) return floating(out, start, size, negative);
            if (!integer(magnitude)) return false;
        } else {
            return unexpected("a number");
        }
        Integer value(magnitude);
        value.negative = negative && magnitude != 0;
        out = Term(value);
        return true;
    }

    bool dollar(char32_t& out) {
        take();
        if (at_end()) return unexpected("a character");
        if (peek() == '\\') return escape(out);
        out = take();
        return true;
    }

    /// Size of the float at the cursor, 0 when the digits there are an integer.
    std::size_t float_size() const {
        const auto digits = [&](std::size_t from) {
            auto end = from;
            while (end < text_.size() && is_digit(static_cast<std::uint8_t>(text_[end])))
                ++end;
            return end;
        };
        const auto dot = digits(at_);
        if (dot == text_.size() || text_[dot] != '.') return 0;
        auto end = digits(dot + 1);
        if (end == dot + 1) return 0;
        if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
            const auto sign = end + 1;
            const bool has_sign = sign < text_.size() && (text_[sign] == '-' || text_[sign] == '+');
            const auto from = sign + (has_sign ? 1 : 0);
            if (const auto last = digits(from); last > from) end = last;
        }
        return end - at_;
    }

    bool floating(Term& out, std::size_t start, std::size_t size, bool negative) {
        double value = 0;
        const auto* first = text_.data() + at_;
        // Out of range is the only way to fail here: the text has been seen to be a number.
        if (std::from_chars(first, first + size, value).ec != std::errc{}) {
            return fail(start, std::string(text_.substr(start, at_ + size - start)),
                        "a float of 64 bits");
        }
        at_ += size;
        out = Term(negative ? -value : value);
        return no_name_follows("a float");
    }

    /// "12abc" is two tokens to Erlang, and never a term.
    bool no_name_follows(std::string_view what) {
        if (at_end() || !continues_name(peek())) return true;
        return unexpected(fmt::format("the end of {}", what));
    }

    bool integer(std::uint64_t& out) {
        const auto start = at_;
        if (!digits(10, out, start)) return false;
        if (peek() == '#') {
            if (out < 2 || out > 36) {
                return fail(start, fmt::format("base {}", out), "a base from 2 to 36");
            }
            take();
            if (!digits(static_cast<unsigned>(out), out, start)) return false;
        }
        return no_name_follows("an integer");
    }

    bool digits(unsigned base, std::uint64_t& out, std::size_t start) {
        if (digit_value(peek()) >= base) return unexpected(fmt::format("a digit of base {}", base));
        std::uint64_t value = 0;
        while (true) {
            const auto digit = digit_value(peek());
            if (digit >= base) break;
            if (value > (std::numeric_limits<std::uint64_t>::max() - digit) / base) {
                return fail(start, "a larger number", "an integer of at most 64 bits");
            }
            value = value * base + digit;
            take();
            if (peek() == '_' && digit_value(peek_second()) < base) take();
        }
        out = value;
        return true;
    }

    static unsigned digit_value(char32_t c) {
        if (is_digit(c)) return static_cast<unsigned>(c - '0');
        if (is_lower(c)) return static_cast<unsigned>(c - 'a' + 10);
        if (is_upper(c)) return static_cast<unsigned>(c - 'A' + 10);
        return 99;
    }

    // Quoted text.

    /// What a backslash and the characters behind it stand for.
    bool escape(char32_t& out) {
        const auto start = at_;
        take();
        if (at_end()) return unexpected("an escape sequence");
        const auto c = take();
        if (c >= '0' && c <= '7') {
            out = c - '0';
            for (int i = 0; i < 2 && peek() >= '0' && peek() <= '7'; ++i) {
                out = out * 8 + (take() - '0');
            }
        } else if (c == 'x') {
            if (!hexadecimal(out)) return false;
        } else if (c == '^') {
            if (at_end()) return unexpected("a control character");
            out = take() & 31;
        } else {
            const auto letter =
                c < 0x80 ? escape_letters.find(static_cast<char>(c)) : std::string_view::npos;
            out = letter == std::string_view::npos
                      ? c
                      : static_cast<std::uint8_t>(escape_values[letter]);
        }
        const bool scalar = out < 0xd800 || (out > 0xdfff && out <= 0x10ffff);
        return scalar || fail(start, fmt::format("{:#x}", std::uint32_t{out}), "a character");
    }

    /// \xHH or \x{H...}; the cursor stands behind the x.
    bool hexadecimal(char32_t& out) {
        const bool braces = take_if("{");
        out = 0;
        std::size_t count = 0;
        while (digit_value(peek()) < 16 && count < (braces ? 8U : 2U)) {
            out = out * 16 + digit_value(take());
            ++count;
        }
        if (count < (braces ? 1U : 2U)) return unexpected("a hexadecimal digit");
        return !braces || take_if("}") || unexpected("'}'");
    }

    /// The characters up to the closing quote; the cursor stands on the opening one.
    bool quoted(Characters& out, std::string_view what) {
        const auto start = at_;
        const auto quote = take();
        while (!at_end() && peek() != quote) {
            char32_t c = 0;
            if (peek() == '\\') {
                if (!escape(c)) return false;
            } else {
                c = take();
            }
            out.push_back(c);
        }
        if (at_end()) return fail(start, fmt::format("{} without an end", what), "a closing quote");
        take();
        return true;
    }

    /// Strings that follow each other are one, as in Erlang.
    bool strings(Characters& out) {
        while (peek() == '"') {
            if (!quoted(out, "a string")) return false;
            const auto behind = at_;
            space();
            if (peek() != '"') at_ = behind;
        }
        return true;
    }

    bool string(Term& out) {
        Characters characters;
        const auto start = at_;
        if (!strings(characters)) return false;
        if (!characters.empty() && depth_ >= Limits{}.nesting) {
            at_ = start;
            return enter();  // fails: a string is a list
        }
        Term::Elements codes;
        codes.reserve(characters.size());
        for (const auto code : characters)
            codes.emplace_back(std::uint32_t{code});
        out = Term::list(std::move(codes));
        return true;
    }

    // Atoms.

    bool quoted_atom(Term& out) {
        const auto start = at_;
        Characters characters;
        if (!quoted(characters, "a quoted atom")) return false;
        std::string utf8;
        for (const auto code : characters)
            append_utf8(code, utf8);
        return finish_atom(start, std::move(utf8), out);
    }

    bool bare_atom(Term& out) {
        const auto start = at_;
        const auto name = name_here();
        if (contains(reserved_words, name)) return unexpected("a term");
        at_ += name.size();
        return finish_atom(start, std::string(name), out);
    }

    bool finish_atom(std::size_t start, std::string utf8, Term& out) {
        if (!fits_atom(utf8)) {
            return fail(start, fmt::format("one of {}", utf8_length(utf8).value_or(0)),
                        fmt::format("an atom of at most {} characters", max_atom_characters));
        }
        out = Term::atom(utf8);
        return true;
    }

    // Binaries.

    bool binary(Term& out) {
        Bytes bytes;
        take_if("<<");
        if (!accept(">>")) {
            do {
                if (!segment(bytes)) return false;
            } while (accept(","));
            if (!accept(">>")) return unexpected("',' or '>>'");
        }
        out = Term::binary(bytes);
        return true;
    }

    bool segment(Bytes& out) {
        space();
        const auto start = at_;
        Characters characters;
        if (peek() == '"') {
            if (!strings(characters)) return false;
        } else if (peek() == '$' || is_digit(peek())) {
            std::uint64_t value = 0;
            char32_t code = 0;
            if (peek() == '$' ? !dollar(code) : !integer(value)) return false;
            if (value > 255) return fail(start, fmt::format("{}", value), "a byte");
            characters.push_back(code != 0 ? code : static_cast<char32_t>(value));
        } else {
            return unexpected("a string, a byte or '>>'");
        }
        if (accept("/")) return encoded(characters, out);
        for (const auto code : characters) {
            if (code > 0xff) {
                return fail(start, fmt::format("character {}", std::uint32_t{code}),
                            "bytes, or /utf8 behind them");
            }
            out.push_back(static_cast<std::uint8_t>(code));
        }
        return true;
    }

    bool encoded(const Characters& characters, Bytes& out) {
        if (!accept("utf8")) return unexpected("utf8");
        std::string utf8;
        for (const auto code : characters)
            append_utf8(code, utf8);
        const auto bytes = as_bytes(utf8);
        out.insert(out.end(), bytes.begin(), bytes.end());
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    NotationError error_;
};

}  // namespace

std::string to_string(const NotationError& error) {
    return fmt::format("line {}, column {}: expected {}, found {}", error.line, error.column,
                       error.expected, error.found);
}

std::expected<Term, NotationError> parse_term(std::string_view text) {
    return Parser(text).whole();
}

}  // namespace confd
