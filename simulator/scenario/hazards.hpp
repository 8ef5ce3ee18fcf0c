// SPDX-License-Identifier: Apache-2.0
// What the vendor's C library crashes on, or misreads (docs/protocol.md, 6.14). It is never sent
// unless the scenario says `unsafe`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "protocol/notification/notification.hpp"
#include "protocol/release.hpp"
#include "simulator/text/diagnostics.hpp"

namespace confd::sim {

class Schema;

struct Hazard {
    bool crashes = true;              ///< else it is misread, and sent all the same
    std::string_view field;           ///< of the event, where it stands
    std::optional<std::size_t> item;  ///< of the field's list
    std::string text;
};

/// `schema` is what clients can load; null for nothing.
std::vector<Hazard> hazards_of(const Notification& event, Product product, const Schema* schema);

/// The same for the path of a change; the text, or nothing.
std::optional<std::string> path_hazard(const ObjectRef& path, Product product,
                                       const Schema* schema);

/// Whether the library would crash on one of them.
bool crashes(const std::vector<Hazard>& hazards);

/// Says so at a place. What the library crashes on is not sent: `left_out` is how that is said.
void warn(const Hazard& hazard, const Place& place, std::string_view left_out,
          Diagnostics& diagnostics);

}  // namespace confd::sim
