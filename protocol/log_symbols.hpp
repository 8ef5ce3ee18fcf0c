// SPDX-License-Identifier: Apache-2.0
// What log events are about: the numbers in `logno` of AUDIT and of the syslog events, by the
// symbols of the vendor's headers, where they stand as CONFD_CDB_BOOT_ERR and so on. The numbers of
// ConfD and NSO differ (docs/protocol.md, "Log numbers").
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/constants.hpp"
#include "protocol/release.hpp"

namespace confd {

/// The symbols that the product has, in the order of the headers.
std::span<const Constant> log_symbols(Product product);

/// The number of a symbol, with or without CONFD_ in front of it.
std::optional<std::int64_t> log_number(Product product, std::string_view symbol);

}  // namespace confd
