// SPDX-License-Identifier: Apache-2.0
#include "simulator/maapi/call.hpp"

#include <fmt/format.h>

namespace confd::sim::maapi {

std::string to_string(const Call& call) {
    auto out = std::string(to_string(call.kind));
    if (call.handle != 0) out += fmt::format(" of transaction {}", call.handle);
    if (call.kind == CallKind::diff_iterate) out += fmt::format(": {} changes", call.changes);
    if (call.left_out != 0) {
        out += fmt::format(", {} left out that are too long for the client", call.left_out);
    }
    if (call.result != CallResult::ok) out += fmt::format(": {}", to_string(call.result));
    if (call.code != 0) out += fmt::format(" {}", call.code);
    if (!call.text.empty()) out += fmt::format(" ({})", call.text);
    return out;
}

}  // namespace confd::sim::maapi
