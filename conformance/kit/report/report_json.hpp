// SPDX-License-Identifier: Apache-2.0
// The two halves of a result in JSON: the page of several runs has each case only once.
#pragma once

#include <boost/json/object.hpp>

#include "conformance/kit/model/result.hpp"

namespace confd::kit {

boost::json::object case_json(const Case& test);
boost::json::object verdict_json(const Result& result);

}  // namespace confd::kit
