// SPDX-License-Identifier: Apache-2.0
#include "simulator/yang/xsd_pattern.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <array>
#include <optional>
#include <utility>

#include "protocol/utf8.hpp"

namespace confd::sim::yang {
namespace {

/// What \i and \c stand for, inside of brackets: the characters that a name begins with, and those
/// that it has.
constexpr std::string_view name_start =
    ":A-Z_a-z\\x{C0}-\\x{D6}\\x{D8}-\\x{F6}\\x{F8}-\\x{2FF}\\x{370}-\\x{37D}\\x{37F}-\\x{1FFF}"
    "\\x{200C}-\\x{200D}\\x{2070}-\\x{218F}\\x{2C00}-\\x{2FEF}\\x{3001}-\\x{D7FF}"
    "\\x{F900}-\\x{FDCF}\\x{FDF0}-\\x{FFFD}\\x{10000}-\\x{EFFFF}";
constexpr std::string_view name_more = "\\-.0-9\\x{B7}\\x{300}-\\x{36F}\\x{203F}-\\x{2040}";

/// Deepest nesting of parentheses and brackets: the translation recurses with brackets.
constexpr int max_nesting = 32;

/// Writes a pattern in PCRE2's language, of which XML Schema's is not a part: ^ and $ are
/// characters, [a-z-[aeiou]] subtracts, and whatever else PCRE2 knows is an error.
class Translator {
  public:
    explicit Translator(std::string_view pattern) : rest_(pattern), size_(pattern.size()) {}

    std::expected<std::string, std::string> translate() {
        while (!rest_.empty() && error_.empty())
            piece();
        if (depth_ > 0) fail("a '(' without its ')'");
        if (!error_.empty()) return std::unexpected(std::move(error_));
        return std::move(out_);
    }

  private:
    void fail(std::string_view what) {
        if (error_.empty()) {
            error_ =
                fmt::format("invalid pattern: {} at character {}", what, size_ - rest_.size() + 1);
        }
    }
    char take() {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    void piece() {
        const char c = rest_.front();
        if (c == '|') return open(take());
        if (c == '(') {
            if (++depth_ > max_nesting) return fail("too many nested parentheses");
            take();
            out_ += "(?:";
            repeatable_ = false;
            return;
        }
        if (c == ')') {
            if (--depth_ < 0) return fail("a ')' without its '('");
            return atom(std::string(1, take()));
        }
        if (c == '?' || c == '*' || c == '+' || c == '{') return quantifier();
        if (c == '[') return atom(char_class(0));
        if (c == '\\') return atom(escape(false));
        if (c == ']' || c == '}') return fail("a bracket without its partner");
        take();
        if (c == '.') return atom("[^\\n\\r]");
        atom((c == '^' || c == '$' || c == '#') ? fmt::format("\\{}", c) : std::string(1, c));
    }
    void open(char c) {
        out_ += c;
        repeatable_ = false;
    }
    void atom(const std::string& text) {
        out_ += text;
        repeatable_ = true;
    }

    void quantifier() {
        if (!repeatable_) return fail("a quantifier with nothing to repeat");
        repeatable_ = false;
        const char c = rest_.front();
        if (c != '{') {
            out_ += take();
            return;
        }
        const auto end = rest_.find('}');
        const auto inside = end == std::string_view::npos ? "" : rest_.substr(1, end - 1);
        const auto comma = inside.find(',');
        const auto least = inside.substr(0, comma);
        const auto most = comma == std::string_view::npos ? "" : inside.substr(comma + 1);
        if (least.empty() || !is_number(least) || !is_number(most)) {
            return fail("a quantifier that is none of {n}, {n,} and {n,m}");
        }
        out_ += rest_.substr(0, end + 1);
        rest_.remove_prefix(end + 1);
    }
    static bool is_number(std::string_view text) {
        return text.find_first_not_of("0123456789") == std::string_view::npos;
    }

    /// With its brackets; a subtraction becomes a condition in front.
    std::string char_class(int nesting) {
        if (nesting > max_nesting) return fail("too many nested brackets"), "";
        take();
        const bool negative = rest_.starts_with('^');
        if (negative) take();
        std::string inside;
        std::string without;
        while (!rest_.starts_with(']') && error_.empty()) {
            if (rest_.empty()) return fail("a '[' without its ']'"), "";
            if (!rest_.starts_with("-[")) {
                inside += class_item();
                continue;
            }
            take();
            without = fmt::format("(?!{})", char_class(nesting + 1));
            if (!rest_.starts_with(']')) fail("something after a subtraction");
        }
        if (!error_.empty()) return {};
        take();
        if (inside.empty()) return fail("brackets with nothing in them"), "";
        return fmt::format("(?:{}[{}{}])", without, negative ? "^" : "", inside);
    }
    std::string class_item() {
        const char c = rest_.front();
        if (c == '\\') return escape(true);
        if (c == '[') return fail("a '[' inside of brackets"), "";
        take();
        // A hyphen is a range between two characters and else itself, in PCRE2 too.
        return c == '^' || c == '&' || c == '~' ? fmt::format("\\{}", c) : std::string(1, c);
    }

    std::string escape(bool in_class) {
        take();
        if (rest_.empty()) return fail("a '\\' with nothing behind it"), "";
        const char c = take();
        switch (c) {
            case 'n':
            case 'r':
            case 't':
                return fmt::format("\\{}", c);
            case 's':
                return in_class ? " \\t\\n\\r" : "[ \\t\\n\\r]";
            case 'd':
                return "\\p{Nd}";
            case 'D':
                return "\\P{Nd}";
            case 'w':
                return in_class ? "\\p{L}\\p{M}\\p{N}\\p{S}" : "[^\\p{P}\\p{Z}\\p{C}]";
            case 'i':
            case 'c':
                return name_class(c, in_class, false);
            case 'S':
            case 'W':
            case 'I':
            case 'C':
                if (in_class) return fail("a negated escape inside of brackets is not known"), "";
                if (c == 'S') return "[^ \\t\\n\\r]";
                if (c == 'W') return "[\\p{P}\\p{Z}\\p{C}]";
                return name_class(c, in_class, true);
            case 'p':
            case 'P':
                return category(c);
            default:
                break;
        }
        // More than XML Schema has: modules escape what need not be.
        constexpr std::string_view escapable = "\\|.?*+(){}-[]^$/:;,@#%&=~!\"'`<>_";
        if (escapable.find(c) == std::string_view::npos) return fail("an unknown escape"), "";
        return fmt::format("\\{}", c);
    }
    static std::string name_class(char c, bool in_class, bool negative) {
        const bool more = c == 'c' || c == 'C';
        const auto inside = fmt::format("{}{}", name_start, more ? name_more : "");
        return in_class ? inside : fmt::format("[{}{}]", negative ? "^" : "", inside);
    }
    /// \p{Lu}.
    std::string category(char c) {
        constexpr std::size_t longest = 4;  // of {Lu}
        const auto end = rest_.substr(0, longest).find('}');
        if (!rest_.starts_with('{') || end == std::string_view::npos || end < 2) {
            return fail("a category that is not like {L} or {Lu}"), "";
        }
        const auto name = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        return fmt::format("\\{}{{{}}}", c, name);
    }

    std::string_view rest_;
    std::size_t size_;
    std::string out_;
    std::string error_;
    int depth_ = 0;
    bool repeatable_ = false;
};

std::string message_of(int code) {
    std::array<PCRE2_UCHAR, 256> text{};
    pcre2_get_error_message(code, text.data(), text.size());
    return reinterpret_cast<const char*>(text.data());
}

}  // namespace

std::expected<XsdPattern, std::string> XsdPattern::compile(std::string_view pattern) {
    if (!utf8_length(pattern)) return std::unexpected("invalid pattern: it is not UTF-8");
    const auto text = Translator(pattern).translate();
    if (!text) return std::unexpected(text.error());
    int error = 0;
    PCRE2_SIZE place = 0;
    const auto options = PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY |
                         PCRE2_NO_AUTO_CAPTURE;
    Code code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text->data()), text->size(), options,
                            &error, &place, nullptr),
              &pcre2_code_free);
    if (code == nullptr) return std::unexpected("invalid pattern: " + message_of(error));
    return XsdPattern(std::move(code));
}

std::expected<bool, std::string> XsdPattern::matches(std::string_view text) const {
    const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> data(
        pcre2_match_data_create_from_pattern(code_.get(), nullptr), &pcre2_match_data_free);
    const std::unique_ptr<pcre2_match_context, decltype(&pcre2_match_context_free)> context(
        pcre2_match_context_create(nullptr), &pcre2_match_context_free);
    if (data == nullptr || context == nullptr) return std::unexpected("no memory for a pattern");
    pcre2_set_match_limit(context.get(), max_pattern_steps);
    const auto found = pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()),
                                   text.size(), 0, 0, data.get(), context.get());
    if (found >= 0) return true;
    if (found == PCRE2_ERROR_NOMATCH) return false;
    if (found == PCRE2_ERROR_MATCHLIMIT || found == PCRE2_ERROR_HEAPLIMIT) {
        return std::unexpected(
            fmt::format("re-match() took more than {} steps", max_pattern_steps));
    }
    return std::unexpected("re-match(): " + message_of(found));
}

}  // namespace confd::sim::yang
