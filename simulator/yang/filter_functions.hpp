// SPDX-License-Identifier: Apache-2.0
// The functions that a filter may call, and what they take and give.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace confd::sim::yang {

/// The four types of XPath 1.0.
enum class Kind { nodes, text, number, boolean };

/// What becomes of an argument: of any other type it is converted first.
enum class Wants {
    any,
    nodes,  ///< nothing becomes a set of nodes: another type is an error
    text,
    number,
    identity,  ///< a literal, so that its prefix and name can be looked up
    pattern,   ///< a text; a literal is checked
};

struct FilterFunction {
    std::string_view name;
    Kind result;
    std::size_t least;  ///< arguments
    std::size_t most;
    std::array<Wants, 3> arguments = {};  ///< the last one is that of all further ones

    Wants argument(std::size_t index) const {
        return arguments[index < arguments.size() ? index : arguments.size() - 1];
    }
};

/// XPath's own and YANG's (RFC 7950, section 10).
std::span<const FilterFunction> filter_functions();

/// Why a function that exists is not for filters, or empty.
std::string_view not_for_filters(std::string_view function);

}  // namespace confd::sim::yang
