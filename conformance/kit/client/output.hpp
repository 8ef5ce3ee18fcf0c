// SPDX-License-Identifier: Apache-2.0
// What a client printed, against what was sent to it.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/kit/client/transcript.hpp"
#include "protocol/maapi/schema_names.hpp"
#include "protocol/release.hpp"

namespace confd::kit {

/// Where two values differ: "audit.usid: expected 17, found 18". Members that only `found` has are
/// allowed, and so is any number of the same value. A clear-text password may be shown as ***.
std::optional<std::string> difference(const boost::json::value& expected,
                                      const boost::json::value& found);

/// The events that the kit's server sent, as `confd-listen --format json` prints them. Types
/// outside the catalogue and frames that are no event are left out: a client may print what it
/// likes for them.
std::vector<boost::json::value> expected_events(const Log& log, WireContext context);

/// Gives each COMMIT_DIFF the changes of its diff, for a log in which each was read once and in
/// turn: paths as numbers, or by the names of the schemas that the client has loaded.
void add_diffs(std::vector<boost::json::value>& events, const Log& log, WireContext context,
               const Names* names = nullptr);

/// The schemas that were sent to the client.
SchemaNames names_in(const Log& log);

/// The first difference between the events that were sent and the lines that were printed, in
/// order; nothing when there is none. An event may be printed in the form that it has in `by_name`
/// too, where that has as many events. Lines that are no JSON object are not looked at.
std::optional<std::string> compare_output(const std::vector<boost::json::value>& expected,
                                          std::string_view output,
                                          const std::vector<boost::json::value>& by_name = {});

}  // namespace confd::kit
