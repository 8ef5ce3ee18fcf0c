// SPDX-License-Identifier: Apache-2.0
// What a golden vector says the stock library decoded, as the JSON that this project prints.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string_view>

namespace confd::test {

/// `event` and `expect` are those of a line of events_*.jsonl (conformance/vectors/README.md).
/// Members that are empty or absent are left out, as vectors treat "" and null as equal: compare
/// with without_empty() of what was printed.
boost::json::object expected_json(std::string_view event, const boost::json::object& expect);

/// A copy without members that are empty text, empty lists or null, at any depth below the top.
boost::json::value without_empty(const boost::json::value& value);

}  // namespace confd::test
