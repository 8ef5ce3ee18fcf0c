// SPDX-License-Identifier: Apache-2.0
#include "protocol/term/notation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <utility>

#include "protocol/term/notation_characters.hpp"
#include "protocol/utf8.hpp"

namespace confd {

using namespace notation;

namespace {

class Printer {
  public:
    explicit Printer(std::string& out) : out_(out) {}

    void term(const Term& term) {
        switch (term.kind()) {
            case TermKind::integer:
                out_ += to_string(*term.as_integer());
                break;
            case TermKind::floating:
                floating(*term.as_float());
                break;
            case TermKind::atom:
                atom(*term.as_atom());
                break;
            case TermKind::binary:
                binary(as_text(*term.as_binary()));
                break;
            case TermKind::tuple:
                sequence('{', term, '}');
                break;
            case TermKind::list:
                sequence('[', term, ']');
                break;
            case TermKind::other:
                break;
        }
    }

  private:
    void sequence(char open, const Term& container, char close) {
        out_ += open;
        bool first = true;
        for (const auto& element : container.elements()) {
            if (!std::exchange(first, false)) out_ += ", ";
            term(element);
        }
        if (const auto* tail = container.tail()) {
            out_ += '|';
            term(*tail);
        }
        out_ += close;
    }

    void floating(double value) {
        // The shortest digits that read back as the same number. Erlang wants a dot in all floats.
        std::array<char, 32> buffer;
        const auto end = std::to_chars(buffer.begin(), buffer.end(), value).ptr;
        const std::string_view digits(buffer.begin(), end);
        const auto exponent = std::min(digits.find('e'), digits.size());
        out_ += digits.substr(0, exponent);
        if (digits.find('.') == std::string_view::npos) out_ += ".0";
        out_ += digits.substr(exponent);
    }

    void atom(std::string_view utf8) {
        if (is_bare(utf8)) {
            out_ += utf8;
        } else if (!utf8_length(utf8)) {  // made by hand, and no atom: still no reason to crash
            quoted('\'', utf8_sanitized(utf8));
        } else {
            quoted('\'', utf8);
        }
    }

    static bool is_bare(std::string_view utf8) {
        return !utf8.empty() && is_ascii(utf8) && is_lower(character_at(utf8, 0).code) &&
               std::ranges::all_of(
                   utf8, [](char c) { return continues_name(static_cast<char32_t>(c)); }) &&
               !contains(reserved_words, utf8) && !contains(newly_reserved_words, utf8);
    }

    void binary(std::string_view bytes) {
        out_ += "<<";
        if (!bytes.empty() && is_printable(bytes)) {
            quoted('"', bytes);
            if (!is_ascii(bytes)) out_ += "/utf8";
        } else {
            for (std::size_t i = 0; i < bytes.size(); ++i) {
                fmt::format_to(std::back_inserter(out_), "{}{}", i == 0 ? "" : ",",
                               static_cast<std::uint8_t>(bytes[i]));
            }
        }
        out_ += ">>";
    }

    static bool is_printable(std::string_view bytes) {
        if (!utf8_length(bytes)) return false;
        for (std::size_t i = 0; i < bytes.size();) {
            const auto [code, size] = character_at(bytes, i);
            if ((is_control(code) && short_escape(code) == '\0') || is_unspeakable(code)) {
                return false;
            }
            i += size;
        }
        return true;
    }

    void quoted(char quote, std::string_view utf8) {
        out_ += quote;
        for (std::size_t i = 0; i < utf8.size();) {
            const auto [code, size] = character_at(utf8, i);
            character(quote, code, utf8.substr(i, size));
            i += size;
        }
        out_ += quote;
    }

    void character(char quote, char32_t code, std::string_view utf8) {
        if (code == static_cast<char32_t>(quote) || code == '\\') {
            out_ += '\\';
            out_ += utf8;
        } else if (const char letter = short_escape(code)) {
            out_ += '\\';
            out_ += letter;
        } else if (is_control(code) || is_invisible(code) || is_unspeakable(code)) {
            fmt::format_to(std::back_inserter(out_), "\\x{{{:x}}}", std::uint32_t{code});
        } else {
            out_ += utf8;
        }
    }

    std::string& out_;
};

}  // namespace

std::string to_string(const Term& term) {
    std::string out;
    Printer(out).term(term);
    return out;
}

}  // namespace confd
