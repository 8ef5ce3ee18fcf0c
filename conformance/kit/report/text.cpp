#include "conformance/kit/report/text.hpp"

#include <fmt/format.h>

#include "protocol/utf8.hpp"

namespace confd::kit {
namespace {

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// C1 controls are two bytes in UTF-8, and terminals obey them too.
bool is_c1(std::string_view text, std::size_t at) {
    return text[at] == '\xc2' && at + 1 < text.size() &&
           static_cast<unsigned char>(text[at + 1]) < 0xa0;
}

/// U+FFFE and U+FFFF, which XML excludes.
bool is_noncharacter(std::string_view text, std::size_t at) {
    const auto three = text.substr(at, 3);
    return three == "\xef\xbf\xbe" || three == "\xef\xbf\xbf";
}

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// What stands for an ASCII character in XML; nothing where XML has no way to say it.
std::string_view entity(const char& c) {
    switch (c) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\n':
            return "&#10;";
        case '\t':
            return "&#9;";
        case '\r':
            return "&#13;";
        default:
            return is_control(c) && c != 0x7f ? std::string_view() : std::string_view(&c, 1);
    }
}

}  // namespace

std::string printable(std::string_view text) {
    const auto clean = utf8_sanitized(text);
    std::string out;
    for (std::size_t i = 0; i < clean.size(); ++i) {
        if (is_c1(clean, i)) {
            out.push_back('?');
            ++i;
        } else {
            const char c = clean[i];
            out.push_back(is_control(c) && c != '\n' && c != '\t' ? '?' : c);
        }
    }
    return out;
}

std::string xml_escaped(std::string_view text) {
    const auto clean = utf8_sanitized(text);
    std::string out;
    for (std::size_t i = 0; i < clean.size(); ++i) {
        if (is_noncharacter(clean, i)) {
            i += 2;
        } else {
            out += entity(clean[i]);
        }
    }
    return out;
}

std::string shortened(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return std::string(text);
    std::size_t head = limit / 2;
    std::size_t tail = text.size() - limit / 2;
    while (head > 0 && continues_character(text[head]))
        --head;
    while (tail < text.size() && continues_character(text[tail]))
        ++tail;
    return fmt::format("{}\n[{} bytes left out]\n{}", text.substr(0, head), tail - head,
                       text.substr(tail));
}

std::string indented(std::string_view text, std::size_t columns) {
    std::string out;
    for (const char c : text) {
        out.push_back(c);
        if (c == '\n') out.append(columns, ' ');
    }
    return out;
}

std::string plural(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace confd::kit
