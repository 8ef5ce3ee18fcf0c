// SPDX-License-Identifier: Apache-2.0
// The loaded modules in the shapes of the Erlang client (docs/protocol.md, "For the Erlang
// client").
#pragma once

#include <vector>

#include "protocol/bytes.hpp"
#include "protocol/value/by_name.hpp"

namespace confd::sim {

class Schema;

namespace maapi {

/// The frames of all namespaces; `eof` follows them.
std::vector<Bytes> ikp_frames(const Schema& schema, const HashNames& names);

}  // namespace maapi
}  // namespace confd::sim
