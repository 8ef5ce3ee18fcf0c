// SPDX-License-Identifier: Apache-2.0
// JSON Schema of typed values as value_fields.hpp reads them.
#pragma once

#include <boost/json/object.hpp>

namespace confd::sim {

/// value, tag_value, text_value, step; and what they refer to: inet, inet6, date, time.
boost::json::object value_definitions();

}  // namespace confd::sim
