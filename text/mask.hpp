// SPDX-License-Identifier: Apache-2.0
// Masks as people write them.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace confd {

/// "NOTIF_AUDIT,NOTIF_AUDIT_SYNC", a number such as 131073 or 0x20001 (bits without a name too), or
/// both kinds together; '|' separates as well as ',', with spaces or without. The error names the
/// nearest name.
std::expected<std::uint32_t, std::string> parse_mask(std::string_view text);

/// "NOTIF_AUDIT|NOTIF_AUDIT_SYNC"; bits without a name as 0x80000000; "0" for none. parse_mask()
/// reads it back.
std::string mask_text(std::uint32_t mask, char separator = '|');

}  // namespace confd
