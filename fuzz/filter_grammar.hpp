// SPDX-License-Identifier: Apache-2.0
// Filters drawn from the grammar of XPath 1.0, for the fuzz target and for the comparison with
// another engine: the same choices give the same filter.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "generate/events.hpp"

namespace confd::fuzz {

/// What filters are made of.
struct FilterWords {
    std::span<const std::string_view> names;  ///< without prefix
    std::span<const std::string_view> texts;  ///< ASCII, without quotes
    std::string_view prefix;
    std::string_view module;  ///< that has the prefix
};

/// One filter, written twice.
struct GeneratedFilter {
    std::string xpath;
    /// For an engine without namespaces, to which elements are called "module:name".
    std::string plain;
};

enum class FilterScope {
    all,       ///< YANG's functions too
    portable,  ///< what XPath 1.0 engines agree about
};

/// Every type is right: the filter is accepted unless it is too long.
GeneratedFilter generate_filter(Choices& choices, const FilterWords& words, FilterScope scope);

}  // namespace confd::fuzz
