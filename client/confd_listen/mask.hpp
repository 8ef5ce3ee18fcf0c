// Masks as people write them.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "protocol/release.hpp"

namespace confd::listen {

/// "NOTIF_AUDIT,NOTIF_AUDIT_SYNC", a number such as 131073 or 0x20001 (bits without a name too), or
/// both kinds together; '|' separates as well as ','. The error names the nearest name.
std::expected<std::uint32_t, std::string> parse_mask(std::string_view text);

/// Every event type that this product and dialect have, but streams, which need a name; with the
/// flags that ask for acknowledgements.
std::uint32_t all_events(Product product, Dialect dialect);

}  // namespace confd::listen
