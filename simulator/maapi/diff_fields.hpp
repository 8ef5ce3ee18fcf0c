// SPDX-License-Identifier: Apache-2.0
// What a transaction changes, as `send` has it in scenario files: `diff` and `error_after`.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/maapi/transactions.hpp"
#include "simulator/text/keys.hpp"
#include "simulator/text/yaml.hpp"

namespace confd::sim {

class Schema;

namespace maapi {

/// One entry of `diff`, and `error_after`.
extern const MapShape change_shape;
extern const MapShape error_shape;

/// How a scenario asks for what it is warned of, for messages.
inline constexpr std::string_view unsafe_hint = "'unsafe: true' in the step sends it";

struct DiffRules {
    /// Paths and values go by its names and types; a null one leaves hashes and typed values.
    const Schema* schema = nullptr;
    /// Why the vendor's library crashes on a path, or nothing. May be empty.
    std::function<std::optional<std::string>(const ObjectRef&)> hazard = {};
    /// Such changes are part of the diff. Otherwise they are left out with a warning.
    bool unsafe = false;
};

/// `failure` may be null. Reports what is wrong; nothing then.
std::optional<Diff> parse_diff(const YamlNode& changes, const YamlPtr& failure,
                               const DiffRules& rules, Diagnostics& diagnostics);

}  // namespace maapi
}  // namespace confd::sim
