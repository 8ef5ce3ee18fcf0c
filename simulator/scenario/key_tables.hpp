// SPDX-License-Identifier: Apache-2.0
// Tables of keys for the documentation, made of the declarations that the loader goes by.
#pragma once

#include <string>
#include <string_view>

namespace confd::sim {

/// A page of Markdown with its tables renewed: what stands between a line `<!-- table: NAME -->`
/// and the next blank line is replaced by the table of that name. Names are `scenario`, `role`,
/// `stream`, `steps`, `expectations`, `fault` (what every kind takes) and `faults` (the kinds).
/// Throws std::invalid_argument for another.
std::string with_tables(std::string_view page);

}  // namespace confd::sim
