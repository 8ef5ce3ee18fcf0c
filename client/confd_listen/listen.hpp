// SPDX-License-Identifier: Apache-2.0
// The loop of confd-listen.
#pragma once

#include "client/confd_listen/options.hpp"

namespace confd::listen {

/// Connects, prints and acknowledges until something ends it.
Exit listen(const Options& options);

}  // namespace confd::listen
