// SPDX-License-Identifier: Apache-2.0
// Texts in XML, none of which can be trusted.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace confd::report {

/// The text without what XML 1.0 has no way to say, and with entities for what is markup. White
/// space is kept also in attributes.
std::string xml_escaped(std::string_view text);

/// The text, or its beginning and end and how much is missing between; never cut in a character.
std::string shortened(std::string_view text, std::size_t limit);

}  // namespace confd::report
