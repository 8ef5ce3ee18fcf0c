// What a transaction changes, as `send` has it in scenario files: `diff` and `error_after`.
#pragma once

#include <optional>

#include "simulator/maapi/transactions.hpp"
#include "simulator/scenario/shape.hpp"
#include "simulator/scenario/yaml.hpp"

namespace confd::sim {

class Schema;

namespace maapi {

/// One entry of `diff`, and `error_after`.
extern const MapShape change_shape;
extern const MapShape error_shape;

/// With a schema, paths and values go by its names and types; a null one leaves hashes and typed
/// values. `failure` may be null. Reports what is wrong; nothing then.
std::optional<Diff> parse_diff(const YamlNode& changes, const YamlNode* failure,
                               const Schema* schema, Diagnostics& diagnostics);

}  // namespace maapi
}  // namespace confd::sim
