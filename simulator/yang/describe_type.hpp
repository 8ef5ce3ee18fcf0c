// SPDX-License-Identifier: Apache-2.0
// What a leaf takes, in words, for messages.
#pragma once

#include <cstdint>
#include <string>

struct lysc_node;

namespace confd::sim::yang {

/// Of a leaf or leaf-list: "a uint16 of 68..9216", "up, down or testing", "true or false".
std::string describe_type(const lysc_node& leaf);

/// A decimal64 whose integer is the number times 10^digits.
std::string decimal_text(std::int64_t value, unsigned digits);

}  // namespace confd::sim::yang
