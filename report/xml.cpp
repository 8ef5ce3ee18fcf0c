// SPDX-License-Identifier: Apache-2.0
#include "report/xml.hpp"

#include <fmt/format.h>

#include "protocol/utf8.hpp"

namespace confd::report {
namespace {

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
            return static_cast<unsigned char>(c) < 0x20 ? std::string_view()
                                                        : std::string_view(&c, 1);
    }
}

}  // namespace

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

}  // namespace confd::report
