// SPDX-License-Identifier: Apache-2.0
// JSON into the tree of yaml.hpp. YAML's parser would read most of it, but neither surrogate pairs
// nor keys of more than 1,024 characters.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/text/tree_builder.hpp"

namespace confd::sim {

/// Whether a text may be JSON: an object or a list.
bool looks_like_json(std::string_view text);

struct JsonError {
    std::size_t at = 0;  ///< the byte at which it is no JSON any more
    std::string message;
};

/// Reads the text into the builder: nothing when it is JSON as a whole. Throws TreeBuilder::Stop.
std::optional<JsonError> read_json(std::string_view text, TreeBuilder& tree);

/// Where a byte of a text is.
Place place_in(std::string_view text, std::size_t at, std::shared_ptr<const std::string> file);

}  // namespace confd::sim
