// SPDX-License-Identifier: Apache-2.0
// The JSON Schema of scenario files, for editors: made of the declarations that the loader goes by.
#pragma once

#include <string>

namespace confd::sim {

/// JSON Schema, draft 2020-12, laid out for people; a copy is scenarios/scenario.schema.json.
std::string scenario_schema_text();

}  // namespace confd::sim
