// SPDX-License-Identifier: Apache-2.0
// Numbers and texts of each other, exactly as XPath 1.0 says (sections 4.2 and 4.4): libxml2 reads
// and writes exponents, which XPath does not have.
#pragma once

#include <string>
#include <string_view>

namespace confd::sim::yang {

/// Optional white space, a minus, digits with or without a point; NaN for any other text.
double xpath_number(std::string_view text);

/// Digits that tell the number from every other one, never an exponent; NaN, Infinity, -Infinity.
std::string xpath_text(double number);

}  // namespace confd::sim::yang
