// SPDX-License-Identifier: Apache-2.0
// Which modules are loaded, and in which order: those asked for and all that they import.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "simulator/text/diagnostics.hpp"
#include "simulator/yang/module_files.hpp"
#include "simulator/yang/schema.hpp"

namespace confd::sim::yang {

/// One module to be loaded.
struct PlannedModule {
    ModuleName name;
    const ModuleText* text = nullptr;        ///< null for one that libyang has itself
    const ModuleRequest* request = nullptr;  ///< null for one that is only imported
};

struct Plan {
    /// What is imported comes before what imports it.
    std::vector<PlannedModule> modules;
    /// The files of all of them, with submodules and older revisions that are imported by date.
    std::vector<const ModuleText*> texts;

    const ModuleText* find(std::string_view name) const;
    /// Nothing of it was compiled in.
    bool has_files() const;
};

/// Reports what cannot be found or read, at the places of the requests. `known` says whether
/// libyang has a module of this name itself, and gives the names of those for suggestions.
Plan make_plan(const std::vector<ModuleRequest>& requests, ModuleFiles& files,
               const std::vector<std::string>& libyang_modules, Diagnostics& diagnostics);

}  // namespace confd::sim::yang
