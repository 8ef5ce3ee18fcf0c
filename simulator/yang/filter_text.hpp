// SPDX-License-Identifier: Apache-2.0
// XPath 1.0 filters, checked and rewritten for libxml2, which evaluates them.
//
// libxml2 finds unknown functions, wrong arguments and unknown prefixes when it comes across them,
// if it does: a subscriber is told when it subscribes. What is rewritten on the way is where YANG
// or libxml2 differ from XPath 1.0: names without a prefix, and what texts and numbers are of each
// other.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace confd::sim::yang {

/// Longest filter in bytes. Real ones are a line; libxml2 recurses once for each operator and step,
/// and its own limit is 5000.
inline constexpr std::size_t max_filter_length = 4096;

/// Deepest nesting of brackets and parentheses: both parsers recurse with them.
inline constexpr std::size_t max_filter_nesting = 16;

/// What a filter's names may refer to. Errors are sentences.
class FilterNames {
  public:
    virtual ~FilterNames() = default;
    /// The module that has a prefix, which may be its name.
    virtual std::expected<std::string, std::string> module_of(std::string_view prefix) const = 0;
    /// Whether the module has the identity.
    virtual std::expected<void, std::string> find_identity(std::string_view module,
                                                           std::string_view name) const = 0;
};

/// The filter as FilterEngine evaluates it: with the functions of xpath_functions.hpp, and module
/// names as prefixes. The error is a sentence for the peer.
std::expected<std::string, std::string> rewrite_filter(std::string_view xpath,
                                                       const FilterNames& names);

}  // namespace confd::sim::yang
