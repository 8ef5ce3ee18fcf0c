// SPDX-License-Identifier: Apache-2.0
// Which cases are for a client, decided before anything is started, and as what it plays them.
#pragma once

#include <string>

#include "conformance/kit/model/case.hpp"
#include "conformance/kit/run/parts.hpp"

namespace confd::kit {

/// The case as this client plays it: one that is about no product, or about no release, takes the
/// client's; one about a dialect takes the client's release of that dialect.
Case fitted(const Case& test, const ClientOptions& client);

/// Why the case has nothing to do with this client; empty when it has. `test` is fitted.
std::string why_not_for(const Case& test, const ClientOptions& client);

}  // namespace confd::kit
