// SPDX-License-Identifier: Apache-2.0
// A server's session alone, fed any bytes.
#pragma once

#include "fuzz/input.hpp"

namespace confd::fuzz {

/// In pieces of any size the bytes give what they give in one.
void feed_server(Input& input);

}  // namespace confd::fuzz
