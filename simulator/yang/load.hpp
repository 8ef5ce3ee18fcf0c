// SPDX-License-Identifier: Apache-2.0
// Loads planned modules into libyang.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "simulator/yang/libyang.hpp"
#include "simulator/yang/plan.hpp"

namespace confd::sim::yang {

/// The names of the modules that libyang brings with it.
const std::vector<std::string>& libyang_modules();

/// libyang with the modules of a plan.
struct Loaded {
    ContextPtr context;
    std::vector<const lys_module*> listed;  ///< those that were asked for
    std::vector<const lys_module*> served;  ///< these and what they import, as far as implemented
};

/// Files are loaded in a child process first. Imported modules are implemented too, with every
/// feature; one that cannot be is left as libyang has it after the import. Reports what is wrong
/// with those asked for at the places of their requests; then there is no context.
Loaded load_modules(const std::vector<ModuleRequest>& requests, ModuleFiles& files,
                    Diagnostics& diagnostics);

}  // namespace confd::sim::yang
