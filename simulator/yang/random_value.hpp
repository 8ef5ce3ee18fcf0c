// Random texts for leafs.
#pragma once

#include <optional>
#include <string>

#include "protocol/notification/generate.hpp"

struct lyd_node;
struct lysc_node;

namespace confd::sim::yang {

/// A text that the leaf or leaf-list accepts; nothing when none was found. `root` is the tree so
/// far, for a leafref to a node of the same event.
std::optional<std::string> random_value(const lysc_node& leaf, const lyd_node* root,
                                        Choices& choices);

}  // namespace confd::sim::yang
