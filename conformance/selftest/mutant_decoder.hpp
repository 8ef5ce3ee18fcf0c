// SPDX-License-Identifier: Apache-2.0
// A decoder for the self-tests of the kit: confd-decode, or wrong in the one way that its mutation
// names.
#pragma once

#include <string>
#include <string_view>

#include "conformance/kit/codec/decoder.hpp"
#include "protocol/release.hpp"

namespace confd::kit::test {

/// A line of JSON for each payload in hexadecimal.
codec::Decoded decode_lines(std::string_view mutation, WireContext context,
                            const std::string& input);

}  // namespace confd::kit::test
