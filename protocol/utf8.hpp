// SPDX-License-Identifier: Apache-2.0
// The little of UTF-8 that the protocol needs: validity, length, Latin-1, and a display form.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace confd {

bool is_ascii(std::string_view bytes);

/// Characters in UTF-8 text, or nothing when the bytes are not UTF-8 (overlong forms, surrogates
/// and values above U+10FFFF are not).
std::optional<std::size_t> utf8_length(std::string_view bytes);

/// How many bytes are UTF-8, from the first on: all of them, or those before the first that is not.
std::size_t utf8_prefix(std::string_view bytes);

void latin1_to_utf8(std::string_view latin1, std::string& utf8);

/// The text in Latin-1, or nothing when a character has no place there.
std::optional<std::string> utf8_to_latin1(std::string_view utf8);

/// The same text with U+FFFD for each byte that is not UTF-8, for output that must be.
std::string utf8_sanitized(std::string_view bytes);

}  // namespace confd
