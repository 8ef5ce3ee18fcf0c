// SPDX-License-Identifier: Apache-2.0
// A tree of YAML as text again: what a case plays, put together of parts of its file, for people
// and for confd-sim.
#pragma once

#include <string>

#include "simulator/text/yaml.hpp"

namespace confd::kit {

/// Ends with a newline. Reading it gives an equal tree, but for places.
std::string yaml_text(const sim::YamlNode& node);

/// On one line, as a list has it: "expect: {event: NOTIF_AUDIT}".
std::string yaml_line(const sim::YamlNode& node);

}  // namespace confd::kit
