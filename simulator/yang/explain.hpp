// SPDX-License-Identifier: Apache-2.0
// What libyang says against a module, with the place in the file that it is about.
#pragma once

#include <string>
#include <vector>

#include "simulator/yang/libyang.hpp"
#include "simulator/yang/plan.hpp"

namespace confd::sim::yang {

/// "example-if.yang:12: cause". `module` is the one that was being loaded; the fault may be in
/// another.
std::string explain(const std::vector<Message>& messages, const Plan& plan,
                    const ModuleName& module);

}  // namespace confd::sim::yang
