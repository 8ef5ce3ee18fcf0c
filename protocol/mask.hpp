// SPDX-License-Identifier: Apache-2.0
// Which bits of a mask mean something to whom (docs/protocol.md, "Mask bits and constants").
#pragma once

#include <cstdint>

#include "protocol/constants.hpp"
#include "protocol/release.hpp"

namespace confd {

/// The bits that the product has in the dialect, old names included.
constexpr std::uint32_t known_bits(const WireContext& context) {
    std::uint32_t bits = 0;
    for (const auto& constant : mask_constants)
        bits |= static_cast<std::uint32_t>(constant.value);
    if (context.product != Product::nso) bits &= ~nso_bits;
    if (context.dialect == Dialect::v6x) bits &= ~since_7_bits;
    if (context.dialect != Dialect::v8x) bits &= ~since_8_bits;
    return bits;
}

/// What a subscriber of this dialect can be sent, whatever it has asked for: an older library takes
/// the events of 8 releases for garbage.
constexpr std::uint32_t served_mask(std::uint32_t mask, Dialect dialect) {
    return dialect == Dialect::v8x ? mask : mask & ~since_8_bits;
}

}  // namespace confd
