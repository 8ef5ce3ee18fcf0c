// SPDX-License-Identifier: Apache-2.0
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
