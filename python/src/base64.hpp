// SPDX-License-Identifier: Apache-2.0
// Binary as YANG writes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/bytes.hpp"

namespace confd::python {

std::string base64_of(ByteView bytes);
/// Nothing when the text is no base64; white space is passed over.
std::optional<Bytes> from_base64(std::string_view text);

}  // namespace confd::python
